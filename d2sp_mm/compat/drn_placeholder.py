"""The class that stands in for MMAction2's localizer DRN where the wheel lacks it."""

from __future__ import annotations

from typing import NoReturn

from mmaction.registry import MODELS

from d2sp_mm.errors import ConfigError


@MODELS.register_module()
class DRN:
    """Stand-in for ``mmaction.models.localizers.drn.drn.DRN``: it can be imported and registered, not built.

    Raises:
        ConfigError: Always, when built.

    Source: https://github.com/open-mmlab/mmaction2/issues/2714
    """

    def __init__(self, *args: object, **kwargs: object) -> NoReturn:
        raise ConfigError(
            "model type='DRN': the installed MMAction2 does not carry this localizer "
            "(https://github.com/open-mmlab/mmaction2/issues/2714). Install MMAction2 from its source repository to "
            "use it; every other model works without it."
        )
