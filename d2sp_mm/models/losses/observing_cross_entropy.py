"""MMAction2's cross entropy, observed and weighted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from mmaction.models.losses import CrossEntropyLoss

from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.scn import weigh_scores
from d2sp_mm.models.heads.feature_recorder import FeatureRecorder
from d2sp_mm.registry import MODELS

#: ``plain``: stock loss. ``weighted``: the scores are weighted. ``detached``: stock loss, weights learned beside it.
MODES = ("plain", "weighted", "detached")


@dataclass
class BatchObservation:
    """What the loss saw of one batch, detached, on the model's device.

    Args:
        scores: Plain class scores, shape (n, c).
        labels: Labels as the loss got them, hard (n,) or soft (n, c).
        weights: Learned weights, shape (n,), or None in plain mode.
        features: Features of the classifier, shape (n, d), or None in plain mode.
    """

    scores: torch.Tensor
    labels: torch.Tensor
    weights: torch.Tensor | None = None
    features: torch.Tensor | None = None


class Weigher(Protocol):
    """What makes weights of features, and asks for their distance."""

    def weigh(self, features: torch.Tensor, frozen: bool = False) -> torch.Tensor:
        """Weights in (0, 1), shape (n,), of features (n, d); ``frozen``: gradients flow to the features only."""

    def rank_loss(self, weights: torch.Tensor) -> torch.Tensor:
        """The rank regularisation of a batch, a scalar."""


@MODELS.register_module()
class ObservingCrossEntropyLoss(CrossEntropyLoss):
    """``CrossEntropyLoss`` of MMAction2 that leaves behind what it saw, and weighs samples while the hook says so.

    Until the purification hook attaches a classifier and switches the mode, it is MMAction2's loss bit for bit. In
    ``weighted`` mode it returns ``CE(w_i * l_i, y_i)`` as ``loss_cls`` and the rank regularisation as ``loss_rank``.

    Args:
        loss_weight: Factor of the cross entropy.
        class_weight: Factor of each class, length c.

    Source:
        Weighting and regularisation after Self-Cure Network (CVPR 2020), as D2SP's coarse stage is reconstructed here.
    """

    def __init__(self, loss_weight: float = 1.0, class_weight: list[float] | None = None) -> None:
        super().__init__(loss_weight=loss_weight, class_weight=class_weight)
        self._mode = "plain"
        self._weigher: Weigher | None = None
        self._recorder: FeatureRecorder | None = None
        self._observation: BatchObservation | None = None
        self._calls = 0

    @property
    def mode(self) -> str:
        """One of ``MODES``."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        if mode not in MODES:
            raise ConfigError(f"ObservingCrossEntropyLoss: mode={mode!r} is unknown; choose one of {MODES}.")
        if mode != "plain" and self._recorder is None:
            raise ConfigError(f"ObservingCrossEntropyLoss: mode={mode!r} needs weights; call attach() first.")
        self._mode = mode
        if self._recorder is not None:
            self._recorder.listening = mode != "plain"

    def attach(self, recorder: FeatureRecorder, weigher: Weigher) -> None:
        """Give the loss the features of a classifier, and what makes weights of them.

        Args:
            recorder: Of the layer that classifies.
            weigher: What weighs; it learns beside the loss, which only records.
        """
        self._recorder, self._weigher = recorder, weigher

    def forward(self, cls_score: torch.Tensor, label: torch.Tensor, **kwargs: Any) -> Any:
        """The loss of a batch.

        Args:
            cls_score: Class scores, shape (n, c).
            label: Hard labels (n,) or soft labels (n, c).
            **kwargs: As MMAction2's ``CrossEntropyLoss`` takes them.

        Returns:
            A scalar, or in weighted mode a dictionary of ``loss_cls`` and ``loss_rank``.
        """
        seen = BatchObservation(scores=cls_score.detach(), labels=label.detach())
        self._observation = seen
        self._calls += torch.is_grad_enabled()
        if self.mode == "plain" or self._weigher is None or self._recorder is None:
            return super().forward(cls_score, label, **kwargs)
        features = self._recorder.take(len(cls_score))
        seen.features = features.detach()
        if self.mode == "detached":
            with torch.no_grad():
                seen.weights = self._weigher.weigh(seen.features)
            return super().forward(cls_score, label, **kwargs)
        weights = self._weigher.weigh(features, frozen=True)
        seen.weights = weights.detach()
        losses = {
            "loss_cls": super().forward(weigh_scores(cls_score, weights), label, **kwargs),
            "loss_rank": self._weigher.rank_loss(weights),
        }
        return losses

    def take_observation(self) -> BatchObservation | None:
        """What the loss saw of the last batch, and forget it; None if it saw none.

        Raises:
            ConfigError: If the head computed it more than once for the batch, as heads of several outputs do.
        """
        calls, self._calls = self._calls, 0
        if calls > 1:
            raise ConfigError(
                f"the head computed its loss {calls} times in one iteration: purification needs one row of scores a sample "
                "and does not support heads of several outputs (RGBPoseHead); train each modality by itself."
            )
        seen, self._observation = self._observation, None
        return seen

    def stock_loss(self, scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """MMAction2's cross entropy with these settings, a scalar, whatever the mode.

        Args:
            scores: Class scores, shape (n, c).
            labels: Hard labels (n,) or soft labels (n, c).
        """
        loss: torch.Tensor = super().forward(scores, labels)
        return loss
