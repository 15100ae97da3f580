# TSM on ResNet-50, 16 frames (J. Lin et al., "TSM: Temporal Shift Module", ICCV 2019); for ImageNet weights
# set `model.backbone.pretrained="torchvision://resnet50"` and `pretrained2d=True`.
model = dict(
    type="Recognizer2D",
    backbone=dict(
        type="ResNetTSM",
        depth=50,
        num_segments=16,
        pretrained=None,
        pretrained2d=False,
        norm_eval=False,
        shift_div=8,
    ),
    cls_head=dict(
        type="TSMHead",
        in_channels=2048,
        num_segments=16,
        consensus=dict(type="AvgConsensus", dim=1),
        is_shift=True,
        num_classes=7,
        dropout_ratio=0.5,
        average_clips="prob",
        topk=(1,),
        loss_cls=dict(type="d2sp_mm.ObservingCrossEntropyLoss"),
    ),
    data_preprocessor=dict(
        type="d2sp_mm.ClipToFramesPreprocessor",
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
    ),
)
