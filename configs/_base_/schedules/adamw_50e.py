# 50 epochs of AdamW for transformers of the VideoMAE kind: the same course as sgd_50e.py.
_base_ = "sgd_50e.py"

optim_wrapper = dict(
    optimizer=dict(_delete_=True, type="AdamW", lr=5e-4, betas=(0.9, 0.999), weight_decay=0.05),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
)
