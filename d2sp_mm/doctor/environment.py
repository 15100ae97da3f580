"""Versions, and the known defects of the published packages."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys

from d2sp_mm.compat import (
    BRIDGES,
    cpu_amp,
    cpu_distributed,
    missing_drn,
    missing_importlib_metadata,
    safe_globals,
    transformers_without_timm,
)
from d2sp_mm.compat.installed import module_installed, release_of
from d2sp_mm.doctor.finding import Finding

#: What the package stands on: the distributions that give it (any will do), and the module that must be importable.
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
_ASSERTED_MMCV = (2, 2, 0)
_FIRST_STRICT_NUMPY = (2,)
#: What each bridge is over, in words.
_DEFECTS = {
    missing_importlib_metadata: "MMAction2 imports importlib_metadata, which it does not declare",
    missing_drn: "mmaction.models.localizers.drn is missing from MMAction2's wheel (mmaction2 #2714)",
    transformers_without_timm: "with transformers but without timm, mmaction.models cannot be imported",
    safe_globals: "torch >= 2.6 refuses MMEngine's checkpoints (mmengine #1655)",
    cpu_distributed: "MMEngine's launcher for processes wants a GPU",
    cpu_amp: "MMEngine's AMP wants a GPU",
}


def check_environment() -> list[Finding]:
    """Versions of what is installed, and which defects are bridged.

    Source:
        The ranges are those that MMAction2 1.2.0 asserts, or that its tests were seen to fail in.
    """
    findings = [_package(module, distributions) for module, distributions in _PACKAGES.items()]
    findings.append(Finding("ok", f"Python {sys.version.split()[0]}"))
    findings += [finding for check in (_mmcv, _numpy, _opencv, _models) for finding in check()]
    return findings


def _package(module: str, distributions: tuple[str, ...]) -> Finding:
    if not module_installed(module):
        return Finding("fail", f"{module} is not installed", f"pip install {distributions[0]}")
    found = [f"{name} {version}" for name in distributions if (version := _version(name))]
    return Finding("ok", ", ".join(found) or f"{module} (no distribution of it is known)")


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _mmcv() -> list[Finding]:
    release = release_of("mmcv") or release_of("mmcv-lite")
    if release is None or release < _ASSERTED_MMCV:
        return []
    return [Finding("fail", f"mmcv {'.'.join(map(str, release))}: MMAction2 1.2.0 asserts mmcv < 2.2.0", "install mmcv 2.1.0")]


def _numpy() -> list[Finding]:
    release = release_of("numpy")
    if release is None or release < _FIRST_STRICT_NUMPY:
        return []
    what = f"numpy {'.'.join(map(str, release))}: ColorJitter, PoseCompact and others of MMAction2 1.2.0 fail under numpy 2"
    return [Finding("warn", what, "pip install 'numpy<2'")]


def _opencv() -> list[Finding]:
    found = [name for name in _PACKAGES["cv2"] if _version(name)]
    if len(found) < 2:
        return []
    return [Finding("warn", f"{' and '.join(found)} write the same folder cv2", "uninstall all of them, then install one")]


def _models() -> list[Finding]:
    """Whether MMAction2 can be imported, and what stands in for its defects."""
    bridged = [Finding("ok", f"bridged: {_DEFECTS[bridge]}") for bridge in BRIDGES if _stands_in(bridge)]
    try:
        importlib.import_module("mmaction.models")
    # Whatever a broken environment raises is the finding.
    except Exception as error:
        return [*bridged, Finding("fail", f"mmaction.models cannot be imported: {type(error).__name__}: {error}", _ADVICE)]
    return bridged


_ADVICE = "the lock in requirements/runtime.lock names versions that go together"


def _stands_in(bridge: object) -> bool:
    """Whether the defect is in this environment: bridges have been applied when this package was imported."""
    if bridge is missing_drn:
        return module_installed("mmaction") and not _file_is_there("mmaction.models.localizers.drn.drn")
    if bridge is missing_importlib_metadata:
        return not module_installed("importlib_metadata")
    if bridge is transformers_without_timm:
        return module_installed("transformers") and not module_installed("timm")
    if bridge is safe_globals:
        release = release_of("torch")
        return release is not None and release >= (2, 6)
    import torch

    return not torch.cuda.is_available()


def _file_is_there(module: str) -> bool:
    found = sys.modules.get(module)
    return found is not None and getattr(found, "__file__", None) is not None and "d2sp_mm" not in str(found.__file__)
