"""Auxiliary runs; and a method that starts from the plain run is the method run whole."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.experiments.benchmark.auxiliary_runs import (
    branch_epoch,
    checkpoint,
    evaluate_folds,
    join_flags,
    observing_hook,
    pass_epochs,
    threshold_sets,
)
from d2sp_mm.experiments.benchmark.run_config import recipe_hook
from d2sp_mm.runs.ledger_table import LedgerTable
from tests.tiny_run import assert_same_weights, hook_of, tiny_config, train, weights_of, write_list


def _table(labels, keep=None, scores=None) -> LedgerTable:
    n = len(labels)
    keep = np.ones(n, dtype=bool) if keep is None else np.asarray(keep)
    scores = np.full(n, np.nan) if scores is None else np.asarray(scores)
    labels = np.asarray(labels)
    return LedgerTable([str(i) for i in range(n)], labels, labels, keep, scores, scores, [""] * n, [""] * n, np.full(n, -1))


def test_threshold_sets_are_disjoint_and_of_the_size_of_a_class():
    first, second = threshold_sets(100, 9, seed=1)
    assert first.sum() == second.sum() == 10 and not (first & second).any()
    assert (first != threshold_sets(100, 9, seed=2)[0]).any()


def test_a_sample_is_evaluated_by_the_runs_that_train_on_its_label():
    sets = (np.array([True, False, False, False]), np.array([False, True, False, False]))
    runs = (
        _table([0, 0, 0, 0], keep=[False, False, True, True], scores=[0.0, 0.2, 0.6, 1.0]),
        _table([0, 0, 0, 0], keep=[True, False, True, False], scores=[0.8, 0.0, 0.8, 0.2]),
    )
    table = join_flags(_table([0, 0, 0, 0]), runs, sets)
    # The first is flagged only where its label was taken away, the second by the first run, the fourth by the second.
    assert table.keep.tolist() == [True, False, True, False]
    assert table.quality_scores.tolist() == pytest.approx([0.8, 0.2, 0.7, 0.6])


def _dump(path, probs):
    path.write_bytes(pickle.dumps([{"pred_score": np.asarray(row)} for row in probs]))
    return path


def test_out_of_fold_predictions_find_the_wrong_label_and_leave_what_no_fold_has(tmp_path):
    n = 40
    labels = np.arange(n) % 2
    probs = np.where(labels[:, None] == np.arange(2), 0.9, 0.1)
    probs[7] = probs[7][::-1]
    even, odd = np.arange(0, n - 1, 2), np.arange(1, n - 1, 2)
    folds = [(even, _dump(tmp_path / "a", probs[even])), (odd, _dump(tmp_path / "b", probs[odd]))]
    table = evaluate_folds(_table(labels), folds, 2)
    assert np.flatnonzero(~table.keep).tolist() == [7]
    assert np.isnan(table.label_scores[n - 1]) and table.label_scores[7] == pytest.approx(0.1)


def test_a_fold_of_another_size_is_refused(tmp_path):
    with pytest.raises(DataError, match="1 predictions for a fold of 2"):
        evaluate_folds(_table([0, 1]), [(np.arange(2), _dump(tmp_path / "a", [[0.5, 0.5]]))], 2)


STAGES = {
    "prune": {"type": "d2sp_mm.CoarsePruning", "start": 3, "window": 2, "rate": 0.1},
    "correct": {"type": "d2sp_mm.FineCorrection", "start": 3, "window": 2, "min_margin": 0.0},
}


def test_a_method_starts_from_the_epoch_before_the_first_decision():
    assert branch_epoch(recipe_hook("d2sp", {}), 40) == 23
    assert branch_epoch(recipe_hook("small-loss", {"stages.prune.start": 10}), 40) == 9
    assert branch_epoch(recipe_hook("scn", {}), 40) is None
    assert branch_epoch(recipe_hook("none", {}), 40) is None
    # The last three epochs are tested, and so are trained by the method itself.
    assert branch_epoch(recipe_hook("small-loss", {"stages.prune.start": 39}), 40) == 37


def test_a_pass_ends_with_the_last_decision():
    assert pass_epochs(recipe_hook("d2sp", {}), 40) == 28
    assert pass_epochs(recipe_hook("small-loss", {"stages.prune.start": 10}), 40) == 10
    assert pass_epochs(recipe_hook("none", {}), 40) == 0


@pytest.mark.parametrize("stages", [STAGES, {"prune": {**STAGES["prune"], "score": "entropy"}}], ids=["weights", "none"])
def test_a_branch_equals_the_whole_run_bit_for_bit(tmp_path, stages):
    ann_file = write_list(tmp_path / "train.txt", noise=4, mislabel=6)
    hook = {"type": "d2sp_mm.PurificationHook", "stages": stages}
    whole = train(tiny_config(tmp_path / "whole", ann_file, stages=stages))
    max_epochs = whole.max_epochs
    observer = observing_hook([hook, {**hook, "stages": STAGES}], max_epochs)
    options = {key: value for key, value in observer.items() if key not in ("type", "stages")}
    config = tiny_config(tmp_path / "plain", ann_file, stages=observer["stages"], **options)
    config["default_hooks"]["checkpoint"] = dict(config["default_hooks"]["checkpoint"], interval=1, max_keep_ckpts=-1)
    train(config)
    branch = tiny_config(tmp_path / "branch", ann_file, stages=stages)
    branch.update(load_from=str(checkpoint(tmp_path / "plain", branch_epoch(hook, max_epochs))), resume=True)
    resumed = train(branch)
    assert_same_weights(weights_of(whole), weights_of(resumed))
    ours, theirs = hook_of(resumed).ledger, hook_of(whole).ledger
    assert ours.keep.tolist() == theirs.keep.tolist() and not ours.keep.all()
    assert ours.corrected_labels.tolist() == theirs.corrected_labels.tolist()
