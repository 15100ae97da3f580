# VideoMAE-S on DFEW, fold 1 of 5, pruned, then corrected (--purify NAME: by another recipe):
#
#     python tools/train.py configs/d2sp/videomae/videomae_vit-s_d2sp_dfew.py \
#         --work-dir work_dirs/videomae_vit-s_d2sp_dfew
#
# Every fold: tools/analysis_tools/run_folds.py with the same arguments.
# 21.9 M parameters, 10.0 G multiply-adds a clip of 16 x 112 x 112. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/videomae_vit-s.py",
    "../../_base_/datasets/dfew.py",
    "../../_base_/schedules/adamw_50e.py",
    "../../_base_/purification/d2sp.py",
]
