# Former-DFER on AFEW, corrected only:
#
#     python tools/train.py configs/d2sp/former-dfer/former-dfer_correct-only_afew.py \
#         --work-dir work_dirs/former-dfer_correct-only_afew
#
# 18.0 M parameters, 8.3 G multiply-adds a clip of 16 x 112 x 112. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/former-dfer.py",
    "../../_base_/datasets/afew.py",
    "../../_base_/schedules/sgd_50e.py",
    "../../_base_/purification/correct-only.py",
]
