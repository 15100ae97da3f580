"""FER+: 35,887 face images with ten votes each, as clips of one frame; FER2013's labels against the votes."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from d2sp_mm.datasets.converters.conversion import PIXEL_NAMES, Clip, Conversion, Options
from d2sp_mm.datasets.converters.names import SEVEN, emotion_of, truth_of_votes
from d2sp_mm.errors import DataError

PUBLISHED = {"train": 28_709, "val": 3_589, "test": 3_589}
#: Labels of fer2013.csv.
_FER2013 = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
_LISTS = {"Training": "train", "PublicTest": "val", "PrivateTest": "test"}
_SIDE = 48


def convert(root: Path, options: Options) -> Conversion:
    """Convert FER2013 with the votes of FER+.

    Args:
        root: The folder with ``fer2013.csv`` (labels and pixels) and ``fer2013new.csv`` (votes), in the same order.
        options: The user's choices.

    Returns:
        Lists ``train``, ``val`` and ``test``; the labels are FER2013's, in DFEW's order, the truth is the votes'. Contempt,
        unknown and no face are no class of FER2013: where they have the most votes, nobody could label the image.

    Raises:
        DataError: A file is missing, a row cannot be read, or the two differ in length.

    Source:
        E. Barsoum et al., "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label
        Distribution", ICMI 2016; I. Goodfellow et al., "Challenges in Representation Learning", 2013.
    """
    labels, votes = _rows(root / "fer2013.csv"), _rows(root / (options.votes or "fer2013new.csv"))
    lists: dict[str, list[Clip]] = {name: [] for name in _LISTS.values()}
    pairs = itertools.zip_longest(labels, votes)
    for number, (image, vote) in enumerate(options.progress(pairs, "Reading images")):
        if image is None or vote is None:
            raise DataError(f"{root}: fer2013.csv and the votes differ in length at row {number + 1}; they go row by row.")
        where = f"{root / 'fer2013.csv'}, row {number + 1}"
        try:
            given, name = SEVEN.index(_FER2013[int(image["emotion"])]), _LISTS[image["Usage"].strip()]
            pixels = np.array(image["pixels"].split(), dtype=np.uint8).reshape(_SIDE, _SIDE)
            counts = {emotion_of(head) or head: float(n) for head, n in vote.items() if head not in ("Usage", "Image name")}
        except (KeyError, ValueError, IndexError, AttributeError, OverflowError) as error:
            raise DataError(f"{where}: cannot be read ({type(error).__name__}: {error}).") from error
        truth = truth_of_votes(counts, given, SEVEN, options.min_agreement)
        key = f"fer{number:07}"
        lists[name].append(Clip(key, given, Path(key), (f"{key}.png",), truth, pixels))
    notes = [f"frames are PNG files: say filename_tmpl={PIXEL_NAMES!r} in the config's datasets."]
    return Conversion("FER+", SEVEN, lists, dict(PUBLISHED), notes)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        stream = path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).") from error
    with stream:
        yield from csv.DictReader(stream)
