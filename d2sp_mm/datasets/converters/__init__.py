"""From the files of the sets of facial expressions to MMAction2 annotation lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from d2sp_mm.datasets.converters import afew, crema_d, dfew, ferplus, ferv39k, mafw
from d2sp_mm.datasets.converters.conversion import Conversion, Options

#: What converts each dataset, by the name that the command line takes.
CONVERTERS: dict[str, Callable[[Path, Options], Conversion]] = {
    "dfew": dfew.convert,
    "ferv39k": ferv39k.convert,
    "mafw": mafw.convert,
    "afew": afew.convert,
    "crema-d": crema_d.convert,
    "ferplus": ferplus.convert,
}

__all__ = ["CONVERTERS", "Conversion", "Options"]
