# Real facial motion as skeletons, five seeds: 145 trials in 56 minutes on two cores, which other work shared at times.
#
#     python tools/analysis_tools/benchmark.py short
_base_ = "../_base_/benchmark/methods.py"

seeds = [0, 1, 2, 3, 4]
data_sets = {
    "gfe-pose": dict(
        config="d2sp/stgcn/stgcn-slim_none_uci-gfe-pose.py",
        settings=dict(ann_file="data/uci_gfe/uci_gfe_face100_2d.pkl", split="train"),
        options={
            # Half the frames and half of the epochs, so that all fits into about an hour.
            "train_dataloader.dataset.dataset.pipeline.0.clip_len": 8,
            "test_dataloader.dataset.pipeline.0.clip_len": 8,
            "train_cfg.max_epochs": 40,
            "param_scheduler.1.end": 40,
            "test_dataloader.dataset.ann_file": "data/uci_gfe/uci_gfe_face100_2d.pkl",
        },
    ),
}
noises = {
    "both": dict(mislabel_rate=0.2, low_quality_rate=0.1),
    "clean": dict(),
}
