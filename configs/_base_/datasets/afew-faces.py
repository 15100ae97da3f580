# AFEW's faces (tools/dataset_converters/convert_dataset.py afew --clips PATTERN): 7 emotions, its val is tested on;
# folders of frames, otherwise as dfew.py.
_base_ = "dfew.py"

train_dataloader = dict(
    dataset=dict(dataset=dict(ann_file="data/afew/train.txt", data_prefix=dict(img="data/afew/frames"))),
)
val_dataloader = dict(dataset=dict(ann_file="data/afew/test.txt", data_prefix=dict(img="data/afew/frames")))
test_dataloader = val_dataloader
