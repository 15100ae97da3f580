# R3D-18 on CREMA-D, fold 1 of 5, pruned, then corrected (--purify NAME: by another recipe):
#
#     python tools/train.py configs/d2sp/r3d/r3d_r18_d2sp_crema-d.py \
#         --work-dir work_dirs/r3d_r18_d2sp_crema-d
#
# Every fold: tools/analysis_tools/run_folds.py with the same arguments.
# 33.2 M parameters, 40.7 G multiply-adds a clip of 16 x 112 x 112. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/r3d_r18.py",
    "../../_base_/datasets/crema-d.py",
    "../../_base_/schedules/sgd_50e.py",
    "../../_base_/purification/d2sp.py",
]

model = dict(cls_head=dict(num_classes=6))
