"""Converting a small set, and writing what comes of it."""

from __future__ import annotations

from pathlib import Path

from d2sp_mm.datasets.converters import CONVERTERS, Options
from d2sp_mm.datasets.converters.writing import write_conversion


def convert(name: str, root: Path, **options):
    return CONVERTERS[name](root, Options(**options))


def written(name: str, root: Path, out: Path, **options) -> Path:
    write_conversion(convert(name, root, **options), out, Options())
    return out
