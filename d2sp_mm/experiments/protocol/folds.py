"""One config for every fold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mmengine.config import Config

from d2sp_mm.errors import ConfigError

_FOLD = re.compile(r"fold\d+")
_LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")
#: What MMEngine's ``--cfg-options`` cannot carry in a value.
_SPECIAL = set(" ,()[]'\"")


def fold_options(config: Config, fold: int) -> list[str]:
    """What ``--cfg-options`` needs so that a config of one fold trains and tests on another.

    Args:
        config: Its annotation files hold ``foldK`` in their names, as
            ``tools/dataset_converters/convert_dataset.py`` writes them.
        fold: The fold that is wanted, counted from 1.

    Returns:
        Options ``key=value``, one for each annotation file.

    Raises:
        ConfigError: No annotation file of training, or none of testing, names a fold; or a name cannot be an option.
    """
    files = [(key, name) for loader in _LOADERS for key, name in _annotation_files(config.get(loader), loader)]
    named = [(key, name) for key, name in files if _FOLD.search(name)]
    for loader in _LOADERS[:2]:
        names = [name for key, name in files if key.startswith(loader)]
        if not any(_FOLD.search(name) for name in names):
            raise ConfigError(
                f"{config.filename}: no ann_file of {loader} names a fold ({names}); expected names such as "
                "data/dfew/fold1_train.txt. A set of one split is trained by tools/train.py."
            )
    options = [f"{key}={_FOLD.sub(f'fold{fold}', name)}" for key, name in named]
    for option in options:
        found = sorted(_SPECIAL & set(option))
        if found:
            raise ConfigError(
                f"{option!r} holds {' '.join(map(repr, found))}, which --cfg-options cannot carry; move the data."
            )
    return options


def _annotation_files(part: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "ann_file" and isinstance(value, str):
                yield f"{path}.{key}", value
            elif key != "pipeline":
                yield from _annotation_files(value, f"{path}.{key}")
    elif isinstance(part, (list, tuple)):
        for i, value in enumerate(part):
            yield from _annotation_files(value, f"{path}.{i}")
