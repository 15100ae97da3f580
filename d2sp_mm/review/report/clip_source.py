"""The clips of a run, as its training set reads them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.registry import DefaultScope

from d2sp_mm.datasets.build_dataset import build_dataset
from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.errors import D2SPError, DataError
from d2sp_mm.recipes.read_config import read_config, scope_of
from d2sp_mm.visualization.clip_files import video_file
from d2sp_mm.visualization.frames import frames_of


def find_config(work_dir: Path, given: str | None = None) -> Config:
    """The config of a run: the one that MMEngine left in its work dir, or one that the user names.

    Raises:
        DataError: There is none, or there are several.
    """
    if given is not None:
        return read_config(given)
    found = sorted(work_dir.glob("*.py"))
    if len(found) != 1:
        raise DataError(
            f"{work_dir}: holds {len(found)} configs (*.py), so it is not clear where the clips are; name one with --config."
        )
    return read_config(str(found[0]))


class ClipSource:
    """Pictures of the samples of a run.

    Args:
        config: The run's config.
        keys: The keys of the run's samples, which must be those of the config's training set.

    Raises:
        DataError: The training set cannot be built, or is another.
    """

    def __init__(self, config: Config, keys: Sequence[str]) -> None:
        dataset = copy.deepcopy(config.train_dataloader.dataset)
        if str(dataset.get("type")).endswith("IndexedDataset"):
            dataset = dataset.dataset
        _leave_out_pipelines(dataset)
        with DefaultScope.overwrite_default_scope(scope_of(config)):
            self._map = SampleMap(build_dataset(dataset))
        own = read_training_list(self._map).keys
        if own != list(keys):
            raise DataError(
                f"{config.filename}: its training set has {len(own)} samples, the run {len(keys)}, or they have other keys; "
                "name the config of this run with --config."
            )

    def info(self, sample: int) -> dict[str, Any]:
        """What MMAction2's dataset says of a sample."""
        part, index = self._map.locate(sample)
        return dict(part.get_data_info(index))

    def video(self, sample: int) -> Path | None:
        """The sample's video file; None where it has none."""
        name = self.info(sample).get("filename")
        return Path(video_file(str(name))).resolve() if name else None

    def frames(self, sample: int, count: int) -> np.ndarray | None:
        """Frames spread evenly over a sample.

        Args:
            sample: Its number.
            count: How many frames, at least 1.

        Returns:
            RGB, shape ``(count, height, width, 3)``, ``uint8``; None where it has no pictures or they cannot be read.
        """
        return frames_of(self.info(sample), count)


def _leave_out_pipelines(dataset: Any) -> None:
    """What is asked of the data set is where its clips are, never a batch."""
    if isinstance(dataset, dict):
        if "pipeline" in dataset:
            dataset["pipeline"] = []
        for inner in (dataset.get("dataset"), *(dataset.get("datasets") or ())):
            _leave_out_pipelines(inner)


def clip_source(work_dir: Path, given: str | None, keys: Sequence[str]) -> tuple[ClipSource | None, str]:
    """The clips, or why there are none: a page without pictures is worth having.

    Args:
        work_dir: The run's work dir.
        given: A config that the user named; what is wrong with it is raised.
        keys: The keys of the run's samples.
    """
    try:
        return ClipSource(find_config(work_dir, given), keys), ""
    except D2SPError as error:
        if given is not None:
            raise
        return None, str(error)
