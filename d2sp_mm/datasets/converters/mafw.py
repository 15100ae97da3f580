"""MAFW: 9,172 single-labelled clips, eleven emotions, five folds."""

from __future__ import annotations

from pathlib import Path

from d2sp_mm.datasets.converters.clip_library import ClipLibrary, clips_of
from d2sp_mm.datasets.converters.conversion import Conversion, Options
from d2sp_mm.datasets.converters.names import class_of
from d2sp_mm.datasets.converters.problems import Problems, check_no_overlap
from d2sp_mm.datasets.converters.split_list import read_split_list

FOLDS = range(1, 6)
#: Clips of (train, test) of each fold.
PUBLISHED = {1: (7333, 1839), 2: (7335, 1837), 3: (7339, 1833), 4: (7340, 1832), 5: (7341, 1831)}
CLASSES = (
    *("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"),
    *("contempt", "anxiety", "helplessness", "disappointment"),
)
_LISTS = ("Train & Test Set/single/no_caption", "split/single/no_caption", "single/no_caption")


def convert(root: Path, options: Options) -> Conversion:
    """Convert the single-labelled set of MAFW.

    Args:
        root: The folder with ``single/no_caption/set_k/{train,test}.txt`` (also below ``Train & Test Set/`` or ``split/``)
            and the videos in ``data/clips/`` or ``clips/``. With ``options.clips`` a folder of folders of frames will do,
            where faces have been cut out.
        options: The user's choices.

    Returns:
        Lists ``foldK_train`` and ``foldK_test``; labels are mapped by name.

    Raises:
        ConfigError: No folder of clips or lists.
        DataError: A list or clip is missing or cannot be used.

    Source:
        Y. Liu et al., "MAFW: A Large-scale, Multi-modal, Compound Affective Database for Dynamic Facial Expression
        Recognition in the Wild", ACM Multimedia 2022.
    """
    library = ClipLibrary.of_either(options.clip_folder(root, "data/clips", "clips", "data/frames"))
    lists_folder = next((root / name for name in _LISTS if (root / name).is_dir()), root / _LISTS[-1])
    problems = Problems(options.allow_missing)
    lists, published = {}, {}
    for fold in options.progress(FOLDS, "Looking for clips"):
        for i, part in enumerate(("train", "test")):
            path = lists_folder / f"set_{fold}" / f"{part}.txt"
            rows = read_split_list(path)
            name = f"fold{fold}_{part}"
            lists[name] = clips_of(rows, path, library, lambda row: class_of(row.cells[1], CLASSES, row.where), problems)
            published[name] = PUBLISHED[fold][i]
    notes = problems.settle()
    for fold in FOLDS:
        check_no_overlap(lists[f"fold{fold}_train"], lists[f"fold{fold}_test"], f"MAFW, fold {fold}")
    published["all"] = sum(PUBLISHED[1])
    return Conversion("MAFW", CLASSES, lists, published, notes)
