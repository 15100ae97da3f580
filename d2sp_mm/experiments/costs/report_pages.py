"""Writing the review page of twenty thousand clips."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from d2sp_mm.experiments.costs.measurement import Measurement
from d2sp_mm.experiments.costs.training import CLIPS, drawn_clips
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.paths import find_home
from d2sp_mm.runs.annotation_part import AnnotationPart
from d2sp_mm.runs.run_files import RunFiles

_CLIPS, _CLASSES = 20_000, 7
_MOST_MIB = 1024
#: Runs a program and prints the KiB of its largest process. What Linux counts for a child begins with the size of the
#: process that started it, and this one is small.
_WITH_PEAK = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def report_costs(folder: Path, clips: int = _CLIPS, drawn: int = CLIPS) -> list[Measurement]:
    """The page of a run in which every clip was pruned or relabelled, with one process and with all cores.

    Args:
        folder: Where measurements write.
        clips: Names of clips on the page.
        drawn: Clips behind them.
    """
    work_dir = _run_of_many(folder, clips, drawn)
    jobs = os.cpu_count() or 1
    found, times, peak = [], {}, 0.0
    for processes in sorted({1, jobs}):
        out = folder / f"page{processes}"
        begin = time.perf_counter()
        command = [sys.executable, str(find_home() / "tools" / "report.py"), str(work_dir)]
        command = [sys.executable, "-c", _WITH_PEAK, *command, "--out", str(out), "--jobs", str(processes)]
        peak = max(peak, int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]) / 1024)
        times[processes] = time.perf_counter() - begin
        found.append(Measurement(f"page of {clips:,} clips, {processes} process(es)", f"{times[processes]:.0f} s"))
        strips = sum(1 for _ in out.glob("strips/**/*.jpg"))
        if processes == jobs:
            found.append(Measurement("of them with a strip of frames", f"{strips:,}"))
        shutil.rmtree(out)
    bound = f"at most {_MOST_MIB} MiB"
    found.append(Measurement("largest process of it", f"{peak:.0f} MiB", bound, peak <= _MOST_MIB))
    return found


def _run_of_many(folder: Path, clips: int, drawn: int) -> Path:
    """Files as a run leaves them, over many names of few clips."""
    many, work_dir = folder / "many", folder / "many_run"
    many.mkdir(exist_ok=True)
    videos = sorted((drawn_clips(folder, drawn) / "videos").rglob("*.mp4"))
    keys = [f"{number:05d}.mp4" for number in range(clips)]
    for number, key in enumerate(keys):
        (many / key).unlink(missing_ok=True)
        os.link(videos[number % len(videos)], many / key)
    labels = np.arange(clips) % _CLASSES
    ann_file = many / "train.txt"
    ann_file.write_text("".join(f"{key} {label}\n" for key, label in zip(keys, labels)))
    ledger = Ledger(keys, labels, _CLASSES)
    samples, scores = np.arange(clips), np.linspace(0, 1, clips)
    pruned, moved = samples[samples % 3 == 0], samples[samples % 3 > 0]
    new = (labels[moved] + 1) % _CLASSES
    ledger.apply(Decision(0, "label", pruned, scores[pruned], moved, new, scores[moved], stage="made_up"))
    part = AnnotationPart(str(ann_file), "video", " ", False, None, clips)
    RunFiles(Path(work_dir), [part], {"max_epochs": 1, "stages": {}, "failure_tolerance": 0.0}).write(ledger)
    dataset = f"dict(type='VideoDataset', ann_file={str(ann_file)!r}, data_prefix=dict(video={str(many)!r}), pipeline=[])"
    (work_dir / "config.py").write_text(f"train_dataloader = dict(dataset={dataset})\n")
    return work_dir
