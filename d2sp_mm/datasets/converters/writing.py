"""Writing a converted set."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from d2sp_mm.annotations.truth import write_truth
from d2sp_mm.datasets.converters.conversion import FRAME_NAMES, PIXEL_NAMES, Clip, Conversion, Options
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.io.whole_files import atomic_write

#: The link to the folder of the clips: of videos, which are used as they are, or of folders of frames.
VIDEOS, SOURCE = "videos", "source"


def link_clips(clips: list[Clip], out: Path, options: Options) -> None:
    """Make the clips reachable under the names that lists and MMAction2 use.

    A folder of frames gets a link a frame, through one link to where all are: so the text of each is short, and file systems
    keep it in the directory entry's own record.

    Args:
        clips: The clips, each once.
        out: The folder that is written.
        options: Its progress is shown.

    Raises:
        DataError: An image cannot be encoded.
        OSError: Links cannot be made.
    """
    sources = {_folder_of(clip): VIDEOS if clip.frames is None else SOURCE for clip in clips if clip.pixels is None}
    for source, name in sources.items():
        os.symlink(os.path.relpath(source.resolve(), out.resolve()), out / name, target_is_directory=True)
    of_frames = [clip for clip in clips if clip.frames is not None]
    for clip in options.progress(of_frames, "Linking frames") if of_frames else ():
        _link_frames(clip, out / "frames" / clip.key)


def _folder_of(clip: Clip) -> Path:
    """The folder that the clip's key starts from."""
    return clip.source.absolute().parents[clip.key.count("/")]


def _link_frames(clip: Clip, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    names = list(clip.frames or ())
    # From the folder that holds this clip's folder up to the one that is written, and into the source.
    source = os.path.join(*[".."] * (clip.key.count("/") + 1), SOURCE, clip.key)
    if clip.pixels is None and names == [FRAME_NAMES.format(i + 1) for i in range(len(names))]:
        os.symlink(source, folder, target_is_directory=True)
        return
    folder.mkdir()
    if clip.pixels is not None:
        _write_png(folder / PIXEL_NAMES.format(1), clip.pixels)
        return
    for i, name in enumerate(names, start=1):
        os.symlink(os.path.join("..", source, name), folder / FRAME_NAMES.format(i))


def _write_png(path: Path, pixels: np.ndarray) -> None:
    done, encoded = cv2.imencode(".png", pixels)
    if not done:
        raise DataError(f"{path}: the image could not be encoded.")
    path.write_bytes(encoded.tobytes())


def check_new(out: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        ConfigError: It does.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"out={str(out)!r} holds something already; name a new folder, or empty it first.")


def write_conversion(conversion: Conversion, out: Path, options: Options) -> None:
    """Write everything that training needs into a new folder, which appears whole or not at all.

    ``<list>.txt`` are MMAction2 lists: ``path label`` for videos, ``path frames label`` for folders of frames. ``videos`` is
    a link to the folder of the videos; ``frames/`` holds a folder a clip, whose links number the frames in their order
    under MMAction2's default names (``img_00001.jpg``, whatever the format: decoders go by the content). ``classes.txt``
    names the classes, ``[foldK_]truth.csv`` is the truth by votes of a training list, ``conversion.json`` has the counts.

    Args:
        conversion: What a converter returned.
        out: A new folder.
        options: Its progress is shown.

    Raises:
        ConfigError: The folder holds something, or cannot be written.
        DataError: A clip's path cannot stand in a list.
    """
    check_new(out)
    clips = {clip.key: clip for listed in conversion.lists.values() for clip in listed}
    broken = sorted(key for key in clips if key.split() != [key])
    if broken:
        raise DataError(f"the path {broken[0]!r} holds white space, which parts columns in MMAction2's lists; rename it.")
    # Beside it and as deep, so that links that lead out of it stay right when it gets its name.
    partial = out.absolute().with_name(f".{out.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        link_clips(list(clips.values()), partial, options)
        _write_files(conversion, partial)
        os.replace(partial, out)
    except (OSError, NotImplementedError) as error:
        raise ConfigError(f"out={str(out)!r}: cannot be written with its links ({error}); name another folder.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_files(conversion: Conversion, out: Path) -> None:
    for name, listed in conversion.lists.items():
        _write_lines(out / f"{name}.txt", (_line(clip) for clip in listed))
        overridden = [(clip.key, *clip.truth) for clip in listed if clip.truth is not None]
        if name.endswith("train") and overridden:
            write_truth(out / f"{name[: -len('train')]}truth.csv", *zip(*overridden))
    _write_lines(out / "classes.txt", conversion.classes)
    record = {"name": conversion.name, "classes": conversion.classes, "clips": class_counts(conversion)}
    record |= {"published": conversion.published, "notes": conversion.notes + conversion.count_differences()}
    atomic_write(out / "conversion.json", (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode())


def class_counts(conversion: Conversion) -> dict[str, dict[str, int]]:
    """Clips of each class by the list's name."""
    counted = {name: Counter(clip.label for clip in listed) for name, listed in conversion.lists.items()}
    return {name: {emotion: count[i] for i, emotion in enumerate(conversion.classes)} for name, count in counted.items()}


def _line(clip: Clip) -> str:
    return f"{clip.key} {clip.label}" if clip.frames is None else f"{clip.key} {len(clip.frames)} {clip.label}"


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    atomic_write(path, "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
