# 40 epochs of SGD: a short warm-up, the full rate until epoch 24, then a cosine to zero. Noise is memorised while the rate
# falls, so purification decides when the fall begins and the rest is learned from what it left.
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=40, val_begin=40, val_interval=40)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
optim_wrapper = dict(
    optimizer=dict(type="SGD", lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4),
    clip_grad=dict(max_norm=20, norm_type=2),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, by_epoch=True, begin=0, end=2, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", eta_min=0, by_epoch=True, begin=24, end=40, convert_to_iter_based=True),
]
