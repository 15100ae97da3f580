# I3D on ResNet-50, as MMAction2 has it (J. Carreira, A. Zisserman, CVPR 2017, inflated ResNet); the ImageNet weights are
# inflated where `model.backbone.pretrained="torchvision://resnet50"` names them.
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="ResNet3d",
        depth=50,
        pretrained=None,
        pretrained2d=True,
        conv1_kernel=(5, 7, 7),
        conv1_stride_t=2,
        pool1_stride_t=2,
        conv_cfg=dict(type="Conv3d"),
        norm_eval=False,
        inflate=((1, 1, 1), (1, 0, 1, 0), (1, 0, 1, 0, 1, 0), (0, 1, 0)),
        zero_init_residual=False,
    ),
    cls_head=dict(
        type="I3DHead",
        in_channels=2048,
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
