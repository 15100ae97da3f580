"""Versions, and the known defects of the published packages."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys

from mmengine.config import Config

from d2sp_mm import compat
from d2sp_mm.compat.installed import cpu_is_the_device, module_installed, release_of
from d2sp_mm.doctor.finding import Finding

#: What the package stands on: the module that must be importable, and the distributions that give it (any will do).
_PACKAGES = {
    "torch": ("torch",),
    "mmengine": ("mmengine", "mmengine-lite"),
    "mmcv": ("mmcv", "mmcv-lite"),
    "mmaction": ("mmaction2",),
    "numpy": ("numpy",),
    "cv2": ("opencv-python-headless", "opencv-python", "opencv-contrib-python-headless", "opencv-contrib-python"),
    "decord": ("decord", "eva-decord"),
    "einops": ("einops",),
}


def check_environment(config: Config) -> list[Finding]:
    """Versions of what is installed, which defects are bridged, and what would fail all the same.

    Args:
        config: The config: what it does not use need not be installed.

    Source:
        The bounds are those that MMAction2 1.2.0 asserts, or beyond which its own tests were seen to fail.
    """
    device = "training on the CPU" if cpu_is_the_device() else "training on a GPU"
    findings = [Finding("ok", f"Python {sys.version.split()[0]}, {device}")]
    unused = set() if "Decord" in str(config.to_dict()) else {"decord"}
    findings += [_package(module, names) for module, names in _PACKAGES.items() if module not in unused]
    findings += [
        Finding("ok", f"bridged: {_first_line(bridge)}") for bridge in compat.BRIDGES if bridge.__name__ in compat.APPLIED
    ]
    return findings + [finding for check in (_mmcv, _numpy, _opencv, _models) if (finding := check()) is not None]


def _package(module: str, distributions: tuple[str, ...]) -> Finding:
    if not module_installed(module):
        return Finding("fail", f"{module} is not installed", f"pip install {distributions[0]}")
    found = [f"{name} {version}" for name in distributions if (version := _version(name))]
    return Finding("ok", ", ".join(found) or f"{module}, of no known distribution")


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _first_line(bridge: object) -> str:
    """What a bridge is over, from its own words."""
    return (bridge.__doc__ or "").splitlines()[0].removeprefix("Bridge: ")


def _mmcv() -> Finding | None:
    release = release_of("mmcv") or release_of("mmcv-lite")
    if release is None or release < (2, 2):
        return None
    return Finding("fail", f"mmcv {'.'.join(map(str, release))}: MMAction2 1.2.0 asserts mmcv < 2.2.0", "install mmcv 2.1.0")


def _numpy() -> Finding | None:
    release = release_of("numpy")
    if release is None or release < (2,):
        return None
    what = (
        f"numpy {'.'.join(map(str, release))}: transforms of MMAction2 1.2.0 fail under numpy 2 (ColorJitter, PoseCompact)"
    )
    return Finding("warn", what, "pip install 'numpy<2'")


def _opencv() -> Finding | None:
    found = [name for name in _PACKAGES["cv2"] if _version(name)]
    if len(found) < 2:
        return None
    return Finding("warn", f"{' and '.join(found)} write the same folder cv2", "uninstall all of them, then install one")


def _models() -> Finding | None:
    try:
        importlib.import_module("mmaction.models")
    # Whatever a broken environment raises is the finding.
    except Exception as error:
        what = f"mmaction.models cannot be imported: {type(error).__name__}: {error}"
        return Finding("fail", what, "requirements/runtime.lock names versions that go together")
    return None
