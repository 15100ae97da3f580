# CREMA-D (tools/dataset_converters/convert_dataset.py crema-d): 6 emotions, fold 1 of 5; otherwise as mafw.py.
_base_ = "mafw.py"

train_dataloader = dict(
    dataset=dict(dataset=dict(ann_file="data/crema-d/fold1_train.txt", data_prefix=dict(video="data/crema-d/videos"))),
)
val_dataloader = dict(dataset=dict(ann_file="data/crema-d/fold1_test.txt", data_prefix=dict(video="data/crema-d/videos")))
test_dataloader = val_dataloader
