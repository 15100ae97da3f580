"""Checks of environment, config and data, before hours are spent."""

import d2sp_mm.compat  # noqa: F401 - MMAction2 cannot be imported without the bridges
from d2sp_mm.doctor.examine import examine
from d2sp_mm.doctor.finding import LEVELS, Finding

__all__ = ["LEVELS", "Finding", "examine"]
