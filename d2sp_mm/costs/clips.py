"""The clips that measurements train on and show."""

from __future__ import annotations

from pathlib import Path

from d2sp_mm.toy.dataset import make_toy_dfer

CLIPS = 320


def drawn_clips(folder: Path, count: int = CLIPS) -> Path:
    """The folder of drawn clips and their list, drawn by the first who asks.

    Args:
        folder: Where measurements write.
        count: Clips to draw.
    """
    data = folder / "data"
    if not (data / "toy.json").is_file():
        make_toy_dfer(data, num_train=count, num_test=7, seed=0)
    return data
