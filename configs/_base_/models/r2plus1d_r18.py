# R(2+1)D-18, as MMAction2 builds R(2+1)D (D. Tran et al., "A Closer Look at Spatiotemporal Convolutions", CVPR 2018).
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet2Plus1d",
        depth=18,
        pretrained=None,
        pretrained2d=False,
        conv_cfg=dict(type="Conv2plus1d"),
        norm_cfg=dict(type="BN3d", requires_grad=True, eps=1e-3),
        conv1_kernel=(3, 7, 7),
        conv1_stride_t=1,
        pool1_stride_t=1,
        inflate=(1, 1, 1, 1),
        temporal_strides=(1, 2, 2, 2),
        norm_eval=False,
        zero_init_residual=False,
    ),
    cls_head=dict(
        type="I3DHead",
        in_channels=512,
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
