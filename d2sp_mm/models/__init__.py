"""The observing loss, the weight head, the tap on the classifier, and what MMAction2 lacks for the DFER networks."""

import d2sp_mm.compat  # noqa: F401 - mmaction.models cannot be imported without it
from d2sp_mm.models.backbones.former_dfer import FormerDFER
from d2sp_mm.models.backbones.resnet_lstm import ResNetLSTM
from d2sp_mm.models.data_preprocessors.clip_to_frames import ClipToFramesPreprocessor
from d2sp_mm.models.heads.weight_head import WeightHead
from d2sp_mm.models.losses.observing_cross_entropy import ObservingCrossEntropyLoss

__all__ = ["ClipToFramesPreprocessor", "FormerDFER", "ObservingCrossEntropyLoss", "ResNetLSTM", "WeightHead"]
