"""MMAction2's cross entropy, observed and weighted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from mmaction.models.losses import CrossEntropyLoss

from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.weighted_scores import weigh_scores
from d2sp_mm.models.classifier_tap import ClassifierTap
from d2sp_mm.models.weight_learner import WeightLearner
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


@MODELS.register_module()
class ObservingCrossEntropyLoss(CrossEntropyLoss):
    """``CrossEntropyLoss`` of MMAction2 that leaves behind what it saw, and weighs samples while the hook says so.

    Until the purification hook attaches a classifier and switches the mode, it is MMAction2's loss bit for bit. In
    ``weighted`` mode it returns ``CE(w_i * l_i, y_i)`` as ``loss_cls`` and the rank regularisation as ``loss_rank``.

    Args:
        loss_weight: Factor of the cross entropy.
        class_weight: Factor of each class, length c.
        weight_head: Config of the weight head; its width comes from the recognizer's classifier.
        optimizer: Config of the weight head's optimizer. Adam, because its steps do not depend on the scale of a
            backbone's features.
        beta: Share of the batch whose weights are asked to be high, in (0, 1).
        delta: Asked distance of the mean weights, in [0, 1].
        rank_weight: Factor lambda of the rank regularisation, at least 0.

    Raises:
        ConfigError: If a hyper-parameter is out of range.

    Source:
        Weighting and regularisation after Self-Cure Network (CVPR 2020), as D2SP's coarse stage is reconstructed here.
        SCN trains the weight head with the network's optimizer; here it has its own, see :class:`WeightLearner`.
    """

    def __init__(
        self,
        loss_weight: float = 1.0,
        class_weight: list[float] | None = None,
        weight_head: dict[str, Any] | None = None,
        optimizer: dict[str, Any] | None = None,
        beta: float = 0.7,
        delta: float = 0.15,
        rank_weight: float = 1.0,
    ) -> None:
        super().__init__(loss_weight=loss_weight, class_weight=class_weight)
        if not 0 < beta < 1:
            raise ConfigError(f"ObservingCrossEntropyLoss: beta={beta!r} must be a share in (0, 1).")
        if not 0 <= delta <= 1:
            raise ConfigError(f"ObservingCrossEntropyLoss: delta={delta!r} must be in [0, 1].")
        if rank_weight < 0:
            raise ConfigError(f"ObservingCrossEntropyLoss: rank_weight={rank_weight!r} must be at least 0.")
        self._learner_settings: dict[str, Any] = {
            "weight_head": weight_head or {"type": "d2sp_mm.WeightHead"},
            "optimizer": optimizer or {"type": "Adam", "lr": 3e-2},
            "beta": beta,
            "delta": delta,
            "rank_weight": rank_weight,
        }
        self._mode = "plain"
        self.learner: WeightLearner | None = None
        self._tap: ClassifierTap | None = None
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
        if mode != "plain" and self._tap is None:
            raise ConfigError(f"ObservingCrossEntropyLoss: mode={mode!r} needs a classifier; call attach() first.")
        self._mode = mode
        if self._tap is not None:
            self._tap.listening = mode != "plain"

    def attach(self, tap: ClassifierTap, device: torch.device) -> None:
        """Give the loss the features of a classifier, so that it can learn weights."""
        self._tap = tap
        self.learner = WeightLearner(tap.in_features, device, **self._learner_settings)

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
        if self.mode == "plain" or self.learner is None or self._tap is None:
            return super().forward(cls_score, label, **kwargs)
        features = self._tap.take(len(cls_score))
        seen.features = features.detach()
        if self.mode == "detached":
            with torch.no_grad():
                seen.weights = self.learner.head(seen.features)
            return super().forward(cls_score, label, **kwargs)
        weights = self.learner.head(features, frozen=True)
        seen.weights = weights.detach()
        losses = {
            "loss_cls": super().forward(weigh_scores(cls_score, weights), label, **kwargs),
            "loss_rank": self.learner.rank_loss(weights),
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

    def learn_weights(self, seen: BatchObservation) -> None:
        """Let the weight head learn from a batch; does nothing in plain mode."""
        if self.mode != "plain" and self.learner is not None and seen.features is not None:
            self.learner.step(super().forward, seen.scores, seen.labels, seen.features)
