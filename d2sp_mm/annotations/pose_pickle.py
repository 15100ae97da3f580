"""MMAction2's pose annotations (a pickle), parsed so that all that is not purified stays as it was."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from d2sp_mm.errors import ConfigError, DataError, quoted, words_of
from d2sp_mm.io.csv_rows import MOST
from d2sp_mm.io.plain_pickle import load_plain_pickle

# Fixed, so that the same data gives the same bytes under every Python; 4 is what Python 3.8 to 3.13 write by default.
_PROTOCOL = 4

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class PosePickle:
    """A pose annotation file and the place of every sample of the chosen split in it.

    Args:
        data: The unpickled file: a list of entries, or ``dict(split=..., annotations=[...])``.
        split: The chosen split; ``None`` for a list.
        identifier: The field that names a sample: ``filename`` or ``frame_dir``.
        rows: For every sample its position among the file's entries.
    """

    data: Any
    split: str | None
    identifier: str
    rows: tuple[int, ...]

    @property
    def entries(self) -> list[dict]:
        """All entries of the file, those of other splits too."""
        return self.data if self.split is None else self.data["annotations"]

    def render(
        self,
        keep: np.ndarray,
        labels: np.ndarray,
        record_given_label: bool = True,
        changes: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> bytes:
        """Return the pickle with the kept samples only, each with its label; other splits stay.

        A dropped sample leaves its split's list, and leaves the entries too unless another split names it as well. An
        entry that changes its label keeps the label it had first as ``given_label``.

        Args:
            keep: Shape ``(n,)``, bool.
            labels: Shape ``(n,)``, integers.
            record_given_label: Whether ``given_label`` is written.
            changes: Other fields to set, by sample.
        """
        changes = changes or {}
        dropped = {self.rows[i] for i in np.flatnonzero(~keep)}
        replaced: dict[int, dict] = {}
        for i, row in enumerate(self.rows):
            entry = self.entries[row]
            new = dict(changes.get(i, {}))
            if labels[i] != entry["label"]:
                new["label"] = int(labels[i])
                if record_given_label:
                    new["given_label"] = entry.get("given_label", entry["label"])
            if new and row not in dropped:
                replaced[row] = {**entry, **new}
        shared = self._names_of_other_splits()
        self._warn_of_shared(replaced, shared)
        remaining = {self.entries[row][self.identifier] for row in self.rows if row not in dropped}
        gone = {self.entries[row][self.identifier] for row in dropped} - remaining
        stays = gone & shared
        entries = [
            replaced.get(row, entry)
            for row, entry in enumerate(self.entries)
            if row not in dropped or entry[self.identifier] in stays
        ]
        return pickle.dumps(self._with_entries(entries, gone), protocol=_PROTOCOL)

    def _with_entries(self, entries: list[dict], gone: set[str]) -> Any:
        if self.split is None:
            return entries
        split = {name: _ordered(members) for name, members in self.data["split"].items()}
        split[self.split] = [member for member in split[self.split] if member not in gone]
        return {**self.data, "split": split, "annotations": entries}

    def _names_of_other_splits(self) -> set[str]:
        if self.split is None:
            return set()
        return {member for name, members in self.data["split"].items() if name != self.split for member in members}

    def _warn_of_shared(self, replaced: Mapping[int, dict], shared: set[str]) -> None:
        names = {entry[self.identifier] for entry in replaced.values()} & shared
        if names:
            splits = [n for n, m in self.data["split"].items() if n != self.split and not names.isdisjoint(m)]
            _logger.warning(
                "%d changed samples of split %r belong to the splits %s too and change there as well.",
                len(names), self.split, ", ".join(map(repr, splits)),
            )  # fmt: skip


def _ordered(members: Any) -> list[str]:
    """Return a split's names as a list; a set has no order that two processes share."""
    return sorted(members) if isinstance(members, (set, frozenset)) else list(members)


def parse_pose_pickle(content: bytes, file: str | os.PathLike[str], split: str | None) -> PosePickle:
    """Parse a pose annotation as MMAction2's ``PoseDataset`` does.

    Only plain data and numpy arrays are read, so that nothing that the file names is run. MMAction2's own ``PoseDataset``
    does run it: train only on files that you trust.

    Args:
        content: The file's bytes.
        file: Its name, for messages.
        split: The split to read; ``None`` where the file is a plain list.

    Raises:
        DataError: No pickle, or not of this form, or an entry lacks its name or its label, or carries several labels.
        ConfigError: The split is missing, unknown, or given for a file without splits.

    Source:
        ``PoseDataset.load_data_list``, MMAction2 1.2.0.
    """
    name = os.fspath(file)
    data = _unpickle(content, name)
    entries = data["annotations"] if isinstance(data, dict) and "annotations" in data else data
    if not isinstance(entries, list):
        raise DataError(f"{name}: holds a {type(data).__name__}; expected a list or dict(split=..., annotations=...).")
    if not entries:
        raise DataError(f"{name}: the annotation file is empty; expected a list of entries.")
    for row, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise DataError(f"{name}, entry {row}: a {type(entry).__name__}; expected a dict.")
    identifier = "filename" if "filename" in entries[0] else "frame_dir"
    for row, entry in enumerate(entries):
        if not isinstance(entry.get(identifier), str):
            fields = sorted(map(str, entry))
            raise DataError(f"{name}, entry {row}: has the fields {quoted(fields)}; expected a name in {identifier!r}.")
    members = _members(data, split, name)
    rows = tuple(row for row, entry in enumerate(entries) if members is None or entry[identifier] in members)
    if not rows:
        raise DataError(f"{name}: no entry belongs to split {split!r}.")
    for row in rows:
        _check_label(entries[row], f"{name}, entry {row} ({quoted(entries[row][identifier])})")
    return PosePickle(data, split, identifier, rows)


def split_names(path: str | os.PathLike[str]) -> list[str]:
    """Return the names of a pose annotation's splits; none for a plain list.

    Args:
        path: The file.

    Raises:
        DataError: The file cannot be read.
    """
    try:
        data = _unpickle(Path(path).read_bytes(), os.fspath(path))
    except OSError as error:
        raise DataError(f"{os.fspath(path)}: cannot be read ({error.strerror}); expected a pose annotation.") from error
    splits = data.get("split") if isinstance(data, dict) else None
    return [str(split) for split in splits] if isinstance(splits, dict) else []


def _unpickle(content: bytes, name: str) -> Any:
    try:
        return load_plain_pickle(content)
    except Exception as error:  # Unpickling may raise anything.
        raise DataError(f"{name}: cannot be unpickled ({words_of(error)}); expected MMAction2's pose annotation.") from error


def _members(data: Any, split: str | None, name: str) -> set[str] | None:
    splits = data.get("split") if isinstance(data, dict) else None
    if not isinstance(data, dict):
        if split is not None:
            raise ConfigError(f"split={split!r}: {name} is a plain list without splits; leave split unset.")
        return None
    if not isinstance(splits, dict):
        raise DataError(f"{name}: the dict has no 'split'; expected dict(split=..., annotations=[...]).")
    for key, members in splits.items():
        listed = isinstance(members, (list, tuple, set, frozenset, np.ndarray))
        if not listed or not all(isinstance(member, str) for member in members):
            raise DataError(f"{name}: split {quoted(key)} is no list of names.")
    known = ", ".join(f"{key!r} ({len(members)})" for key, members in splits.items())
    if split not in splits:
        raise ConfigError(f"split={split!r}: {name} has the splits {known}; name one of them.")
    return set(splits[split])


def _check_label(entry: Mapping[str, Any], where: str) -> None:
    label = entry.get("label")
    if label is None:
        raise DataError(f"{where}: the label is missing; expected a class index in 'label'.")
    if isinstance(label, (list, tuple)) or (isinstance(label, np.ndarray) and label.ndim > 0):
        raise DataError(f"{where}: several labels (multi_class) are not supported: {quoted(label)}; expected one.")
    if isinstance(label, bool) or not isinstance(label, Integral) or not 0 <= int(label) <= MOST:
        raise DataError(f"{where}: the label {quoted(label)} is no class index; expected a whole number of 0 or more.")
