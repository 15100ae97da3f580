"""Small models of MMAction2's families with attention; none needs compiled operators or pretrained weights."""

from __future__ import annotations

from typing import Any

from tests.integration.convolutional_backbones import of_clips

#: As :data:`tests.integration.convolutional_backbones.CONVOLUTIONAL`.
ATTENTION: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "VideoSwin": (
        of_clips(
            dict(
                type="SwinTransformer3D",
                arch=dict(embed_dims=24, depths=[1, 1, 1, 1], num_heads=[1, 2, 4, 8]),
                pretrained=None,
                pretrained2d=False,
                patch_size=(2, 4, 4),
                window_size=(2, 4, 4),
            ),
            dict(type="I3DHead", in_channels=192),
        ),
        (1, 3, 4, 64, 64),
    ),
    "TimeSformer": (
        of_clips(
            dict(
                type="TimeSformer",
                pretrained=None,
                num_frames=4,
                img_size=32,
                patch_size=16,
                embed_dims=48,
                num_heads=2,
                num_transformer_layers=1,
            ),
            dict(type="TimeSformerHead", in_channels=48),
        ),
        (1, 3, 4, 32, 32),
    ),
    "UniFormer": (
        of_clips(
            dict(type="UniFormer", depth=[1, 1, 1, 1], img_size=32, embed_dim=[16, 32, 64, 64], head_dim=16),
            dict(type="I3DHead", in_channels=64),
        ),
        (1, 3, 4, 32, 32),
    ),
    "UniFormerV2": (
        of_clips(
            dict(
                type="UniFormerV2",
                input_resolution=32,
                patch_size=16,
                width=64,
                layers=2,
                heads=2,
                t_size=4,
                temporal_downsample=False,
                return_list=[0, 1],
                n_layers=2,
                n_dim=64,
                n_head=2,
                clip_pretrained=False,
            ),
            dict(type="TimeSformerHead", in_channels=64),
        ),
        (1, 3, 4, 32, 32),
    ),
    "MViTv2": (
        of_clips(
            dict(
                type="MViT",
                arch=dict(embed_dims=16, num_layers=2, num_heads=1, downscale_indices=[1]),
                spatial_size=32,
                temporal_size=4,
                out_scales=[1],
            ),
            dict(type="MViTHead", in_channels=32),
        ),
        (1, 3, 4, 32, 32),
    ),
    "VideoMAE": (
        of_clips(
            dict(
                type="VisionTransformer",
                img_size=32,
                patch_size=16,
                embed_dims=48,
                depth=1,
                num_heads=2,
                mlp_ratio=2,
                qkv_bias=True,
                num_frames=4,
            ),
            dict(type="TimeSformerHead", in_channels=48),
        ),
        (1, 3, 4, 32, 32),
    ),
    "Former-DFER": (
        of_clips(
            dict(type="d2sp_mm.FormerDFER", num_frames=4, input_size=32),
            dict(type="I3DHead", in_channels=512),
        ),
        (1, 3, 4, 32, 32),
    ),
}
