"""CREMA-D: 7,442 acted clips of 91 actors, six emotions; what the actor meant against what people saw."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from d2sp_mm.datasets.converters.clip_library import ClipLibrary, list_videos
from d2sp_mm.datasets.converters.conversion import Clip, Conversion, Options
from d2sp_mm.datasets.converters.names import class_of, truth_of_votes
from d2sp_mm.datasets.converters.problems import Problems
from d2sp_mm.errors import ConfigError, DataError

CLIPS = 7_442
FOLDS = range(1, 6)
#: DFEW's order without surprise.
CLASSES = ("happiness", "sadness", "neutral", "anger", "disgust", "fear")
#: Letters of ``summaryTable.csv``.
_LETTERS = {"H": "happiness", "S": "sadness", "N": "neutral", "A": "anger", "D": "disgust", "F": "fear"}
_NAME = re.compile(r"(?P<actor>\d{4})_[A-Z]{3}_(?P<emotion>[A-Z]{3})_[A-Z]{1,2}", re.IGNORECASE)


def convert(root: Path, options: Options) -> Conversion:
    """Convert CREMA-D.

    Args:
        root: The folder with ``VideoFlash/1001_DFA_ANG_XX.flv`` and ``summaryTable.csv`` (also below ``processedResults/``).
        options: The user's choices.

    Returns:
        Lists ``foldK_train`` and ``foldK_test``. The label is the emotion that the actor was to show, the truth what most
        of those said who saw the face alone; where letters are tied nobody could say. The table has the winners and not
        all votes, so that ``min_agreement`` has no part.

    Raises:
        ConfigError: No folder of clips, or no such file of votes.
        DataError: A clip is empty or its name is not of the form, or a row of the votes cannot be read.

    Source:
        H. Cao et al., "CREMA-D: Crowd-Sourced Emotional Multimodal Actors Dataset", IEEE Transactions on Affective
        Computing 2014. It has no folds: actor i, counted from 0 by their numbers, is tested in fold i mod 5 + 1.
    """
    folder = options.clip_folder(root, "VideoFlash", "VideoMP4")
    library = ClipLibrary(folder, of_frames=False)
    problems = Problems(options.allow_missing)
    votes = _votes(root, options)
    by_actor: dict[str, list[Clip]] = {}
    without = 0
    for name in options.progress(list_videos(folder), "Looking for clips"):
        parts = _NAME.fullmatch(Path(name).stem)
        if parts is None:
            raise DataError(f"{folder / name}: the name is not of the form 1001_DFA_ANG_XX; move the file away.")
        label = class_of(parts["emotion"], CLASSES, str(folder / name))
        try:
            found = library.find(name)
        except DataError as error:
            problems.add(str(error))
            continue
        vote = votes.get(Path(name).stem.upper())
        without += vote is None and bool(votes)
        truth = None if vote is None else truth_of_votes(dict.fromkeys(vote, 1.0), label, CLASSES, 1 / len(vote))
        by_actor.setdefault(parts["actor"], []).append(Clip(found.key, label, found.source, truth=truth))
    notes = problems.settle()
    if len(by_actor) < len(FOLDS):
        raise DataError(f"{folder}: clips of {len(by_actor)} actors; five folds want five at least.")
    if not votes:
        notes.append("no summaryTable.csv, so no truth is written.")
    if without:
        notes.append(f"{without} clips have no votes and are not in the truth.")
    return Conversion("CREMA-D", CLASSES, _folds(by_actor), {"all": CLIPS}, notes)


def _folds(by_actor: dict[str, list[Clip]]) -> dict[str, list[Clip]]:
    """Five folds, no actor in both parts of one."""
    lists = {}
    for fold in FOLDS:
        tested = {actor for i, actor in enumerate(sorted(by_actor)) if i % len(FOLDS) == fold - 1}
        lists[f"fold{fold}_train"] = [clip for actor in sorted(by_actor) if actor not in tested for clip in by_actor[actor]]
        lists[f"fold{fold}_test"] = [clip for actor in sorted(tested) for clip in by_actor[actor]]
    return lists


def _votes(root: Path, options: Options) -> dict[str, tuple[str, ...]]:
    """The emotions that got the most votes, more than one where they are tied, by the clip's name."""
    usual = ("summaryTable.csv", "processedResults/summaryTable.csv")
    path = next((root / name for name in ([options.votes] if options.votes else usual) if (root / name).is_file()), None)
    if path is None:
        if options.votes:
            raise ConfigError(f"votes={options.votes!r}: there is no file {root / options.votes}.")
        return {}
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        winners = {row["FileName"].upper(): row["FaceVote"].split(":") for row in rows}
        return {name: tuple(_LETTERS[letter] for letter in letters) for name, letters in winners.items()}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise DataError(
            f"{path}: cannot be read as the table of votes ({type(error).__name__}: {error}); expected the columns FileName "
            f"and FaceVote, with the letters {', '.join(_LETTERS)} parted by colons."
        ) from error
