"""A short real run over real (tiny) video files, and its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from d2sp_mm.review.report import ReportOptions, write_report
from tests.tiny_run import CORRECT, NUM_CLASSES, PRUNE, tiny_config, train

#: A file name that a page which pastes names into its text would run.
EVIL = "0_<img src=x onerror=\"document.title='owned'\">, \"q\"_8.mp4"
CLASSES = ["anger", "fear & <joy>", "neutral", "sad"]
STAGES = dict(
    prune=dict(PRUNE, score="entropy", class_cap=1.0, rate=0.2, rounds=4),
    correct=dict(CORRECT, start=3, rounds=3, min_margin=0.1),
)
_UNREADABLE = 3


def make_videos(folder: Path, per_class: int = 12, mislabel: int = 8) -> Path:
    """Write the clips and their list; the first is no video, though it is trained on like the others."""
    folder.mkdir(parents=True)
    lines = []
    for number in range(NUM_CLASSES * per_class):
        look = number % NUM_CLASSES
        label = (look + 1) % NUM_CLASSES if 4 <= number < 4 + mislabel else look
        kind = "noise" if number < 4 else "good"
        name = EVIL if number == 8 else f"{look}_{kind}_{number}.mp4"
        write_video(folder / name, number)
        lines.append(f"{name}|{label}\n")
    (folder / f"{_UNREADABLE}_noise_{_UNREADABLE}.mp4").write_bytes(b"no video")
    path = folder / "train.txt"
    path.write_text("".join(lines), encoding="utf-8")
    (folder / "classes.txt").write_text("\n".join(CLASSES))
    return path


def write_video(path: Path, number: int) -> None:
    """Eight frames whose brightness tells them apart."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 8, (32, 24))
    for frame in range(8):
        writer.write(np.full((24, 32, 3), 30 * frame + number % 30, dtype=np.uint8))
    writer.release()
    assert path.stat().st_size > 0


def config_of(folder: Path) -> dict[str, Any]:
    """The run's config; it leaves a checkpoint of each epoch."""
    ann_file = folder / "data" / "train.txt"
    config = tiny_config(folder / "work", ann_file, stages=STAGES)
    for dataset in (config["train_dataloader"]["dataset"]["dataset"], config["val_dataloader"]["dataset"]):
        dataset.update(data_prefix=dict(video=str(folder / "data")), delimiter="|")
    config["default_hooks"]["checkpoint"] = dict(type="CheckpointHook", interval=1, max_keep_ckpts=-1)
    return config


def make_run(folder: Path) -> Path:
    """Train it; return its work dir."""
    make_videos(folder / "data")
    train(config_of(folder))
    return folder / "work"


def make_report(work_dir: Path, out: Path, **options: Any) -> Path:
    """Write its page; return the folder."""
    page, why = write_report(work_dir, out, ReportOptions(**options), lambda total: lambda: None)
    assert not why, why
    assert page == out / "index.html"
    return out


def data_of(out: Path) -> dict[str, Any]:
    """What the page is told."""
    text = (out / "data.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("window.D2SP = ").rstrip().removesuffix(";"))
