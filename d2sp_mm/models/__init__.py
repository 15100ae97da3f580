"""The observing loss, the weight head, and the tap on the classifier."""

import d2sp_mm.compat  # noqa: F401 - mmaction.models cannot be imported without it
from d2sp_mm.models.observing_cross_entropy import ObservingCrossEntropyLoss
from d2sp_mm.models.weight_head import WeightHead

__all__ = ["ObservingCrossEntropyLoss", "WeightHead"]
