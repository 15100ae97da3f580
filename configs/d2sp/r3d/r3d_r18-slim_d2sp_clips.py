# A folder of one's own clips: write data/clips/train.txt and val.txt (`path,label` lines), set num_classes, then
#
#     python tools/train.py configs/d2sp/r3d/r3d_r18-slim_d2sp_clips.py --work-dir work_dirs/clips
_base_ = [
    "../../_base_/models/r3d_r18-slim.py",
    "../../_base_/datasets/clips.py",
    "../../_base_/schedules/sgd_80e.py",
    "../../_base_/purification/d2sp.py",
]

model = dict(cls_head=dict(num_classes=2))
