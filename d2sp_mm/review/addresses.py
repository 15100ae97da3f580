"""Where another tool finds the videos of a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from urllib.parse import quote

import numpy as np

from d2sp_mm.errors import ConfigError, quoted
from d2sp_mm.runs.annotation_part import find_rows
from d2sp_mm.runs.recorded_run import RecordedRun
from d2sp_mm.visualization.clip_files import video_file

#: How Label Studio addresses files of its own machine.
_LOCAL_FILES = "/data/local-files/?d="


def file_addresses(run: RecordedRun, name: str, roots: Sequence[str]) -> list[str]:
    """The file of every sample, absolute.

    Args:
        run: The run.
        name: The tool, for messages.
        roots: The folder of each part of the training set; none: those that it was trained from.

    Raises:
        ConfigError: A root is an address of the web, their number does not fit, or a file that training could open is not
            there.
    """
    roots = roots or [part.data_prefix for part in run.parts]
    web = next((root for root in roots if "://" in root), None)
    if web is not None:
        raise ConfigError(f"export {name}: --root {web}: that tool reads files of this machine; give their folder.")
    found = [
        os.path.abspath(video_file(os.path.join(root, path)))
        for root, paths in zip(_one_a_part(run, name, roots), _paths(run, name))
        for path in paths
    ]
    # A clip that no decoder could read may be missing, and is worth looking at in the tool.
    missing = [i for i, path in enumerate(found) if not os.path.exists(path) and not run.ledger.undecodable[i]]
    if missing:
        raise ConfigError(
            f"export {name}: {len(missing)} of {len(found)} clips are not there, the first is "
            f"{quoted(found[missing[0]])}; name their folder with --root{_of_each(run)}."
        )
    return found


def web_addresses(run: RecordedRun, name: str, roots: Sequence[str]) -> list[str]:
    """The address of every sample in a browser.

    Args:
        run: The run.
        name: The tool, for messages.
        roots: The address below which the clips of each part of the training set are served: it stands for the part's data
            prefix, or for the root of the disk where a list has absolute paths and no prefix.

    Raises:
        ConfigError: A root is none, their number does not fit, or a clip does not lie below its part's prefix.
    """
    local = next((root for root in roots if "://" not in root and not root.startswith(_LOCAL_FILES)), None)
    if local is not None or not roots:
        raise ConfigError(
            f"export {name}: --root {local or ''} is no address that a browser can fetch. Serve the folder of the "
            f"clips (python -m http.server, or Label Studio's local files) and give --root http://HOST:PORT/ or --root "
            f"'{_LOCAL_FILES}FOLDER'{_of_each(run)}."
        )
    found = []
    for number, (root, paths) in enumerate(zip(_one_a_part(run, name, roots), _paths(run, name))):
        for path in paths:
            inside = _below(path, run.parts[number].data_prefix, name)
            found.append(f"{root.rstrip('/')}/{quote(inside.encode('utf-8', 'surrogateescape'))}")
    return found


def _below(path: str, folder: str, name: str) -> str:
    """A clip's path below the folder for which an address stands, with the suffix that MMAction2 adds to names without.

    Absolute paths in a list without a data prefix stand below the root of the disk.
    """
    there = os.path.join(folder, path)
    suffix = video_file(there)[len(there) :]
    if not os.path.isabs(path):
        return path + suffix
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(folder or "/"))
    if inside.startswith(os.pardir):
        raise ConfigError(
            f"export {name}: {quoted(path)} does not lie below {folder}, the data_prefix of its list, for which "
            "--root stands."
        )
    return inside + suffix


def _of_each(run: RecordedRun) -> str:
    """How --root is given for several parts, in words."""
    if len(run.parts) < 2:
        return ""
    return f", once for each of the {len(run.parts)} lists in this order: {', '.join(part.ann_file for part in run.parts)}"


def _one_a_part(run: RecordedRun, name: str, roots: Sequence[str]) -> list[str]:
    if not run.parts:
        raise ConfigError(f"export {name}: the run wrote its ledger alone (write_annotation=False) and knows no clips.")
    if len(roots) == 1 and len({part.data_prefix for part in run.parts}) == 1:
        return [roots[0]] * len(run.parts)
    if len(roots) != len(run.parts):
        raise ConfigError(
            f"export {name}: {len(roots)} --root for lists of {len(run.parts)} folders: clips of one part would get the "
            f"addresses of another. Give --root{_of_each(run)}."
        )
    return list(roots)


def _paths(run: RecordedRun, name: str) -> list[list[str]]:
    """Path of each sample as its annotation has it, by part; not its key, which differs where a path stands twice."""
    found = []
    for number, part in enumerate(run.parts):
        annotations, _, rows = find_rows(run.ledger.keys, run.parts, number)
        if annotations.kind != "video":
            raise ConfigError(
                f"export {name}: {part.ann_file} is of kind {annotations.kind!r}; that tool wants a list of videos; "
                "the formats annotation, keep, diff and cleanlab do without."
            )
        found.append([annotations.paths[row] for row in np.asarray(rows).tolist()])
    return found
