"""A run that changes nothing is the run of plain MMAction2, bit for bit."""

from __future__ import annotations

import pytest
import torch

from d2sp_mm.errors import DataError
from tests.tiny_run import CORRECT, PRUNE, assert_same_weights, tiny_config, train, weights_of, write_list


@pytest.fixture(scope="module")
def ann_file(tmp_path_factory):
    return write_list(tmp_path_factory.mktemp("data") / "train.txt", noise=6, mislabel=8)


@pytest.fixture(scope="module")
def stock(ann_file, tmp_path_factory):
    return weights_of(train(tiny_config(tmp_path_factory.mktemp("stock"), ann_file, purified=False)))


@pytest.mark.parametrize(
    "hook",
    [
        pytest.param(dict(stages=None), id="none"),
        pytest.param(dict(stages=dict(prune=PRUNE, correct=CORRECT), dry_run=True), id="dry-run"),
    ],
)
def test_weights_are_those_of_stock(hook, ann_file, stock, tmp_path):
    runner = train(tiny_config(tmp_path, ann_file, **hook))
    assert_same_weights(weights_of(runner), stock)


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_run_that_diverges_trains_on_as_plain_mmaction2_does(ann_file, tmp_path, dry_run):
    """Scores that are not finite stop a run that must decide from them, not one that only observes."""
    stages = dict(prune=dict(PRUNE, score="entropy")) if dry_run else None
    config = tiny_config(tmp_path / "run", ann_file, stages=stages, dry_run=dry_run)
    config["optim_wrapper"] = dict(optimizer=dict(type="SGD", lr=1e30))
    runner = train(config)
    assert runner.iter == runner.max_iters
    assert any(not torch.isfinite(value).all() for value in weights_of(runner).values())
    config.update(work_dir=str(tmp_path / "acting"), experiment_name="acting")
    config["default_hooks"]["purification"].update(stages=dict(prune=dict(PRUNE, score="entropy")), dry_run=False)
    with pytest.raises(DataError, match="not finite"):
        train(config)


def test_dry_run_equals_the_run_without_the_hook(ann_file, tmp_path):
    stages = dict(prune=PRUNE, correct=CORRECT)
    dry = train(tiny_config(tmp_path / "dry", ann_file, stages=stages, dry_run=True))
    config = tiny_config(tmp_path / "without", ann_file)
    del config["default_hooks"]["purification"], config["default_hooks"]["exact_resume"]
    assert_same_weights(weights_of(dry), weights_of(train(config)))


def test_dry_run_scores_and_decides(ann_file, tmp_path):
    from tests.tiny_run import hook_of

    runner = train(tiny_config(tmp_path, ann_file, stages=dict(prune=PRUNE), dry_run=True))
    ledger = hook_of(runner).ledger
    assert (~ledger.keep).sum() > 0
    assert len(runner.train_dataloader.sampler) == len(ledger)


def test_purification_does_change_the_weights(ann_file, stock, tmp_path):
    runner = train(tiny_config(tmp_path, ann_file, stages=dict(prune=PRUNE)))
    with pytest.raises(AssertionError):
        assert_same_weights(weights_of(runner), stock)
