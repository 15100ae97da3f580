# TSM-R50 on CREMA-D, fold 1 of 5, pruned, then corrected (--purify NAME: by another recipe):
#
#     python tools/train.py configs/d2sp/tsm/tsm_r50_d2sp_crema-d.py \
#         --work-dir work_dirs/tsm_r50_d2sp_crema-d
#
# Every fold: tools/analysis_tools/run_folds.py with the same arguments.
# 23.5 M parameters, 17.3 G multiply-adds a clip of 16 x 112 x 112. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/tsm_r50.py",
    "../../_base_/datasets/crema-d.py",
    "../../_base_/schedules/sgd_50e.py",
    "../../_base_/purification/d2sp.py",
]

model = dict(cls_head=dict(num_classes=6))
