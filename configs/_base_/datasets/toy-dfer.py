# The toy set of drawn faces (tools/dataset_converters/make_toy_dfer.py): 7 expressions, 16 frames of 64 x 64 pixels.
# Purification needs the wrapper and the sampler; nothing else differs from a plain MMAction2 dataset base.
train_dataloader = dict(
    # No worker process: a core a run is what the demo has.
    batch_size=16,
    num_workers=0,
    persistent_workers=False,
    sampler=dict(type="d2sp_mm.PurifiedSampler", shuffle=True),
    dataset=dict(
        type="d2sp_mm.IndexedDataset",
        dataset=dict(
            type="VideoDataset",
            ann_file="data/toy_dfer/train.txt",
            data_prefix=dict(video="data/toy_dfer/videos"),
            pipeline=[
                dict(type="DecordInit"),
                dict(type="SampleFrames", clip_len=8, frame_interval=2, num_clips=1),
                dict(type="DecordDecode"),
                dict(type="RandomResizedCrop", area_range=(0.7, 1.0), aspect_ratio_range=(0.8, 1.25)),
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
    num_workers=0,
    persistent_workers=False,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(
        type="VideoDataset",
        ann_file="data/toy_dfer/test.txt",
        data_prefix=dict(video="data/toy_dfer/videos"),
        test_mode=True,
        pipeline=[
            dict(type="DecordInit"),
            dict(type="SampleFrames", clip_len=8, frame_interval=2, num_clips=1, test_mode=True),
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
