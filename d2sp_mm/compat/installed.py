"""What is installed, and what it computes on."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from pathlib import Path


def module_installed(name: str) -> bool:
    """Tell whether a top-level module can be imported, without importing it.

    Args:
        name: Name of a top-level module, for example ``"mmaction"``.

    Returns:
        True where it is imported already or can be found.

    Source: our own.
    """
    # find_spec raises for a module that was put in place by hand and has no spec.
    return sys.modules.get(name) is not None or importlib.util.find_spec(name) is not None


def module_file_exists(package: str, relative_path: str) -> bool:
    """Tell whether an installed package carries a file, without importing the package.

    ``importlib.util.find_spec`` on a submodule imports its parents, which fail where the file is missing.

    Args:
        package: Name of a top-level package.
        relative_path: Path inside the package, with forward slashes.

    Returns:
        True where one of the package's folders holds the file.

    Source: our own.
    """
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec is not None else None
    return any((Path(folder) / relative_path).is_file() for folder in folders or ())


def release_of(distribution: str) -> tuple[int, ...] | None:
    """Return the leading numbers of an installed distribution's version.

    Args:
        distribution: Name as on a package index, for example ``"transformers"``.

    Returns:
        For example ``(4, 28, 0)``; None where the distribution is not installed.

    Source: our own.
    """
    try:
        version = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    numbers = []
    for part in version.split("+")[0].split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def cpu_is_the_device() -> bool:
    """Tell whether MMEngine would place a model on the CPU.

    Returns:
        False also where torch or MMEngine are not installed: there is nothing to bridge then.

    Source: ``mmengine.device.get_device`` is what the Runner itself asks.
    """
    if not (module_installed("torch") and module_installed("mmengine")):
        return False
    return bool(importlib.import_module("mmengine.device").get_device() == "cpu")
