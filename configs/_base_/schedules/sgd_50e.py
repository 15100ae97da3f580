# 50 epochs of SGD for sets of facial expressions: a short warm-up, the full rate until epoch 30, then a cosine to zero.
# Purification decides when the fall begins. Rate, momentum and decay are Former-DFER's (its published code, batch of 32).
# val is the test set in these sets: it is looked at every epoch, and the last epoch counts.
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=50, val_begin=1, val_interval=1)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
optim_wrapper = dict(
    optimizer=dict(type="SGD", lr=0.01, momentum=0.9, weight_decay=1e-4),
    clip_grad=dict(max_norm=20, norm_type=2),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, by_epoch=True, begin=0, end=2, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", eta_min=0, by_epoch=True, begin=30, end=50, convert_to_iter_based=True),
]
