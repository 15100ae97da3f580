from mmengine.config import read_base

with read_base():
    from .runtime import *  # noqa: F403

from mmaction.datasets import PackActionInputs, VideoDataset
from mmaction.models import ActionDataPreprocessor, CrossEntropyLoss, I3DHead, Recognizer3D
from mmengine.optim import MultiStepLR, OptimWrapper
from mmengine.runner import EpochBasedTrainLoop
from torch.optim import SGD

from tests.tiny_run import MakeClip, TinyBackbone

model = dict(
    type=Recognizer3D,
    backbone=dict(type=TinyBackbone),
    cls_head=dict(
        type=I3DHead,
        in_channels=32,
        num_classes=4,
        average_clips="prob",
        topk=(1,),
        loss_cls=dict(type=CrossEntropyLoss, loss_weight=1.0),
    ),
    data_preprocessor=dict(type=ActionDataPreprocessor, format_shape="NCTHW"),
)
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    sampler=sampler,  # noqa: F405
    dataset=dict(type=VideoDataset, ann_file="train.txt", pipeline=[dict(type=MakeClip), dict(type=PackActionInputs)]),
)
train_cfg = dict(type=EpochBasedTrainLoop, max_epochs=8)
optim_wrapper = dict(type=OptimWrapper, optimizer=dict(type=SGD, lr=0.1, momentum=0.9))
param_scheduler = [dict(type=MultiStepLR, begin=0, end=8, by_epoch=True, milestones=[6], gamma=0.1)]
