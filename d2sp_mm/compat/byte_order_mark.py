"""Bridge: MMEngine takes a byte order mark for a part of a list's first path.

Some editors put the mark before UTF-8 text. ``list_from_file`` of MMEngine 0.10.7, by which MMAction2's datasets read their
lists, decodes it as a character, so that the first clip is looked for under a name that no file has.

Upstream: no issue that we know of; the reading is in ``LocalBackend.get_text``
    (``mmengine/fileio/backends/local_backend.py``).
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from d2sp_mm.compat.installed import module_installed

_MODULE = "mmengine.fileio.backends.local_backend"


def needed() -> bool:
    """Tell whether MMEngine is installed and its backend for files on the disk reads text itself."""
    return module_installed("mmengine") and not hasattr(_backend().get_text, "__wrapped__")


def apply() -> None:
    """Have MMEngine's backend read UTF-8 text with or without a mark; other encodings are left alone.

    Source: the codec ``utf-8-sig`` of Python's standard library.
    """
    if needed():
        backend = _backend()
        backend.get_text = _without_mark(backend.get_text)


def _backend() -> Any:
    return importlib.import_module(_MODULE).LocalBackend


def _without_mark(get_text: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(get_text)
    def read(self: Any, filepath: Any, encoding: str = "utf-8") -> str:
        plain = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
        return get_text(self, filepath, "utf-8-sig" if plain else encoding)

    return read
