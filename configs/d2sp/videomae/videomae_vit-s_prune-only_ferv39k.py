# VideoMAE-S on FERV39k, pruned only:
#
#     python tools/train.py configs/d2sp/videomae/videomae_vit-s_prune-only_ferv39k.py \
#         --work-dir work_dirs/videomae_vit-s_prune-only_ferv39k
#
# 21.9 M parameters, 10.0 G multiply-adds a clip of 16 x 112 x 112. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/videomae_vit-s.py",
    "../../_base_/datasets/ferv39k.py",
    "../../_base_/schedules/adamw_50e.py",
    "../../_base_/purification/prune-only.py",
]
