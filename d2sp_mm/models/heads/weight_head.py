"""The head that learns a weight for every clip."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from d2sp_mm.registry import MODELS


@MODELS.register_module()
class WeightHead(nn.Module):
    """One linear layer and a sigmoid on the normalised feature: ``w_i = sigmoid(v . norm(z_i) + c)``.

    ``norm`` is a layer norm without parameters. Without it the length of the features, which differs between backbones and
    grows while they train, decides how fast the head learns and drowns their direction: on the toy set the weight's
    average precision for corrupted clips stayed near that of chance. The layer starts at zero, so every clip starts with
    weight 1/2 and no random number is drawn.

    Args:
        in_channels: Width d of the feature.

    Source:
        Self-Cure Network (CVPR 2020), equation 1. There the feature is taken as it is and the layer starts at random.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.v = nn.Parameter(torch.zeros(1, in_channels))
        self.c = nn.Parameter(torch.zeros(1))

    def forward(self, features: torch.Tensor, frozen: bool = False) -> torch.Tensor:
        """Weights in (0, 1), shape (n,), of features of shape (n, d).

        Args:
            features: What the classifier receives, shape (n, d).
            frozen: Whether gradients flow to the features only, not to this layer.
        """
        v, c = (self.v.detach(), self.c.detach()) if frozen else (self.v, self.c)
        # Half precision would make ties of weights that differ, and ties are pruned by their index.
        with torch.autocast(features.device.type, enabled=False):
            normalised = F.layer_norm(features.float(), features.shape[1:])
            return torch.sigmoid(F.linear(normalised, v, c)).squeeze(1)
