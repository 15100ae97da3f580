# FERV39k (tools/dataset_converters/convert_dataset.py ferv39k): 7 emotions, one split; otherwise as dfew.py.
_base_ = "dfew.py"

train_dataloader = dict(
    dataset=dict(dataset=dict(ann_file="data/ferv39k/train.txt", data_prefix=dict(img="data/ferv39k/frames"))),
)
val_dataloader = dict(dataset=dict(ann_file="data/ferv39k/test.txt", data_prefix=dict(img="data/ferv39k/frames")))
test_dataloader = val_dataloader
