"""A config whose clips are decoded once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config

_LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")


def decode_once_options(config: Config, cache: Path | str) -> dict[str, str]:
    """What a config needs so that each of its clips is decoded once, and read from a folder of frames from then on.

    It trains as before, bit for bit.

    Args:
        config: A config; left as it is. Clips that anything else than ``DecordInit`` opens, or ``DecordDecode`` reads in its
            mode ``efficient``, are decoded as before.
        cache: The folder, for :class:`d2sp_mm.datasets.CachedDecordInit`.

    Returns:
        Values by dotted names, for ``Config.merge_from_dict`` and ``--cfg-options``.
    """
    options: dict[str, str] = {}
    for loader in _LOADERS:
        for step in _decoders(config.get(loader), loader):
            options |= {f"{step}.type": "d2sp_mm.CachedDecordInit", f"{step}.cache": str(cache)}
    return options


def _decoders(part: Any, path: str) -> Iterator[str]:
    if isinstance(part, (list, tuple)):
        # That mode reads key frames, which an array does not know.
        if any(isinstance(step, dict) and step.get("mode") == "efficient" for step in part):
            return
        part = dict(enumerate(part))
    if isinstance(part, dict):
        if part.get("type") in ("DecordInit", "mmaction.DecordInit"):
            yield path
        for key, value in part.items():
            yield from _decoders(value, f"{path}.{key}")
