# Skeletons of real facial motion, purified with D2SP:
#
#     python tools/analysis_tools/inject_noise.py data/uci_gfe/uci_gfe_face100_2d.pkl --split train \
#         --out data/uci_gfe_noisy --mislabel-rate 0.2 --low-quality-rate 0.1
#     python tools/train.py configs/d2sp/stgcn/stgcn-slim_d2sp_uci-gfe-pose.py --work-dir work_dirs/pose
#     python tools/analysis_tools/evaluate_purification.py work_dirs/pose --truth data/uci_gfe_noisy/truth.csv
#
# 3 to 5 minutes on a core. Two seeds (10, 11) of noise and training: average precision .56 and .48 for corrupted clips,
# .82 and .65 for wrong labels; 23 and 20 corrections, .87 and .80 of them right; top-1 63 and 67 % on 98 clips
# (observed only: 71 and 66 %).
_base_ = [
    "../../_base_/models/stgcn-slim.py",
    "../../_base_/datasets/uci-gfe_pose.py",
    "../../_base_/schedules/sgd_80e.py",
    "../../_base_/purification/d2sp.py",
]
