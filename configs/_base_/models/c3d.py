# C3D (D. Tran et al., "Learning Spatiotemporal Features with 3D Convolutional Networks", ICCV 2015). From scratch it wants
# batch normalisation, which the published network has not. Its first linear layer fits 16 frames of 112 x 112 only.
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="C3D",
        pretrained=None,
        conv_cfg=dict(type="Conv3d"),
        norm_cfg=dict(type="BN3d"),
        act_cfg=dict(type="ReLU"),
        out_dim=8192,
        dropout_ratio=0.5,
        init_std=0.005,
    ),
    cls_head=dict(
        type="I3DHead",
        in_channels=4096,
        spatial_type=None,
        num_classes=7,
        dropout_ratio=0.5,
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
