"""What others do: published rules over the same observations, each a stage, to be compared with on equal terms."""

from d2sp_mm.stages.baselines.confident_learning import ConfidentLearning
from d2sp_mm.stages.baselines.dynamics import AreaUnderMargin, ForgettingEvents, LowConfidence
from d2sp_mm.stages.baselines.flagging import PredictionDiffers
from d2sp_mm.stages.baselines.losses import LossMixture, LowLossPruning, SmallLoss
from d2sp_mm.stages.baselines.scn import ScnRelabeling
from d2sp_mm.stages.baselines.selfie import Selfie

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
