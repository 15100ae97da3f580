"""Reading an annotation file of MMAction2."""

from __future__ import annotations

import os
from numbers import Integral
from pathlib import Path

import numpy as np

from d2sp_mm.annotations.annotations import KINDS, Annotations, unique_keys
from d2sp_mm.annotations.pose_pickle import parse_pose_pickle
from d2sp_mm.annotations.text_lines import parse_text_lines
from d2sp_mm.errors import ConfigError, DataError, quoted


def read_annotations(
    path: str | os.PathLike[str],
    kind: str | None = None,
    delimiter: str = " ",
    with_offset: bool = False,
    split: str | None = None,
) -> Annotations:
    """Read an annotation file; sample ``i`` is the ``i``-th of MMAction2's dataset over the same file.

    Args:
        path: The file.
        kind: One of ``KINDS``. ``None`` guesses: a ``.pkl`` is ``pose``; otherwise the first line decides, two columns
            are ``video``, three ``rawframe`` (``audio`` has the same columns). A ``video`` list with two labels a line
            looks like a ``rawframe`` list, so name the kind where that may be.
        delimiter: Between path and label of a ``video`` line.
        with_offset: Whether a ``rawframe`` line carries the index of its first frame.
        split: The split of a ``pose`` file; only its samples are read, in the order of the file's entries.

    Returns:
        The annotations, ``n >= 1`` samples.

    Raises:
        ConfigError: A setting that does not fit, for example an unknown kind or split.
        DataError: The file is missing, empty, or a line of it cannot be read; names the line and what was expected.

    Source:
        The datasets of MMAction2 1.2.0; see :func:`parse_text_lines` and :func:`parse_pose_pickle`.
    """
    name = os.fspath(path)
    if kind is not None and kind not in KINDS:
        raise ConfigError(f"kind={kind!r} is unknown; choose one of {', '.join(KINDS)}.")
    if not delimiter:
        raise ConfigError("delimiter='' splits nothing; give the character between path and label.")
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror}); expected an annotation file.") from error
    kind = kind or _guess_kind(content, name, delimiter, with_offset)
    if with_offset and kind != "rawframe":
        raise ConfigError(f"with_offset=True: a {kind} file has no offset; only kind='rawframe' has.")
    if kind == "pose":
        pose = parse_pose_pickle(content, path, split)
        rows = [pose.entries[row] for row in pose.rows]
        paths = [row[pose.identifier] for row in rows]
        labels = np.array([row["label"] for row in rows], dtype=np.int64)
        frames = [row.get("total_frames") for row in rows]
        spans: list[tuple[int, ...]] = [(int(total),) if isinstance(total, Integral) else () for total in frames]
        return Annotations(kind, paths, unique_keys(paths), spans, labels, pose)
    if split is not None:
        raise ConfigError(f"split={split!r}: only a pose file has splits, and {name} is of kind {kind!r}.")
    text = parse_text_lines(content, path, kind, delimiter, with_offset)
    paths = [line.path for line in text.lines]
    labels = np.array([line.label for line in text.lines], dtype=np.int64)
    return Annotations(kind, paths, unique_keys(paths), [line.numbers for line in text.lines], labels, text)


def _guess_kind(content: bytes, name: str, delimiter: str, with_offset: bool) -> str:
    if name.endswith(".pkl"):
        return "pose"
    if with_offset:
        return "rawframe"
    if delimiter != " ":
        return "video"
    line = content.splitlines()[0].decode("utf-8-sig", "surrogateescape") if content else ""
    columns = len(line.split())
    if columns in (0, 1, 2):
        return "video"
    if columns == 3:
        return "rawframe"
    raise DataError(
        f"{name}, line 1: {columns} columns fit no kind: {quoted(line)}; expected 'path label' or 'path total_frames "
        f"label'. Name kind= ({', '.join(KINDS)}), with_offset=True, or the delimiter."
    )
