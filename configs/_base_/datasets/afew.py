# AFEW (tools/dataset_converters/convert_dataset.py afew): 7 emotions, its val is tested on; otherwise as mafw.py.
_base_ = "mafw.py"

train_dataloader = dict(
    dataset=dict(dataset=dict(ann_file="data/afew/train.txt", data_prefix=dict(video="data/afew/videos"))),
)
val_dataloader = dict(dataset=dict(ann_file="data/afew/test.txt", data_prefix=dict(video="data/afew/videos")))
test_dataloader = val_dataloader
