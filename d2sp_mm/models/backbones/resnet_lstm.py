"""ResNet and LSTM, the field's recurrent baseline."""

from __future__ import annotations

from typing import Any

import torch
from einops import rearrange
from mmaction.models.backbones import ResNet
from torch import nn

from d2sp_mm.errors import ConfigError
from d2sp_mm.registry import MODELS


@MODELS.register_module()
class ResNetLSTM(ResNet):
    """A ResNet that sees each frame, and an LSTM that reads the frames' features in order.

    The LSTM's last output is the clip's feature. Use it in a ``Recognizer3D`` with an ``I3DHead`` of
    ``in_channels=hidden_size``.

    Args:
        depth: Layers of the ResNet: 18, 34, 50, 101 or 152.
        hidden_size: Width of the LSTM, at least 1.
        num_layers: Layers of the LSTM, at least 1.
        pretrained: Weights of the ResNet, as MMAction2's ``ResNet`` takes them.
        **kwargs: Further arguments of MMAction2's ``ResNet``.

    Raises:
        ConfigError: A width or number of layers below 1.

    Source:
        After J. Donahue et al., "Long-term Recurrent Convolutional Networks", CVPR 2015; with ResNet-18 it is a baseline of
        DFEW (X. Jiang et al., ACM Multimedia 2020). Neither width nor depth of the LSTM was available to us: one layer of
        512, the width of ResNet-18's feature, is ours. Differs from LRCN: the last output is classified, not the mean of
        the predictions at every frame.
    """

    def __init__(
        self,
        depth: int = 18,
        hidden_size: int = 512,
        num_layers: int = 1,
        pretrained: str | None = None,
        **kwargs: Any,
    ) -> None:
        if hidden_size < 1 or num_layers < 1:
            raise ConfigError(f"ResNetLSTM: hidden_size={hidden_size!r} and num_layers={num_layers!r} must be at least 1.")
        super().__init__(depth=depth, pretrained=pretrained, **kwargs)
        self.lstm = nn.LSTM(self.feat_dim, hidden_size, num_layers, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The features of clips.

        Args:
            x: Clips, shape ``(n, 3, t, h, w)``.

        Returns:
            Shape ``(n, hidden_size, 1, 1, 1)``, as MMAction2's heads of clips take it.
        """
        frames = super().forward(rearrange(x, "n c t h w -> (n t) c h w"))
        outputs, _ = self.lstm(rearrange(frames.mean(dim=(2, 3)), "(n t) c -> n t c", t=x.shape[2]))
        return rearrange(outputs[:, -1], "n c -> n c 1 1 1")
