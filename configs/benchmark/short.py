# Drawn faces, and real facial motion as skeletons, noisy and clean; five seeds, 220 trials. A seed takes about 75 minutes on
# two cores, as estimated from single runs. Seeds come one after the other; --seeds 0 1 2 is the shorter comparison.
#
#     python tools/analysis_tools/benchmark.py short
_base_ = "../_base_/benchmark/methods.py"

seeds = [0, 1, 2, 3, 4]
data_sets = {
    # Drawn faces: learned slowly, and their classes are as unequal as DFEW's.
    "toy": dict(
        config="d2sp/r3d/r3d_r18-slim_none_toy-dfer.py",
        source="toy",
        settings=dict(num_train=800, num_test=2000),
    ),
    # A network that memorises the noise of its few skeletons.
    "gfe-pose": dict(
        config="d2sp/stgcn/stgcn-slim_none_uci-gfe-pose.py",
        settings=dict(ann_file="data/uci_gfe/uci_gfe_face100_2d.pkl", split="train"),
        options={
            # Half the frames and half of the epochs, to save time.
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
    # How people confuse the seven expressions; the toy set alone has these classes.
    "human": dict(mislabel_rate=0.2, low_quality_rate=0.1, confusion="ferplus"),
}
only = [("toy", "human"), ("gfe-pose", "both"), ("gfe-pose", "clean")]
