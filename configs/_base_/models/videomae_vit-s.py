# VideoMAE with ViT-S (Z. Tong et al., NeurIPS 2022) on pictures of 112 x 112. It is of use with weights from
# self-supervised training (`load_from`); from scratch it learns little on sets of this size.
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="VisionTransformer",
        img_size=112,
        patch_size=16,
        embed_dims=384,
        depth=12,
        num_heads=6,
        mlp_ratio=4,
        qkv_bias=True,
        num_frames=16,
        norm_cfg=dict(type="LN", eps=1e-6),
    ),
    cls_head=dict(
        type="TimeSformerHead",
        in_channels=384,
        num_classes=7,
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
