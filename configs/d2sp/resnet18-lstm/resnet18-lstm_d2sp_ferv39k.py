# ResNet18+LSTM on FERV39k, pruned, then corrected (--purify NAME: by another recipe):
#
#     python tools/train.py configs/d2sp/resnet18-lstm/resnet18-lstm_d2sp_ferv39k.py \
#         --work-dir work_dirs/resnet18-lstm_d2sp_ferv39k
#
# 13.3 M parameters, 7.8 G multiply-adds a clip of 16 x 112 x 112. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/resnet18-lstm.py",
    "../../_base_/datasets/ferv39k.py",
    "../../_base_/schedules/sgd_50e.py",
    "../../_base_/purification/d2sp.py",
]
