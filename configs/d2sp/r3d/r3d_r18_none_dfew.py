# R3D-18 on DFEW, fold 1 of 5, observed only, for comparison:
#
#     python tools/train.py configs/d2sp/r3d/r3d_r18_none_dfew.py \
#         --work-dir work_dirs/r3d_r18_none_dfew
#
# Every fold: tools/run_folds.py with the same arguments.
# 33.2 M parameters, 40.7 G multiply-adds a clip of 16 x 112 x 112. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/r3d_r18.py",
    "../../_base_/datasets/dfew.py",
    "../../_base_/schedules/sgd_50e.py",
    "../../_base_/purification/none.py",
]
