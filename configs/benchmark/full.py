# Every data set, noise and method, with the published protocols that train several times: days on two cores. It may be
# interrupted and called again; seeds come one after the other, so that the first is compared after a fifth of the time.
#
#     python tools/analysis_tools/benchmark.py full
_base_ = "../_base_/benchmark/methods.py"

seeds = [0, 1, 2, 3, 4]
# Drawn faces are learned slowly, and their classes are as unequal as DFEW's; skeletons memorise their noise.
data_sets = {
    "toy": dict(
        config="d2sp/r3d/r3d_r18-slim_none_toy-dfer.py",
        source="toy",
        settings=dict(num_train=800, num_test=2000),
    ),
    "gfe-pose": dict(
        config="d2sp/stgcn/stgcn-slim_none_uci-gfe-pose.py",
        settings=dict(ann_file="data/uci_gfe/uci_gfe_face100_2d.pkl", split="train"),
        options={
            "test_dataloader.dataset.ann_file": "data/uci_gfe/uci_gfe_face100_2d.pkl",
        },
    ),
    "gfe-video": dict(
        config="d2sp/r3d/r3d_r18-slim_none_uci-gfe-video.py",
        source="keypoint_video",
        settings=dict(ann_file="data/uci_gfe/uci_gfe_face100_2d.pkl"),
    ),
}
noises = {
    "both": dict(mislabel_rate=0.2, low_quality_rate=0.1),
    "clean": dict(),
    "low-quality": dict(low_quality_rate=0.1),
    "mislabel": dict(mislabel_rate=0.2),
    "mislabel-10": dict(mislabel_rate=0.1),
    "mislabel-40": dict(mislabel_rate=0.4),
    "low-quality-20": dict(low_quality_rate=0.2),
    # How people confuse the seven expressions; the toy set alone has these classes.
    "human": dict(mislabel_rate=0.2, low_quality_rate=0.1, confusion="ferplus"),
}
# Which labels are wrong depends on how the clip looks.
noises["instance-dependent"] = dict(mislabel_rate=0.2, low_quality_rate=0.1, confusion="instance_dependent")
only = [
    *[(name, noise) for noise in ("both", "clean") for name in ("toy", "gfe-pose", "gfe-video")],
    ("toy", "human"),
    *[(name, "instance-dependent") for name in ("toy", "gfe-pose", "gfe-video")],
    *[(name, noise) for noise in ("low-quality", "mislabel") for name in ("toy", "gfe-pose", "gfe-video")],
    *[("gfe-pose", noise) for noise in ("mislabel-10", "mislabel-40", "low-quality-20")],
]
methods = {
    "aum-threshold": dict(protocol="threshold_samples", about="AUM as published: two runs with threshold samples first"),
    "confident-learning-folds": dict(protocol="out_of_fold", about="cleanlab as published: out-of-fold predictions first"),
    "image-quality": dict(
        protocol="image_quality", about="prunes the blurred, dark or frozen, a tenth", data_sets=("toy", "gfe-video")
    ),
}
