"""What a run says of its decisions, and the sheet of clips that it shows with each."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from d2sp_mm.engine.decision_log import decision_line, with_agreement
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.runs.ledger_table import read_ledger_table
from tests.review.report.real_report import config_of, make_videos
from tests.tiny_run import CORRECT, assert_same_weights, hook_of, train, weights_of

LABELS = np.arange(30) % 10


def ledger_of() -> Ledger:
    return Ledger([f"{i}.mp4" for i in range(30)], LABELS, 10)


def said(ledger, decision, dry_run=False):
    return decision_line(ledger, with_agreement(ledger, ledger.apply(decision)), dry_run)


def test_a_line_says_how_many_of_which_classes_and_what_that_makes_in_all():
    ledger = ledger_of()
    line = said(ledger, Decision(3, "quality", prune=np.array([0, 10, 1]), stage="prune"))
    assert line == "after epoch 4 prune: 3 of 30 pruned (of class 0: 2, 1: 1); 3 pruned, 0 relabelled in all"
    relabel = np.array([2, 12, 3])
    line = said(ledger, Decision(5, "label", relabel=relabel, new_labels=np.array([7, 7, 4]), stage="correct"), dry_run=True)
    done = "3 of 30 relabelled (2 to 7: 2, 3 to 4: 1); 3 pruned, 3 relabelled in all"
    assert line == f"after epoch 6 correct: {done}; a dry run, nothing is changed"


def test_a_line_counts_what_had_been_decided_by_then_though_more_was_since():
    ledger = ledger_of()
    first = ledger.apply(Decision(3, "quality", prune=np.array([0]), stage="prune"))
    second = ledger.apply(Decision(3, "label", relabel=np.array([2]), new_labels=np.array([7]), stage="correct"))
    third = ledger.apply(Decision(3, "label", relabel=np.array([2]), new_labels=np.array([8]), stage="again"))
    lines = [decision_line(ledger, decision, False) for decision in (first, second, third)]
    assert "1 pruned, 0 relabelled in all" in lines[0]
    assert "1 of 30 relabelled (2 to 7: 1); 1 pruned, 1 relabelled in all" in lines[1]
    assert "1 of 30 relabelled (7 to 8: 1); 1 pruned, 1 relabelled in all" in lines[2]


def test_many_classes_are_summed_up():
    line = said(ledger_of(), Decision(0, "quality", prune=np.arange(10), stage="r"))
    assert "(of class 0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, others: 4)" in line


def test_a_round_is_compared_with_the_one_before():
    ledger, scores = ledger_of(), np.linspace(0, 1, 30)
    assert said(ledger, Decision(0, "label", scores={"label_score": scores}, stage="r")) == (
        "after epoch 1 r: nothing changes; 0 pruned, 0 relabelled in all"
    )
    for epoch, now, agreement in ((1, scores**2, "1.00"), (2, 1 - scores, "-1.00")):
        line = said(ledger, Decision(epoch, "label", scores={"label_score": now}, stage="r"))
        assert line.endswith(f"as in the round before: {agreement}")


def test_a_stage_is_compared_with_its_own_last_round_by_what_it_decides_by():
    ledger, scores = ledger_of(), np.linspace(0, 1, 30)
    said(ledger, Decision(0, "label", scores={"quality_score": scores, "label_score": scores}, stage="prune"))
    assert "as in the round" not in said(ledger, Decision(0, "label", scores={"label_score": scores}, stage="correct"))
    line = said(ledger, Decision(1, "label", scores={"quality_score": 1 - scores, "label_score": scores}, stage="prune"))
    assert line.endswith("as in the round before: -1.00")


@pytest.mark.parametrize(("strength", "warned"), [(2.5, False), (0.0, True)])
def test_a_run_that_has_learned_next_to_nothing_says_so_when_it_decides(config, tmp_path, strength, warned):
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"][0]["strength"] = strength
    config["default_hooks"]["purification"]["stages"] = dict(correct=CORRECT)
    if not strength:
        config["optim_wrapper"]["optimizer"]["lr"] = 1e-6
    train(config)
    logs = "".join(path.read_text() for path in (tmp_path / "run").glob("**/*.log"))
    assert ("has learned too little for decisions" in logs) == warned


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    make_videos(folder / "data")
    return folder / "work", train(config_of(folder))


def sheets(work_dir):
    return {path.stem: cv2.imread(str(path)) for path in work_dir.glob("*/vis_data/vis_image/*.png")}


def test_every_decision_has_a_sheet_of_its_clips(trained):
    work_dir, runner = trained
    history, stages = hook_of(runner).ledger.decisions.columns, hook_of(runner).ledger.stages
    rounds = {(stages[stage], int(epoch) + 1): 0 for stage, epoch in zip(history["stage"], history["epoch"])}
    for stage, epoch in zip(history["stage"], history["epoch"]):
        rounds[stages[stage], int(epoch) + 1] += 1
    found = sheets(work_dir)
    assert set(found) == {f"purification_{stage}_{epoch}" for stage, epoch in rounds}
    for (stage, epoch), count in rounds.items():
        rows = found[f"purification_{stage}_{epoch}"].shape[0] / 80
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
