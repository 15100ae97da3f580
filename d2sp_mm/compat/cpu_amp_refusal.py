"""The optimizer wrapper that refuses mixed precision on the CPU by name."""

from __future__ import annotations

from typing import Any, NoReturn

from mmengine.optim import AmpOptimWrapper

from d2sp_mm.errors import ConfigError


class CPUAmpOptimWrapper(AmpOptimWrapper):
    """Stands in for MMEngine's AmpOptimWrapper where no accelerator is there.

    Raises:
        ConfigError: Always, when built.

    Source: our own.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ConfigError(
            "optim_wrapper.type='AmpOptimWrapper' (the flag --amp sets it): mixed precision wants a GPU, and this "
            "machine has none that torch can use. Leave out --amp, or set optim_wrapper.type='OptimWrapper'."
        )
