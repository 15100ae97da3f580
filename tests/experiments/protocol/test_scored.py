from __future__ import annotations

import json
from pathlib import Path

import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.protocol.scored import EpochAccuracy, last_and_best, mean_of_last


def log(work_dir: Path, start: str, *entries: dict[str, float]) -> None:
    path = work_dir / start / "vis_data" / "scalars.json"
    path.parent.mkdir(parents=True)
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def entry(epoch: int, war: float, uar: float) -> dict[str, float]:
    return {"acc/top1": war, "acc/mean1": uar, "step": epoch}


def test_the_last_epoch_and_the_best_one_stand_beside_each_other(tmp_path):
    log(tmp_path, "20260101_000000", entry(1, 0.4, 0.3), entry(2, 0.7, 0.5), entry(3, 0.6, 0.55))
    assert last_and_best(tmp_path, 3) == (EpochAccuracy(3, 0.6, 0.55), EpochAccuracy(2, 0.7, 0.5))


def test_a_resumed_run_counts_whole_and_a_repeated_epoch_once(tmp_path):
    log(tmp_path, "20260101_000000", entry(1, 0.8, 0.7), entry(2, 0.9, 0.9))
    log(tmp_path, "20260102_000000", entry(2, 0.5, 0.4), entry(3, 0.6, 0.5))
    assert last_and_best(tmp_path, 3) == (EpochAccuracy(3, 0.6, 0.5), EpochAccuracy(1, 0.8, 0.7))


def test_of_equal_epochs_the_later_is_the_best(tmp_path):
    log(tmp_path, "20260101_000000", entry(1, 0.6, 0.7), entry(2, 0.6, 0.5))
    assert last_and_best(tmp_path, 2)[1].epoch == 2


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([entry(2, 0.5, 0.5)], r"the last epoch, 3, was not evaluated, the last that was is 2.*val_interval"),
        ([{"acc/top1": 0.5, "step": 3}], r"no epoch has WAR and UAR.*mean_class_accuracy"),
        ([], r"no epoch has WAR and UAR"),
    ],
)
def test_a_last_epoch_without_figures_is_an_error_that_names_the_cause(entries, words, tmp_path):
    log(tmp_path, "20260101_000000", *entries)
    with pytest.raises(DataError, match=words):
        last_and_best(tmp_path, 3)


def test_the_mean_of_the_last_epochs_leaves_out_what_was_before(tmp_path):
    log(tmp_path, "20260101_000000", *(entry(*e) for e in ((1, 0.9, 0.9), (2, 0.4, 0.3), (3, 0.6, 0.5), (4, 0.8, 0.4))))
    assert mean_of_last(tmp_path, 4) == EpochAccuracy(4, pytest.approx(0.6), pytest.approx(0.4))
    # A run of two epochs has no third.
    assert mean_of_last(tmp_path, 2).war == pytest.approx(0.65)


@pytest.mark.parametrize("epochs", [[1, 2, 4], [1, 2, 3]])
def test_each_of_the_last_epochs_must_have_been_evaluated(tmp_path, epochs):
    log(tmp_path, "20260101_000000", *(entry(epoch, 0.5, 0.5) for epoch in epochs))
    missing = ({1, 2, 3, 4} - set(epochs)).pop()
    with pytest.raises(DataError, match=f"epoch {missing}, one of the last 3, .*val_begin=2, train_cfg.val_interval=1"):
        mean_of_last(tmp_path, 4)
