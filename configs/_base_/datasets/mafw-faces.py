# MAFW's faces (tools/dataset_converters/convert_dataset.py mafw --clips FOLDER): 11 emotions, fold 1 of 5;
# folders of frames, otherwise as dfew.py.
_base_ = "dfew.py"

train_dataloader = dict(
    dataset=dict(dataset=dict(ann_file="data/mafw/fold1_train.txt", data_prefix=dict(img="data/mafw/frames"))),
)
val_dataloader = dict(dataset=dict(ann_file="data/mafw/fold1_test.txt", data_prefix=dict(img="data/mafw/frames")))
test_dataloader = val_dataloader
