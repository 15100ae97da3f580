from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from d2sp_mm.experiments.benchmark.clean_set import clean_set
from d2sp_mm.experiments.benchmark.noisy_set import NoisySet, plant
from d2sp_mm.experiments.benchmark.suite import DataSet, Noise


@pytest.fixture
def ann_file(tmp_path: Path) -> Path:
    """A list of forty videos of four classes; no video is there."""
    path = tmp_path / "train.txt"
    path.write_text("".join(f"{i}.mp4 {i % 4}\n" for i in range(40)))
    return path


@pytest.fixture
def data_set(ann_file: Path) -> DataSet:
    """The data set of that list."""
    config = "d2sp/r3d/r3d_r18-slim_none_toy-dfer.py"
    return DataSet(config, settings={"ann_file": str(ann_file), "kind": "video"})


@pytest.fixture
def plant_noise(ann_file: Path, data_set: DataSet) -> Callable[[Noise], NoisySet]:
    """Plants a noise into that data set, always in the same folder."""

    def plant_it(noise: Noise) -> NoisySet:
        return plant(clean_set(data_set, ann_file.parent, 0), noise, ann_file.parent / "noisy", 0, 4)

    return plant_it
