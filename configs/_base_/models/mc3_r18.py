# MC3-18: 3-D convolutions in the stem and the first stage, 2-D ones in the others (D. Tran et al., "A Closer Look at
# Spatiotemporal Convolutions", CVPR 2018); the number of parameters of torchvision's mc3_18.
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet3d",
        depth=18,
        pretrained=None,
        pretrained2d=False,
        conv1_kernel=(3, 7, 7),
        conv1_stride_t=1,
        with_pool1=False,
        with_pool2=False,
        inflate=(1, 0, 0, 0),
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
