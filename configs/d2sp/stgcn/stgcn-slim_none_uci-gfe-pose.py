# Observed only, for comparison: see stgcn-slim_d2sp_uci-gfe-pose.py for the commands.
_base_ = [
    "../../_base_/models/stgcn-slim.py",
    "../../_base_/datasets/uci-gfe_pose.py",
    "../../_base_/schedules/sgd_80e.py",
    "../../_base_/purification/none.py",
]
