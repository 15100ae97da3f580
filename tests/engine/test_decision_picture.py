"""The sheet of clips that a run shows with each decision."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from d2sp_mm.runs.ledger_table import read_ledger_table
from tests.review.report.real_report import config_of, make_videos
from tests.tiny_run import assert_same_weights, hook_of, train, weights_of


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    make_videos(folder / "data")
    return folder / "work", train(config_of(folder))


def sheets(work_dir):
    return {path.stem: cv2.imread(str(path)) for path in work_dir.glob("*/vis_data/vis_image/*.png")}


def test_every_decision_has_a_sheet_of_its_clips(trained):
    work_dir, runner = trained
    history, rules = hook_of(runner).ledger.decisions.columns, hook_of(runner).ledger.stages
    rounds = {(rules[rule], int(epoch) + 1): 0 for rule, epoch in zip(history["stage"], history["epoch"])}
    for rule, epoch in zip(history["stage"], history["epoch"]):
        rounds[rules[rule], int(epoch) + 1] += 1
    found = sheets(work_dir)
    assert set(found) == {f"purification_{rule}_{epoch}" for rule, epoch in rounds}
    for (rule, epoch), count in rounds.items():
        rows = found[f"purification_{rule}_{epoch}"].shape[0] / 80
        # One clip is no video.
        assert min(count, 12) - 1 <= rows <= min(count, 12)


def test_the_lowest_score_comes_first(trained):
    work_dir, _ = trained
    table = read_ledger_table(work_dir / "purification" / "ledger.csv")
    pruned = [i for i in np.flatnonzero(~table.keep) if table.epochs[i] == 1 and i != 3]
    first = min(pruned, key=lambda i: table.quality_scores[i])
    sheet = sheets(work_dir)["purification_prune_2"]
    # The clips' frames are told apart by their brightness: the number of the clip, and 30 a frame.
    strip = sheet[:64, : 6 * 85].astype(float).mean(axis=2)
    assert abs(strip[:, 3:80].mean() - first % 30) < 12


def test_pictures_change_nothing_of_the_training(trained, tmp_path):
    _, runner = trained
    make_videos(tmp_path / "data")
    config = config_of(tmp_path)
    config["visualizer"] = dict(type="ActionVisualizer", vis_backends=None)
    other = train(config)
    assert not sheets(tmp_path / "work")
    assert_same_weights(weights_of(runner), weights_of(other))
