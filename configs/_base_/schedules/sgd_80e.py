# 80 epochs of SGD with a short warm-up and a cosine, for a set of a few hundred clips.
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=80, val_begin=80, val_interval=80)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
optim_wrapper = dict(
    optimizer=dict(type="SGD", lr=0.1, momentum=0.9, weight_decay=1e-4),
    clip_grad=dict(max_norm=20, norm_type=2),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.1, by_epoch=True, begin=0, end=2, convert_to_iter_based=True),
    dict(type="CosineAnnealingLR", eta_min=0, by_epoch=True, begin=2, end=80, convert_to_iter_based=True),
]
