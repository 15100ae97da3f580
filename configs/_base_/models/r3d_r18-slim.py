# 3-D ResNet with 18 layers and a quarter of the channels (2.0 M parameters): small enough for a CPU.
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet3d",
        depth=18,
        pretrained=None,
        base_channels=16,
        conv1_kernel=(3, 5, 5),
        conv1_stride_t=2,
        pool1_stride_t=2,
        inflate=(0, 0, 1, 1),
        norm_eval=False,
    ),
    cls_head=dict(
        type="I3DHead",
        in_channels=128,
        num_classes=7,
        spatial_type="avg",
        dropout_ratio=0.2,
        average_clips="prob",
        topk=(1,),
        loss_cls=dict(type="d2sp_mm.ObservingCrossEntropyLoss"),
    ),
    data_preprocessor=dict(
        type="ActionDataPreprocessor",
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        format_shape="NCTHW",
    ),
)
