# A folder of clips in whatever containers, codecs and sizes, and a list of `path,label` lines below it; a comma, because a
# file name may hold spaces. A template for data of your own: short clips, the whole of each.
_base_ = "uci-gfe_video.py"

train_dataloader = dict(
    dataset=dict(
        dataset=dict(ann_file="data/clips/train.txt", data_prefix=dict(video="data/clips"), delimiter=","),
    ),
)
val_dataloader = dict(
    dataset=dict(ann_file="data/clips/val.txt", data_prefix=dict(video="data/clips"), delimiter=","),
)
test_dataloader = val_dataloader
