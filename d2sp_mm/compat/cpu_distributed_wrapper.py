"""A distributed wrapper for models on the CPU."""

from __future__ import annotations

from typing import Any

from mmengine.model import MMDistributedDataParallel
from torch import nn


class CPUDistributedDataParallel(MMDistributedDataParallel):
    """MMEngine's wrapper without the GPU numbers that its Runner always passes.

    Args:
        module: The model, on the CPU.
        device_ids: Ignored: torch refuses any value for a model on the CPU.
        **kwargs: As for ``mmengine.model.MMDistributedDataParallel``.

    Source: our own; torch's DistributedDataParallel asks for ``device_ids=None`` on the CPU.
    """

    def __init__(self, module: nn.Module, device_ids: Any = None, **kwargs: Any) -> None:
        super().__init__(module=module, device_ids=None, **kwargs)
