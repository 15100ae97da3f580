# I3D-R50 on AFEW, pruned, then corrected (--purify NAME: by another recipe):
#
#     python tools/train.py configs/d2sp/i3d/i3d_r50_d2sp_afew.py \
#         --work-dir work_dirs/i3d_r50_d2sp_afew
#
# 27.2 M parameters, 4.3 G multiply-adds a clip of 16 x 112 x 112. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/i3d_r50.py",
    "../../_base_/datasets/afew.py",
    "../../_base_/schedules/sgd_50e.py",
    "../../_base_/purification/d2sp.py",
]
