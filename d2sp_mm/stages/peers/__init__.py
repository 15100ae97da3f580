"""What others do: published rules over the same observations, each a stage, to be compared with on equal terms."""

from d2sp_mm.stages.peers.area_under_margin import AreaUnderMargin
from d2sp_mm.stages.peers.confident_learning import ConfidentLearning
from d2sp_mm.stages.peers.forgetting import ForgettingEvents
from d2sp_mm.stages.peers.loss_mixture import LossMixture
from d2sp_mm.stages.peers.loss_pruning import LowLossPruning
from d2sp_mm.stages.peers.low_confidence import LowConfidence
from d2sp_mm.stages.peers.prediction_differs import PredictionDiffers
from d2sp_mm.stages.peers.scn import ScnRelabeling
from d2sp_mm.stages.peers.selfie import Selfie
from d2sp_mm.stages.peers.small_loss import SmallLoss

__all__ = [
    "AreaUnderMargin",
    "ConfidentLearning",
    "ForgettingEvents",
    "LossMixture",
    "LowConfidence",
    "LowLossPruning",
    "PredictionDiffers",
    "ScnRelabeling",
    "Selfie",
    "SmallLoss",
]
