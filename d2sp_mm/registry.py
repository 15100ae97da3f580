"""The child registries of scope ``d2sp_mm``.

``locations`` lets MMEngine find ``type='d2sp_mm.X'`` without ``custom_imports``. The registries hang below MMEngine's
roots, where every scope looks for a foreign one.
"""

from mmengine.registry import DATA_SAMPLERS as MMENGINE_DATA_SAMPLERS
from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
from mmengine.registry import Registry

HOOKS = Registry("hook", parent=MMENGINE_HOOKS, scope="d2sp_mm", locations=["d2sp_mm.engine"])
DATASETS = Registry("dataset", parent=MMENGINE_DATASETS, scope="d2sp_mm", locations=["d2sp_mm.datasets"])
DATA_SAMPLERS = Registry(
    "data sampler", parent=MMENGINE_DATA_SAMPLERS, scope="d2sp_mm", locations=["d2sp_mm.datasets"]
)
TRANSFORMS = Registry("transform", parent=MMENGINE_TRANSFORMS, scope="d2sp_mm", locations=["d2sp_mm.datasets"])
MODELS = Registry("model", parent=MMENGINE_MODELS, scope="d2sp_mm", locations=["d2sp_mm.models"])

#: Purification stages. MMEngine has no such registry, so this one is a root.
STAGES = Registry("stage", scope="d2sp_mm", locations=["d2sp_mm.engine"])
