"""Building the dataset that is wrapped, with what is wrong with its list in words."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmaction.registry import DATASETS

from d2sp_mm.annotations import read_annotations
from d2sp_mm.annotations.encoding import refuse_other_encodings
from d2sp_mm.errors import ConfigError, D2SPError, DataError, words_of

#: Annotation formats by the name of MMAction2's dataset.
_KINDS = {"VideoDataset": "video", "RawframeDataset": "rawframe", "AudioDataset": "audio", "PoseDataset": "pose"}


def build_dataset(config: Mapping[str, Any]) -> Any:
    """Build a dataset of MMAction2 or one of MMEngine's wrappers.

    Args:
        config: Its config.

    Raises:
        ConfigError: If a wrapper asks for what the dataset lacks.
        DataError: If its annotation file is not there, or cannot be read; with the line.

    Source:
        Our own.
    """
    try:
        return DATASETS.build(config)
    except NotImplementedError as error:
        # ClassBalancedDataset asks for get_cat_ids, which MMAction2's datasets lack.
        raise ConfigError(
            f"train_dataloader.dataset cannot be built: {error}; write a dataset that has it, or balance classes "
            "by model.cls_head.loss_cls.class_weight."
        ) from error
    except D2SPError:
        raise
    except OSError as error:
        raise DataError(f"train_dataloader.dataset: {error}; check its ann_file.") from error
    except Exception as error:
        # MMAction2 raises what its parser happens to meet, and names no line. Where a list is at fault, it is named here.
        for part in _parts(config):
            _read_as_mmaction2_does(part)
        raise ConfigError(
            f"train_dataloader.dataset cannot be built: {words_of(error)}; its settings are those of "
            f"{config.get('type')!r} in MMAction2."
        ) from error


def annotation_kind(dataset: type) -> str | None:
    """Format of a dataset's annotation file by its class; None where it is no dataset of MMAction2."""
    return next((_KINDS[base.__name__] for base in dataset.__mro__ if base.__name__ in _KINDS), None)


def _parts(config: Any) -> Iterator[Mapping[str, Any]]:
    """The configs that have an annotation file."""
    if isinstance(config, Mapping):
        if config.get("ann_file"):
            yield config
        for inner in (config.get("dataset"), *(config.get("datasets") or ())):
            yield from _parts(inner)


def _read_as_mmaction2_does(config: Mapping[str, Any]) -> None:
    name = config.get("type")
    kind = annotation_kind(name if isinstance(name, type) else DATASETS.get(str(name)))
    file = os.path.join(config.get("data_root") or "", config["ann_file"])
    if kind is None or not Path(file).is_file():
        return
    if kind != "pose":
        refuse_other_encodings(file)
    read_annotations(
        file,
        kind=kind,
        delimiter=config.get("delimiter", " "),
        with_offset=config.get("with_offset", False),
        split=config.get("split"),
    )
