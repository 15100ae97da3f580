# A folder of clips in whatever containers, codecs and sizes, and a list of `path,label` lines below it; a comma, because a
# file name may hold spaces. A template for data of your own: short clips, the whole of each.
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type="d2sp_mm.PurifiedSampler", shuffle=True),
    dataset=dict(
        type="d2sp_mm.IndexedDataset",
        dataset=dict(
            type="VideoDataset",
            ann_file="data/clips/train.txt",
            data_prefix=dict(video="data/clips"),
            delimiter=",",
            pipeline=[
                dict(type="DecordInit"),
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
        ann_file="data/clips/val.txt",
        data_prefix=dict(video="data/clips"),
        delimiter=",",
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
val_evaluator = dict(type="AccMetric", metric_list=("top_k_accuracy", "mean_class_accuracy"))
test_evaluator = val_evaluator
