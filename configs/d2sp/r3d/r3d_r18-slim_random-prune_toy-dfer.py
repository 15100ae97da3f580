_base_ = [
    "../../_base_/models/r3d_r18-slim.py",
    "../../_base_/datasets/toy-dfer.py",
    "../../_base_/schedules/sgd_40e.py",
    "../../_base_/purification/random-prune.py",
]
