"""Clips that a real decoder cannot read do not stop a purified run, and stop MMAction2's own dataset as before."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from mmaction.registry import DATASETS

from d2sp_mm.experiments.noise.corrupt_files import truncate_file
from d2sp_mm.experiments.toy.clip import write_mp4
from tests.tiny_run import CORRECT, PRUNE, hook_of, tiny_config, train

#: A name with markup, an escape sequence and a comma, as reports must bear it.
NASTY = "3/[red]<b>\x1b[31m,'x'.mp4"
BROKEN = {"0/empty.mp4": 0, "1/missing.mp4": 1, "2/truncated.mp4": 2, "0/text.mp4": 0, "1/folder.mp4": 1, NASTY: 3}
_PIPELINE = [
    dict(type="DecordInit"),
    dict(type="SampleFrames", clip_len=2, frame_interval=1, num_clips=1),
    dict(type="DecordDecode"),
    dict(type="Resize", scale=(8, 8), keep_ratio=False),
    dict(type="FormatShape", input_format="NCTHW"),
    dict(type="PackActionInputs"),
]


def write_clip(path: Path, look: int, number: int) -> None:
    rng = np.random.default_rng(number)
    frames = rng.integers(0, 60, size=(6, 32, 32, 3), dtype=np.uint8)
    frames[:, 8 * look : 8 * look + 8] += 150
    path.parent.mkdir(exist_ok=True)
    write_mp4(path, frames, 10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    lines = []
    for number in range(32):
        name = f"{number % 4}/{number}.mp4"
        write_clip(folder / name, number % 4, number)
        lines.append(f"{name} {number % 4}\n")
    write_clip(folder / "2/truncated.mp4", 2, 99)
    truncate_file(folder / "2/truncated.mp4", np.random.default_rng(0))
    (folder / "0/empty.mp4").touch()
    (folder / "0/text.mp4").write_text("no video at all")
    (folder / "1/folder.mp4").mkdir()
    (folder / NASTY).write_bytes(b"\0\0")
    (folder / "train.txt").write_text("".join([*lines, *(f"{name} {label}\n" for name, label in BROKEN.items())]))
    return folder


def config_of(folder: Path, work_dir: Path, workers: int) -> dict:
    config = tiny_config(work_dir, folder / "train.txt", stages=dict(prune=PRUNE, correct=CORRECT))
    config["train_dataloader"].update(num_workers=workers)
    config["train_dataloader"]["dataset"]["dataset"].update(data_prefix=dict(video=str(folder)), pipeline=_PIPELINE)
    config["model"]["data_preprocessor"].update(mean=[128.0] * 3, std=[64.0] * 3)
    return {**config, "val_dataloader": None, "val_cfg": None, "val_evaluator": None}


@pytest.mark.parametrize("workers", [0, 2])
def test_each_is_told_once_with_the_decoders_words_and_pruned(folder, tmp_path, workers):
    runner = train(config_of(folder, tmp_path, workers))
    (log,) = tmp_path.glob("*/*.log")
    told = [line for line in log.read_text().splitlines() if "cannot decode" in line]
    assert len(told) == len(BROKEN)
    for name in BROKEN:
        # Quoted as Python does it: nothing in a name reaches the terminal as an instruction.
        (line,) = [line for line in told if f"cannot decode {name!r}: " in line]
        words = line.partition(f"{name!r}: ")[2]
        assert "Error: " in words and len(words) > 20
    assert "\x1b" not in log.read_text()
    ledger = hook_of(runner).ledger
    assert {key for key, keep in zip(ledger.keys, ledger.keep) if not keep} >= set(BROKEN)
    with (tmp_path / "purification" / "ledger.csv").open(newline="") as stream:
        rows = {row["key"]: row for row in csv.DictReader(stream)}
    for name in BROKEN:
        assert (rows[name]["keep"], rows[name]["quality_score"], rows[name]["stage"]) == ("0", "0", "undecodable")
    kept = (tmp_path / "purification" / "train_purified.txt").read_text()
    assert not any(name in kept for name in BROKEN) and "0/0.mp4" in kept


def test_the_stock_dataset_raises_as_it_always_has(folder):
    settings = dict(ann_file=str(folder / "train.txt"), pipeline=_PIPELINE, data_prefix=dict(video=str(folder)))
    dataset = DATASETS.build(dict(type="VideoDataset", **settings))
    dataset[0]
    for number in range(32, 32 + len(BROKEN)):
        with pytest.raises((OSError, RuntimeError)):
            dataset[number]
