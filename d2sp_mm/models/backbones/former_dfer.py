"""The network of Former-DFER."""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from mmaction.models.backbones import ResNet
from torch import nn

from d2sp_mm.errors import ConfigError
from d2sp_mm.registry import MODELS

#: How far ResNet-18 has reduced the picture where the spatial transformer looks at it.
_REDUCTION = 16
#: Standard deviation of what stands for place and time before training, as vision transformers have it.
_INIT_STD = 0.02


@MODELS.register_module()
class FormerDFER(ResNet):
    """Convolutional spatial transformer and temporal transformer for clips of faces.

    Each frame goes through ResNet-18, whose third stage's 256-channel map a spatial transformer attends over before the
    fourth stage sees it; the frames' 512-channel averages and a class token go through a temporal transformer, and what
    becomes of the token is the clip's feature. Use it in a ``Recognizer3D`` with an ``I3DHead`` of ``in_channels=512``.

    Args:
        num_frames: Frames a clip, at least 1.
        input_size: Height and width of a frame in pixels, a multiple of 16.
        spatial_layers: Layers of the spatial transformer.
        temporal_layers: Layers of the temporal transformer.
        num_heads: Heads of both; a divisor of 256.
        dropout_ratio: Dropout inside both, in [0, 1).
        pretrained: Weights of ResNet-18 for the convolutions, as MMAction2's ``ResNet`` takes them.
        **kwargs: Further arguments of MMAction2's ``ResNet``.

    Raises:
        ConfigError: A size or number that cannot work.

    Source:
        Z. Zhao, Q. Liu, "Former-DFER: Dynamic Facial Expression Recognition Transformer", ACM Multimedia 2021; sizes (one
        spatial and three temporal layers, eight heads, feed-forward widths 512 and 1024, no dropout) from the authors'
        published code. Differs: attention has biases, as torch's layers have; GELU is exact; places, times and the class
        token start at a standard deviation of .02, not 1. The authors' weights do not load.
    """

    def __init__(
        self,
        num_frames: int = 16,
        input_size: int = 112,
        spatial_layers: int = 1,
        temporal_layers: int = 3,
        num_heads: int = 8,
        dropout_ratio: float = 0.0,
        pretrained: str | None = None,
        **kwargs: Any,
    ) -> None:
        if input_size < _REDUCTION or input_size % _REDUCTION:
            raise ConfigError(f"FormerDFER: input_size={input_size!r} must be a multiple of {_REDUCTION} pixels.")
        if num_frames < 1:
            raise ConfigError(f"FormerDFER: num_frames={num_frames!r} must be at least 1.")
        super().__init__(depth=18, pretrained=pretrained, **kwargs)
        self.num_frames = num_frames
        self.input_size = input_size
        places = (input_size // _REDUCTION) ** 2
        self.place_embedding = nn.Parameter(torch.zeros(1, places, 256))
        self.spatial_transformer = _transformer(spatial_layers, 256, num_heads, 512, dropout_ratio)
        self.class_token = nn.Parameter(torch.zeros(1, 1, 512))
        self.time_embedding = nn.Parameter(torch.zeros(1, num_frames + 1, 512))
        self.temporal_transformer = _transformer(temporal_layers, 512, num_heads, 1024, dropout_ratio)

    def init_weights(self) -> None:
        """Initialise, or load the convolutions' weights."""
        super().init_weights()
        for parameter in (self.place_embedding, self.class_token, self.time_embedding):
            nn.init.trunc_normal_(parameter, std=_INIT_STD)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The features of clips.

        Args:
            x: Clips, shape ``(n, 3, num_frames, input_size, input_size)``.

        Returns:
            Shape ``(n, 512, 1, 1, 1)``, as MMAction2's heads of clips take it.

        Raises:
            ConfigError: The clips have another shape.
        """
        wanted = (self.num_frames, self.input_size, self.input_size)
        if tuple(x.shape[2:]) != wanted:
            raise ConfigError(
                f"FormerDFER: clips of frames, height and width {tuple(x.shape[2:])}; it was built for {wanted}. Change the "
                "pipeline, or num_frames and input_size of model.backbone."
            )
        frames = rearrange(x, "n c t h w -> (n t) c h w")
        frames = self.maxpool(self.conv1(frames))
        for stage in self.res_layers[:3]:
            frames = getattr(self, stage)(frames)
        height = frames.shape[2]
        places = rearrange(frames, "b c h w -> b (h w) c") + self.place_embedding
        places = self.spatial_transformer(places)
        frames = rearrange(places, "b (h w) c -> b c h w", h=height)
        frames = getattr(self, self.res_layers[3])(frames)
        times = rearrange(frames.mean(dim=(2, 3)), "(n t) c -> n t c", t=self.num_frames)
        times = torch.cat([self.class_token.expand(len(times), -1, -1), times], dim=1) + self.time_embedding
        return rearrange(self.temporal_transformer(times)[:, 0], "n c -> n c 1 1 1")


def _transformer(layers: int, width: int, heads: int, feed_forward: int, dropout: float) -> nn.Sequential:
    """Layers that normalise before attention and feed-forward."""
    return nn.Sequential(
        *(
            nn.TransformerEncoderLayer(
                width, heads, feed_forward, dropout, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(layers)
        )
    )
