"""A term of the loss that holds a recognizer to what it learned early."""

from __future__ import annotations

import torch
from torch import nn

from d2sp_mm.registry import MODELS

#: ELR's own: neither logarithm nor gradient may become infinite.
_LEAST = 1e-4


@MODELS.register_module()
class EarlyLearningRegularization(nn.Module):
    """``mean_i s_i log(1 - <t_i, p_i>)`` with ``t_i = momentum * t_i' + (1 - momentum) * p_i``.

    ``t_i`` is the running mean of the predictions of sample i, through which no gradient flows. Where it is certain of a
    class, the gradient draws the prediction to that class, against a label that says another.

    Args:
        momentum: Of the running mean, in [0, 1).

    Source:
        Early-Learning Regularization (Liu et al., NeurIPS 2020, equations 6 and 9). There the mean is kept for each
        sample as it is drawn; here :class:`d2sp_mm.engine.early_learning.EarlyLearning` takes it from the ledger, which
        all ranks share, and gives each class a strength of its own.
    """

    def __init__(self, momentum: float = 0.9) -> None:
        super().__init__()
        self.momentum = momentum

    def forward(self, cls_score: torch.Tensor, means: torch.Tensor, strengths: torch.Tensor) -> torch.Tensor:
        """The term for a batch, a scalar.

        Args:
            cls_score: Class scores, shape (n, c).
            means: The running means t' before this batch, shape (n, c).
            strengths: The factors s, shape (n,).
        """
        probs = cls_score.float().softmax(dim=1).clamp(_LEAST, 1 - _LEAST)
        own = probs.detach() / probs.detach().sum(dim=1, keepdim=True)
        targets = self.momentum * means + (1 - self.momentum) * own
        agreement = (targets * probs).sum(dim=1).clamp(max=1 - _LEAST)
        return (strengths * (1 - agreement).log()).mean()
