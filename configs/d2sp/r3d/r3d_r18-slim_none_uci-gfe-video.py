# Observed only, for comparison: see r3d_r18-slim_d2sp_uci-gfe-video.py for the commands.
_base_ = [
    "../../_base_/models/r3d_r18-slim.py",
    "../../_base_/datasets/uci-gfe_video.py",
    "../../_base_/schedules/sgd_80e.py",
    "../../_base_/purification/none.py",
]

model = dict(cls_head=dict(num_classes=9))
