"""A method that goes on from the plain run is the method run whole."""

from __future__ import annotations

import pytest

from d2sp_mm.experiments.benchmark.auxiliary_runs import checkpoint, first_decision, observing_hook
from d2sp_mm.experiments.benchmark.run_config import recipe_hook
from tests.tiny_run import assert_same_weights, hook_of, tiny_config, train, weights_of, write_list

STAGES = {
    "prune": {"type": "d2sp_mm.CoarsePruning", "start": 3, "window": 2, "rate": 0.1},
    "correct": {"type": "d2sp_mm.FineCorrection", "start": 3, "window": 2, "min_margin": 0.0},
}


def test_it_goes_on_from_the_epoch_before_the_first_decision():
    assert first_decision(recipe_hook("d2sp", {}), 40) == 23
    assert first_decision(recipe_hook("small-loss", {"stages.prune.start": 10}), 40) == 9
    assert first_decision(recipe_hook("scn", {}), 40) is None
    assert first_decision(recipe_hook("none", {}), 40) is None


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
    branch.update(load_from=str(checkpoint(tmp_path / "plain", first_decision(hook, max_epochs))), resume=True)
    gone_on = train(branch)
    assert_same_weights(weights_of(whole), weights_of(gone_on))
    ours, theirs = hook_of(gone_on).ledger, hook_of(whole).ledger
    assert ours.keep.tolist() == theirs.keep.tolist() and not ours.keep.all()
    assert ours.corrected_labels.tolist() == theirs.corrected_labels.tolist()
