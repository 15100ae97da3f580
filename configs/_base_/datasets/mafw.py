# MAFW (tools/dataset_converters/convert_dataset.py mafw): 11 emotions, fold 1 of 5; 16 frames of 112 x 112 from the whole
# clip. In this set val is the test set.
train_dataloader = dict(
    batch_size=32,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="d2sp_mm.PurifiedSampler", shuffle=True),
    dataset=dict(
        type="d2sp_mm.IndexedDataset",
        dataset=dict(
            type="VideoDataset",
            ann_file="data/mafw/fold1_train.txt",
            data_prefix=dict(video="data/mafw/videos"),
            pipeline=[
                dict(type="DecordInit"),
                dict(type="UniformSample", clip_len=16),
                dict(type="DecordDecode"),
                dict(type="RandomResizedCrop", area_range=(0.7, 1.0), aspect_ratio_range=(0.8, 1.25)),
                dict(type="Resize", scale=(112, 112), keep_ratio=False),
                dict(type="Flip", flip_ratio=0.5),
                dict(type="FormatShape", input_format="NCTHW"),
                dict(type="PackActionInputs"),
            ],
        ),
    ),
)
val_dataloader = dict(
    batch_size=32,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(
        type="VideoDataset",
        ann_file="data/mafw/fold1_test.txt",
        data_prefix=dict(video="data/mafw/videos"),
        test_mode=True,
        pipeline=[
            dict(type="DecordInit"),
            dict(type="UniformSample", clip_len=16, test_mode=True),
            dict(type="DecordDecode"),
            dict(type="Resize", scale=(112, 112), keep_ratio=False),
            dict(type="FormatShape", input_format="NCTHW"),
            dict(type="PackActionInputs"),
        ],
    ),
)
test_dataloader = val_dataloader
# top1 is the field's WAR, mean_class_accuracy (mean1) its UAR.
val_evaluator = dict(type="AccMetric", metric_list=("top_k_accuracy", "mean_class_accuracy"))
test_evaluator = val_evaluator
