"""What a converter writes trains with the repository's bases: small sets in the forms of their owners, one epoch."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from d2sp_mm.datasets.converters import CONVERTERS, Options
from d2sp_mm.datasets.converters.writing import write_conversion
from d2sp_mm.recipes import purify_config, read_config
from tests.datasets.converters.trees import CLASS_COUNTS, MAKERS, write_frames
from tests.integration.real_run import read_config as read_leaf
from tests.tiny_run import hook_of, train

BASES = Path(__file__).resolve().parents[2] / "configs" / "_base_"
#: Each set with a 3-D network, and one with a 2-D network.
CASES = [*((name, "r3d_r18-slim") for name in ("dfew", "ferv39k", "mafw", "afew", "crema-d")), ("crema-d", "tsm_r50")]


def make(name: str, folder: Path) -> None:
    (folder / "set").mkdir()
    root = MAKERS[name](folder / "set")
    write_conversion(CONVERTERS[name](root, Options()), folder / "data" / name, Options())


def make_faces(name: str, folder: Path) -> None:
    """The same set with faces cut out, as folders of frames."""
    (folder / "set").mkdir()
    root, pattern = MAKERS[name](folder / "set"), "AlignedFaces_LBPTOP_Points*/Faces"
    if name == "mafw":
        pattern = "faces"
        for number in range(1, 23):
            write_frames(root / "faces" / f"{number:05}")
    options = Options(clips=pattern)
    write_conversion(CONVERTERS[name](root, options), folder / "data" / name, options)


def small_config(name: str, model: str, folder: Path) -> Config:
    """The set's own base, with a network that is slim enough for a test."""
    bases = [f"models/{model}", f"datasets/{name}", "schedules/sgd_50e", "purification/none"]
    path = folder / "small.py"
    path.write_text(f"_base_ = {[str(BASES / f'{base}.py') for base in bases]!r}\n")
    config = read_config(str(path))
    options = {"train_cfg.max_epochs": 1, "work_dir": str(folder / "work"), "experiment_name": f"{name}_{model}"}
    options |= {"model.cls_head.num_classes": CLASS_COUNTS[name.removesuffix("-faces")], "log_level": "WARNING"}
    options |= {"param_scheduler": None}
    if model == "tsm_r50":
        options |= {"model.backbone.depth": 18, "model.cls_head.in_channels": 512}
    for loader in ("train_dataloader", "val_dataloader"):
        options |= {f"{loader}.num_workers": 0, f"{loader}.persistent_workers": False, f"{loader}.batch_size": 8}
    config.merge_from_dict(options)
    config.test_cfg = config.test_dataloader = config.test_evaluator = None
    return config


@pytest.mark.parametrize(("name", "model"), CASES)
def test_a_set_trains_for_an_epoch(name, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make(name, tmp_path)
    runner = train(small_config(name, model, tmp_path).to_dict())
    ledger = hook_of(runner).ledger
    assert not ledger.undecodable.any()
    listed = tmp_path / "data" / name / ("train.txt" if name in ("ferv39k", "afew") else "fold1_train.txt")
    assert len(ledger.keys) == len(listed.read_text().splitlines())
    figures = runner.message_hub.log_scalars
    assert {"val/acc/top1", "val/acc/mean1"} <= set(figures)


@pytest.mark.parametrize("name", ["mafw", "afew"])
def test_faces_train_with_the_bases_of_faces(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_faces(name, tmp_path)
    ledger = hook_of(train(small_config(f"{name}-faces", "r3d_r18-slim", tmp_path).to_dict())).ledger
    assert len(ledger.keys) > 10 and not ledger.undecodable.any()


def test_a_leaf_trains_as_it_is_written(tmp_path, monkeypatch):
    """Former-DFER, two clips a batch; nothing but the length and the workers is changed."""
    monkeypatch.chdir(tmp_path)
    make("dfew", tmp_path)
    for path in (tmp_path / "data/dfew").glob("fold1_*.txt"):
        path.write_text("".join(itertools.islice(path.open(), 0, None, 7)))
    options = {"train_dataloader": {"num_workers": 0, "persistent_workers": False, "batch_size": 2}, "param_scheduler": None}
    config = purify_config(read_leaf("former-dfer/former-dfer_d2sp_dfew.py", tmp_path / "work", 1, {}), "none")
    config.merge_from_dict(options)
    ledger = hook_of(train(config.to_dict())).ledger
    assert ledger.observations.complete(1, 0)
    assert np.isfinite(ledger.observations.mean_probs(1, 0)).all()
