"""Small models of MMAction2's convolutional, skeleton and audio families; none needs compiled operators or weights."""

from __future__ import annotations

from typing import Any

NUM_CLASSES = 4


def _model(kind: str, backbone: dict[str, Any], head: dict[str, Any], layout: str, **more: Any) -> dict[str, Any]:
    head = dict(num_classes=NUM_CLASSES, average_clips="prob", topk=(1,), **head)
    return dict(type=kind, backbone=backbone, cls_head=head, data_preprocessor=_preprocessor(layout), **more)


def _preprocessor(layout: str) -> dict[str, Any]:
    return dict(type="ActionDataPreprocessor", format_shape=layout)


def _of_frames(backbone: dict[str, Any], head: dict[str, Any]) -> dict[str, Any]:
    return _model("Recognizer2D", backbone, head, "NCHW")


def of_clips(backbone: dict[str, Any], head: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A recognizer of whole clips."""
    return _model("Recognizer3D", backbone, head, "NCTHW", **more)


_R18 = dict(type="ResNet", depth=18, pretrained=None, norm_eval=False)
_TPN_NECK = dict(
    type="TPN",
    in_channels=(256, 512),
    out_channels=64,
    spatial_modulation_cfg=dict(in_channels=(256, 512), out_channels=512),
    temporal_modulation_cfg=dict(downsample_scales=(2, 2)),
    upsample_cfg=dict(scale_factor=(1, 1, 1)),
    downsample_cfg=dict(downsample_scale=(1, 1, 1)),
    level_fusion_cfg=dict(in_channels=(64, 64), mid_channels=(64, 64), out_channels=128, downsample_scales=((1, 1, 1),) * 2),
    aux_head_cfg=dict(out_channels=NUM_CLASSES, loss_weight=0.5),
)
_SLOWFAST = dict(
    type="ResNet3dSlowFast",
    pretrained=None,
    resample_rate=2,
    speed_ratio=2,
    channel_ratio=8,
    slow_pathway=dict(
        type="resnet3d",
        depth=50,
        pretrained=None,
        base_channels=16,
        lateral=True,
        conv1_kernel=(1, 7, 7),
        dilations=(1, 1, 1, 1),
        conv1_stride_t=1,
        pool1_stride_t=1,
        inflate=(0, 0, 1, 1),
        norm_eval=False,
    ),
    fast_pathway=dict(
        type="resnet3d",
        depth=50,
        pretrained=None,
        lateral=False,
        base_channels=2,
        conv1_kernel=(5, 7, 7),
        conv1_stride_t=1,
        pool1_stride_t=1,
        norm_eval=False,
    ),
)

#: Model and shape of one sample's input, by the family's name. A leading 1 is the clip; 2-D recognizers have segments there.
CONVOLUTIONAL: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "TSN": (_of_frames(_R18, dict(type="TSNHead", in_channels=512)), (2, 3, 32, 32)),
    "TSM": (
        _of_frames(
            dict(type="ResNetTSM", depth=18, pretrained=None, pretrained2d=False, norm_eval=False, num_segments=2),
            dict(type="TSMHead", in_channels=512, num_segments=2),
        ),
        (2, 3, 32, 32),
    ),
    "TSM-MobileNetV2": (
        _of_frames(
            dict(type="MobileNetV2TSM", num_segments=2, pretrained2d=False, widen_factor=0.25),
            dict(type="TSMHead", in_channels=1280, num_segments=2),
        ),
        (2, 3, 32, 32),
    ),
    "TANet": (
        _of_frames(
            dict(type="TANet", depth=50, pretrained=None, norm_eval=False, num_segments=4),
            dict(type="TSMHead", in_channels=2048, num_segments=4, is_shift=False),
        ),
        (4, 3, 32, 32),
    ),
    "TRN": (_of_frames(_R18, dict(type="TRNHead", in_channels=512, num_segments=3, hidden_dim=16)), (3, 3, 32, 32)),
    "TPN": (
        of_clips(
            dict(
                type="ResNet3dSlowOnly",
                depth=50,
                pretrained=None,
                base_channels=16,
                out_indices=(2, 3),
                conv1_kernel=(1, 7, 7),
                inflate=(0, 0, 1, 1),
                norm_eval=False,
            ),
            dict(type="TPNHead", in_channels=2048),
            neck=_TPN_NECK,
        ),
        (1, 3, 4, 32, 32),
    ),
    "C2D": (
        of_clips(dict(type="C2D", depth=50, pretrained=None, norm_eval=False), dict(type="I3DHead", in_channels=2048)),
        (1, 3, 4, 32, 32),
    ),
    "I3D": (
        of_clips(
            dict(type="ResNet3d", depth=18, pretrained=None, base_channels=16, norm_eval=False),
            dict(type="I3DHead", in_channels=128),
        ),
        (1, 3, 4, 32, 32),
    ),
    "SlowOnly": (
        of_clips(
            dict(type="ResNet3dSlowOnly", depth=50, pretrained=None, base_channels=16, norm_eval=False),
            dict(type="I3DHead", in_channels=512),
        ),
        (1, 3, 4, 32, 32),
    ),
    "SlowFast": (of_clips(_SLOWFAST, dict(type="SlowFastHead", in_channels=576)), (1, 3, 8, 32, 32)),
    "CSN": (
        of_clips(
            dict(
                type="ResNet3dCSN",
                depth=50,
                pretrained=None,
                pretrained2d=False,
                base_channels=16,
                with_pool2=False,
                norm_eval=False,
            ),
            dict(type="I3DHead", in_channels=512),
        ),
        (1, 3, 8, 32, 32),
    ),
    "X3D": (
        of_clips(
            dict(type="X3D", gamma_w=1, gamma_b=2.25, gamma_d=1, norm_eval=False),
            dict(type="X3DHead", in_channels=432, fc1_bias=False),
        ),
        (1, 3, 4, 64, 64),
    ),
    "C3D": (
        of_clips(
            dict(type="C3D", pretrained=None, out_dim=2048),
            dict(type="I3DHead", in_channels=4096, spatial_type=None),
        ),
        (1, 3, 16, 32, 32),
    ),
    "R(2+1)D": (
        of_clips(
            dict(
                type="ResNet2Plus1d",
                depth=18,
                pretrained=None,
                pretrained2d=False,
                base_channels=16,
                norm_eval=False,
                conv_cfg=dict(type="Conv2plus1d"),
                norm_cfg=dict(type="BN3d"),
                act_cfg=dict(type="ReLU"),
                conv1_kernel=(3, 7, 7),
                conv1_stride_t=1,
                pool1_stride_t=1,
                inflate=(1, 1, 1, 1),
            ),
            dict(type="I3DHead", in_channels=128),
        ),
        (1, 3, 4, 32, 32),
    ),
    "ST-GCN": (
        dict(
            type="RecognizerGCN",
            backbone=dict(
                type="STGCN",
                graph_cfg=dict(layout="coco", mode="stgcn_spatial"),
                base_channels=8,
                num_stages=2,
                inflate_stages=[2],
                down_stages=[2],
            ),
            cls_head=dict(type="GCNHead", num_classes=NUM_CLASSES, in_channels=16, topk=(1,)),
        ),
        (1, 1, 4, 17, 3),
    ),
    "PoseC3D": (
        of_clips(
            dict(
                type="ResNet3dSlowOnly",
                depth=50,
                pretrained=None,
                in_channels=17,
                base_channels=8,
                num_stages=3,
                out_indices=(2,),
                stage_blocks=(1, 1, 1),
                conv1_stride_s=1,
                pool1_stride_s=1,
                inflate=(0, 1, 1),
                spatial_strides=(2, 2, 2),
                temporal_strides=(1, 1, 2),
                dilations=(1, 1, 1),
                norm_eval=False,
            ),
            dict(type="I3DHead", in_channels=128),
        ),
        (1, 17, 4, 16, 16),
    ),
    "TSN-audio": (
        dict(
            type="RecognizerAudio",
            backbone=dict(type="ResNet", depth=18, pretrained=None, in_channels=1, norm_eval=False),
            cls_head=dict(type="TSNAudioHead", num_classes=NUM_CLASSES, in_channels=512, topk=(1,)),
        ),
        (1, 1, 32, 32),
    ),
    "R3D-18": (
        of_clips(
            dict(
                type="ResNet3d",
                depth=18,
                pretrained=None,
                pretrained2d=False,
                base_channels=16,
                conv1_stride_t=1,
                with_pool1=False,
                with_pool2=False,
                temporal_strides=(1, 2, 2, 2),
            ),
            dict(type="I3DHead", in_channels=128),
        ),
        (1, 3, 4, 32, 32),
    ),
    "MC3-18": (
        of_clips(
            dict(
                type="ResNet3d",
                depth=18,
                pretrained=None,
                pretrained2d=False,
                base_channels=16,
                conv1_stride_t=1,
                with_pool1=False,
                with_pool2=False,
                inflate=(1, 0, 0, 0),
            ),
            dict(type="I3DHead", in_channels=128),
        ),
        (1, 3, 4, 32, 32),
    ),
    "ResNet18-LSTM": (
        of_clips(dict(type="d2sp_mm.ResNetLSTM", hidden_size=32), dict(type="I3DHead", in_channels=32)),
        (1, 3, 4, 32, 32),
    ),
}
