"""The observing loss, the weight head, the tap on the classifier, and what MMAction2 lacks for the DFER networks."""

import d2sp_mm.compat  # noqa: F401 - mmaction.models cannot be imported without it
from d2sp_mm.models.former_dfer import FormerDFER
from d2sp_mm.models.frames_of_clips import FramesOfClips
from d2sp_mm.models.observing_cross_entropy import ObservingCrossEntropyLoss
from d2sp_mm.models.resnet_lstm import ResNetLSTM
from d2sp_mm.models.weight_head import WeightHead

__all__ = ["FormerDFER", "FramesOfClips", "ObservingCrossEntropyLoss", "ResNetLSTM", "WeightHead"]
