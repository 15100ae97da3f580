"""Writing the page."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from d2sp_mm.errors import DataError
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.review.class_names import find_class_names
from d2sp_mm.review.report.charts import write_charts
from d2sp_mm.review.report.clip_source import ClipSource, clip_source
from d2sp_mm.review.report.records import chosen_samples, clip_records
from d2sp_mm.review.report.strips import strip_name, write_strips
from d2sp_mm.review.status import STATUSES, statuses
from d2sp_mm.runs.recorded_run import read_recorded_run

_PAGE = Path(__file__).parent / "page"
_MARK = "data.js"


@dataclass(frozen=True)
class ReportOptions:
    """What a page shall have.

    Args:
        config: Config of the run, for its clips; that of the work dir if None.
        classes: A file of class names; see :func:`d2sp_mm.review.class_names.find_class_names`.
        suspicious: How many clips that were left alone are shown, the most suspicious first.
        frames: Frames of a strip, at least 1.
        height: Height of a frame in pixels.
        jobs: Processes that make strips.
        copy_videos: Whether videos are copied into the folder, in place of links to where they lie.
    """

    config: str | None = None
    classes: Path | None = None
    suspicious: int = 200
    frames: int = 6
    height: int = 96
    jobs: int = 1
    copy_videos: bool = False


def write_report(
    work_dir: Path, out: Path, options: ReportOptions, progress: Callable[[int], Callable[[], None]]
) -> tuple[Path, str]:
    """Write the folder; a call over an older page of ours writes it anew, but makes only the strips that are missing.

    Args:
        work_dir: The run's work dir.
        out: The folder.
        options: What it shall have.
        progress: Called with the number of clips; what it returns is called after each.

    Returns:
        The page, and why there are no pictures of clips if there are none.

    Raises:
        DataError: The run cannot be read, or the folder holds something else.
    """
    run = read_recorded_run(work_dir)
    digest = run.ledger.digest[:16]
    _refuse_other_folders(out, digest)
    samples = chosen_samples(run.table, run.ledger.overridden, options.suspicious)
    source, why = clip_source(work_dir, options.config, run.table.keys)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(_PAGE, out, dirs_exist_ok=True)
    strips: dict[int, str] = {}
    videos: dict[int, str] = {}
    if source is not None:
        done = progress(len(samples))
        size = (options.frames, options.height)
        written = write_strips(source, samples, out, *size, options.jobs, done)
        strips = {sample: strip_name(sample, *size) for sample in written}
        videos = _videos(source, samples, out, options.copy_videos)
    classes = find_class_names(run, options.classes)
    what = statuses(run.table)
    others = sum(what[i] == "kept" for i in samples)
    data = {
        "name": work_dir.resolve().name,
        "digest": digest,
        "samples": len(run.table),
        "counts": {status: what.count(status) for status in STATUSES},
        "classes": classes,
        "apply": f"python tools/ledger.py apply {work_dir} overrides.csv",
        "shown": f"Shown are all that were pruned or relabelled, and {others} of those that were left alone.",
        "charts": write_charts(run, classes, out),
        "clips": clip_records(run, samples, strips, videos, (why and "no picture") or "cannot be read"),
    }
    # Last, and whole: a page that opens is complete. A script, not JSON: a page from disk may not read files.
    atomic_write(out / _MARK, f"window.D2SP = {json.dumps(data, separators=(',', ':'))};\n".encode())
    return out / "index.html", why


def _refuse_other_folders(out: Path, digest: str) -> None:
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / "overrides.js").is_file()):
        raise DataError(f"{out}: is there and holds something else than such a page; name another folder with --out.")
    mark = out / _MARK
    if mark.is_file() and f'"digest":"{digest}"' not in mark.read_text(encoding="utf-8"):
        raise DataError(f"{out}: holds the page of a run on another annotation; name another folder with --out.")


def _videos(source: ClipSource, samples: list[int], out: Path, copy: bool) -> dict[int, str]:
    """Address of each video relative to the page."""
    found = {}
    for sample in samples:
        # A clip without a file is what the page may be for.
        try:
            path = source.video(sample)
        except Exception:
            continue
        if path is None or not path.is_file():
            continue
        if copy:
            target = out / "videos" / f"{sample:07d}{path.suffix}"
            target.parent.mkdir(exist_ok=True)
            if not target.is_file():
                beside = target.with_suffix(".part")
                shutil.copy2(path, beside)
                os.replace(beside, target)
            path = target
        found[sample] = quote(os.path.relpath(path.resolve(), out.resolve()).encode("utf-8", "surrogateescape"))
    return found
