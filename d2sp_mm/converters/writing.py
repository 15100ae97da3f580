"""Writing a conversion: lists, links to the clips, the truth by votes, and what was counted."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2

from d2sp_mm.annotations.atomic_write import atomic_write
from d2sp_mm.converters.conversion import FRAME_NAMES, PIXEL_NAMES, Clip, Conversion
from d2sp_mm.converters.options import Options
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.noise.truth import write_truth


def check_new(out: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        ConfigError: It does.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"out={str(out)!r} holds something already; name a new folder, or empty it first.")


def write_conversion(conversion: Conversion, out: Path, options: Options) -> None:
    """Write everything that training needs into a new folder.

    ``<list>.txt`` are MMAction2 lists: ``path label`` for videos, ``path frames label`` for folders of frames. ``videos`` is
    a link to the folder of the videos; ``frames/`` holds a folder a clip, whose links number the frames in their order
    under MMAction2's default names (``img_00001.jpg``, whatever the format: decoders go by the content). ``classes.txt``
    names the classes, ``[foldK_]truth.csv`` is the truth by votes of a training list, ``conversion.json`` has the counts.

    Args:
        conversion: What a converter returned.
        out: A new folder.
        options: Its progress is shown.

    Raises:
        ConfigError: The folder holds something, or links cannot be made there.
        DataError: A clip's path cannot stand in a list.
    """
    check_new(out)
    out.mkdir(parents=True, exist_ok=True)
    clips = {clip.key: clip for listed in conversion.lists.values() for clip in listed}
    broken = sorted(key for key in clips if key.split() != [key])
    if broken:
        raise DataError(f"the path {broken[0]!r} holds white space, which parts columns in MMAction2's lists; rename it.")
    try:
        _bring_clips(list(clips.values()), out, options)
    except (NotImplementedError, PermissionError) as error:
        raise ConfigError(f"out={str(out)!r}: links cannot be made ({error}); name a folder on another disk.") from error
    for name, listed in conversion.lists.items():
        _write_lines(out / f"{name}.txt", (_line(clip) for clip in listed))
        judged = [(clip.key, *clip.truth) for clip in listed if clip.truth is not None]
        if name.endswith("train") and judged:
            write_truth(out / f"{name[: -len('train')]}truth.csv", *zip(*judged))
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


def _bring_clips(clips: list[Clip], out: Path, options: Options) -> None:
    videos = [clip for clip in clips if clip.frames is None]
    if videos:
        depth = videos[0].key.count("/") + 1
        _link(videos[0].source.absolute().parents[depth - 1], out / "videos")
    for clip in options.progress([clip for clip in clips if clip.frames is not None], "Linking frames"):
        folder = out / "frames" / clip.key
        folder.parent.mkdir(parents=True, exist_ok=True)
        if clip.pixels is not None:
            folder.mkdir()
            _write_png(folder / PIXEL_NAMES.format(1), clip.pixels)
        elif list(clip.frames or ()) == [FRAME_NAMES.format(i + 1) for i in range(len(clip.frames or ()))]:
            _link(clip.source, folder)
        else:
            folder.mkdir()
            source = os.path.relpath(clip.source.resolve(), folder.resolve())
            for i, name in enumerate(clip.frames or (), start=1):
                os.symlink(os.path.join(source, name), folder / FRAME_NAMES.format(i))


def _link(source: Path, target: Path) -> None:
    os.symlink(os.path.relpath(source.resolve(), target.parent.resolve()), target, target_is_directory=True)


def _write_png(path: Path, pixels: Any) -> None:
    done, encoded = cv2.imencode(".png", pixels)
    if not done:
        raise DataError(f"{path}: the image could not be encoded.")
    path.write_bytes(encoded.tobytes())
