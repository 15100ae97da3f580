# Skeletons of real facial motion, purified with D2SP:
#
#     python tools/inject_noise.py data/uci_gfe/uci_gfe_face100_2d.pkl --split train --out data/uci_gfe_noisy \
#         --mislabel-rate 0.2 --low-quality-rate 0.1
#     python tools/train.py configs/d2sp/stgcn/stgcn-slim_d2sp_uci-gfe-pose.py --work-dir work_dirs/pose
#     python tools/evaluate_purification.py work_dirs/pose --truth data/uci_gfe_noisy/truth.csv
_base_ = [
    "../../_base_/models/stgcn-slim.py",
    "../../_base_/datasets/uci-gfe_pose.py",
    "../../_base_/schedules/sgd_80e.py",
    "../../_base_/purification/d2sp.py",
]
