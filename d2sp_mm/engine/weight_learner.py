"""Training the weight head beside the recognizer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import torch
from mmengine import dist
from mmengine.registry import OPTIMIZERS

from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.scn import rank_regularization, weigh_scores
from d2sp_mm.io.saved_state import require_keys
from d2sp_mm.registry import MODELS

#: Cross entropy of scores (n, c) against hard or soft labels, a scalar.
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class WeightSettings:
    """How weights are learned.

    Args:
        weight_head: Config of the weight head, without ``in_channels``: its width is that of the recognizer's classifier.
        optimizer: Config of its optimizer, without ``params``. Adam, because its steps do not depend on the scale of a
            backbone's features.
        beta: Share of the batch whose weights are asked to be high, in (0, 1).
        delta: Asked distance of the mean weights, in [0, 1].
        rank_weight: Factor lambda of the rank regularisation, at least 0.

    Raises:
        ConfigError: If a value is out of range.
    """

    weight_head: Mapping[str, Any] = field(default_factory=lambda: {"type": "d2sp_mm.WeightHead"})
    optimizer: Mapping[str, Any] = field(default_factory=lambda: {"type": "Adam", "lr": 3e-2})
    beta: float = 0.7
    delta: float = 0.15
    rank_weight: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.beta < 1:
            raise ConfigError(f"weight_learner: beta={self.beta!r} must be a share in (0, 1).")
        if not 0 <= self.delta <= 1:
            raise ConfigError(f"weight_learner: delta={self.delta!r} must be in [0, 1].")
        if self.rank_weight < 0:
            raise ConfigError(f"weight_learner: rank_weight={self.rank_weight!r} must be at least 0.")

    @staticmethod
    def of(config: Mapping[str, Any] | None) -> WeightSettings:
        """Take settings from a config.

        Raises:
            ConfigError: If there is no such setting.
        """
        known = {one.name for one in fields(WeightSettings)}
        unknown = sorted(set(config or {}) - known)
        if unknown:
            raise ConfigError(f"weight_learner has no setting {unknown[0]!r}; it has {', '.join(sorted(known))}.")
        return WeightSettings(**(config or {}))


class WeightLearner:
    """Owns the weight head and its optimizer.

    The head is no part of the recognizer's modules: the trained checkpoint stays a stock one, the recognizer's
    optimizer, gradient clipping and ``DistributedDataParallel`` never meet it, and a dry run changes nothing. Its
    gradient is that of the joint loss, taken at the batch's detached scores and features.

    Args:
        in_channels: Width of the feature.
        device: Where the head lives.
        settings: How it learns.

    Source:
        Self-Cure Network (CVPR 2020). SCN trains its head with the network's optimizer.
    """

    def __init__(self, in_channels: int, device: torch.device, settings: WeightSettings | None = None) -> None:
        self.settings = settings or WeightSettings()
        self.head = MODELS.build({**self.settings.weight_head, "in_channels": in_channels}).to(device)
        self.optimizer = OPTIMIZERS.build({**self.settings.optimizer, "params": list(self.head.parameters())})

    def weigh(self, features: torch.Tensor, frozen: bool = False) -> torch.Tensor:
        """Weights in (0, 1), shape (n,), of features (n, d); ``frozen``: gradients flow to the features only."""
        weights: torch.Tensor = self.head(features, frozen=frozen)
        return weights

    def rank_loss(self, weights: torch.Tensor) -> torch.Tensor:
        """The weighted rank regularisation of a batch, a scalar."""
        settings = self.settings
        return settings.rank_weight * rank_regularization(weights, settings.beta, settings.delta)

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
            # A batch that overflows in half precision must not corrupt the weights for good; to ask would wait for the
            # device.
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
