# UCI's Grammatical Facial Expressions, drawn as videos of 64 x 64 pixels by
# tools/dataset_converters/draw_keypoints.py: 9 classes, 5 to 65
# frames a clip. The noisy copy has the training clips, the drawn set the clean split val.
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type="d2sp_mm.PurifiedSampler", shuffle=True),
    dataset=dict(
        type="d2sp_mm.IndexedDataset",
        dataset=dict(
            type="VideoDataset",
            ann_file="data/uci_gfe_video_noisy/train.txt",
            data_prefix=dict(video="data/uci_gfe_video_noisy/data"),
            pipeline=[
                dict(type="DecordInit"),
                # The whole clip, whatever its length: an expression is a course, not a moment.
                dict(type="UniformSample", clip_len=8),
                dict(type="DecordDecode"),
                dict(type="RandomResizedCrop", area_range=(0.6, 1.0), aspect_ratio_range=(0.8, 1.25)),
                dict(type="Resize", scale=(48, 48), keep_ratio=False),
                dict(type="Flip", flip_ratio=0.5),
                dict(type="FormatShape", input_format="NCTHW"),
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
        type="VideoDataset",
        ann_file="data/uci_gfe_video/val.txt",
        data_prefix=dict(video="data/uci_gfe_video/videos"),
        test_mode=True,
        pipeline=[
            dict(type="DecordInit"),
            dict(type="UniformSample", clip_len=8, test_mode=True),
            dict(type="DecordDecode"),
            dict(type="Resize", scale=(48, 48), keep_ratio=False),
            dict(type="FormatShape", input_format="NCTHW"),
            dict(type="PackActionInputs"),
        ],
    ),
)
test_dataloader = val_dataloader
# mean_class_accuracy is the field's UAR, top1 its WAR.
val_evaluator = dict(type="AccMetric", metric_list=("top_k_accuracy", "mean_class_accuracy"))
test_evaluator = val_evaluator
