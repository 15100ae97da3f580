# Former-DFER (d2sp_mm/models/backbones/former_dfer.py).
model = dict(
    type="Recognizer3D",
    backbone=dict(
        type="d2sp_mm.FormerDFER",
        num_frames=16,
        input_size=112,
        norm_eval=False,
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
