# UCI's Grammatical Facial Expressions as skeletons: 9 classes, 100 face points a frame, 5 to 65 frames a clip
# (F. A. Freitas, F. V. Barbosa, S. M. Peres, University of Sao Paulo, 2014; CC BY 4.0).
# The noisy copy holds the clean split val as well: tools/analysis_tools/inject_noise.py changes nothing but the split train.
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type="d2sp_mm.PurifiedSampler", shuffle=True),
    dataset=dict(
        type="d2sp_mm.IndexedDataset",
        dataset=dict(
            type="PoseDataset",
            ann_file="data/uci_gfe_noisy/uci_gfe_face100_2d.pkl",
            split="train",
            pipeline=[
                dict(type="UniformSampleFrames", clip_len=16),
                dict(type="PoseDecode"),
                # The face fills the picture, so that neither its place nor its distance tells the recording.
                dict(type="PoseCompact", hw_ratio=1.0, allow_imgpad=True, threshold=1),
                dict(type="RandomResizedCrop", area_range=(0.6, 1.0), aspect_ratio_range=(0.8, 1.25)),
                dict(type="Resize", scale=(64, 64), keep_ratio=False),
                # Left and right are those of the picture. What lies in the middle has no partner.
                dict(
                    type="Flip",
                    flip_ratio=0.5,
                    left_kp=[
                        *[*range(0, 8), *range(16, 26), *range(36, 42)],  # eye, brow, nose
                        *[48, 49, 50, 58, 59, 60, 61, 67],  # lips
                        *[*range(68, 77), 87, *range(90, 95)],  # cheek, iris, above the brow
                    ],
                    right_kp=[
                        *[*range(8, 16), *range(26, 36), *range(47, 41, -1)],
                        *[54, 53, 52, 56, 55, 64, 63, 65],
                        *[*range(86, 77, -1), 88, *range(95, 100)],
                    ],
                ),
                dict(type="PreNormalize2D"),
                dict(type="GenSkeFeat", dataset="coco", feats=["j", "jm"]),
                dict(type="FormatGCNInput", num_person=1),
                dict(type="PackActionInputs"),
            ],
        ),
    ),
)
val_dataloader = dict(
    batch_size=32,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(
        type="PoseDataset",
        ann_file="data/uci_gfe_noisy/uci_gfe_face100_2d.pkl",
        split="val",
        test_mode=True,
        pipeline=[
            dict(type="UniformSampleFrames", clip_len=16, num_clips=1, test_mode=True),
            dict(type="PoseDecode"),
            dict(type="PoseCompact", hw_ratio=1.0, allow_imgpad=True, threshold=1),
            dict(type="Resize", scale=(64, 64), keep_ratio=False),
            dict(type="PreNormalize2D"),
            dict(type="GenSkeFeat", dataset="coco", feats=["j", "jm"]),
            dict(type="FormatGCNInput", num_person=1),
            dict(type="PackActionInputs"),
        ],
    ),
)
test_dataloader = val_dataloader
# mean_class_accuracy is the field's UAR, top1 its WAR.
val_evaluator = dict(type="AccMetric", metric_list=("top_k_accuracy", "mean_class_accuracy"))
test_evaluator = val_evaluator
