"""Writing a conversion: lists, links to the clips, the truth by votes, and what was counted."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from d2sp_mm.annotations.atomic_write import atomic_write
from d2sp_mm.converters.conversion import Clip, Conversion
from d2sp_mm.converters.linking import link_clips
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
