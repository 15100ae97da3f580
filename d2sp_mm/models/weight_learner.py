"""Training the weight head beside the recognizer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from mmengine import dist
from mmengine.registry import OPTIMIZERS

from d2sp_mm.functional.rank_regularization import rank_regularization
from d2sp_mm.functional.weighted_scores import weigh_scores
from d2sp_mm.ledger.required_keys import require_keys
from d2sp_mm.registry import MODELS

#: Cross entropy of scores (n, c) against hard or soft labels, a scalar.
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class WeightLearner:
    """Owns the weight head and its optimizer.

    The head is no part of the recognizer's modules: the trained checkpoint stays a stock one, the recognizer's
    optimizer, gradient clipping and ``DistributedDataParallel`` never meet it, and a dry run changes nothing. Its
    gradient is that of the joint loss, taken at the batch's detached scores and features.

    Args:
        in_channels: Width of the feature.
        device: Where the head lives.
        weight_head: Config of the head, without ``in_channels``.
        optimizer: Config of its optimizer, without ``params``.
        beta: See :func:`rank_regularization`.
        delta: See :func:`rank_regularization`.
        rank_weight: Factor lambda of the rank regularisation.
    """

    def __init__(
        self,
        in_channels: int,
        device: torch.device,
        weight_head: dict[str, Any],
        optimizer: dict[str, Any],
        beta: float,
        delta: float,
        rank_weight: float,
    ) -> None:
        self.head = MODELS.build({**weight_head, "in_channels": in_channels}).to(device)
        self.optimizer = OPTIMIZERS.build({**optimizer, "params": list(self.head.parameters())})
        self.beta = beta
        self.delta = delta
        self.rank_weight = rank_weight

    def rank_loss(self, weights: torch.Tensor) -> torch.Tensor:
        """The weighted rank regularisation of a batch, a scalar."""
        return self.rank_weight * rank_regularization(weights, self.beta, self.delta)

    def step(self, loss: Loss, scores: torch.Tensor, labels: torch.Tensor, features: torch.Tensor) -> None:
        """One optimizer step on one batch; gradients are averaged over the ranks.

        Args:
            loss: The recognizer's own cross entropy.
            scores: Detached plain scores, shape (n, c).
            labels: What the loss got as labels, hard (n,) or soft (n, c).
            features: Detached features, shape (n, d).
        """
        with torch.enable_grad():
            weights = self.head(features)
            total = loss(weigh_scores(scores.float(), weights), labels) + self.rank_loss(weights)
            self.optimizer.zero_grad(set_to_none=True)
            total.backward()
        for parameter in self.head.parameters():
            # A batch that overflows in half precision must not spoil the weights for good; to ask would wait for the device.
            parameter.grad.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
            if dist.is_distributed():
                dist.all_reduce(parameter.grad, op="mean")
        self.optimizer.step()

    def state(self) -> dict[str, Any]:
        """Tensors and numbers that :meth:`load` takes back."""
        return {"head": self.head.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Take over a saved state.

        Raises:
            DataError: If an entry is missing.
        """
        require_keys(state, ("head", "optimizer"), "the saved learner of the weights")
        require_keys(state["head"], self.head.state_dict(), "the saved weight head")
        self.head.load_state_dict(state["head"])
        self.optimizer.load_state_dict(state["optimizer"])
