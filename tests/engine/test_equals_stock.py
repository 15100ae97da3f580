"""A run that changes nothing is the run of plain MMAction2, bit for bit."""

from __future__ import annotations

import pytest

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


def test_dry_run_equals_the_run_without_the_hook(ann_file, tmp_path):
    stages = dict(prune=PRUNE, correct=CORRECT)
    dry = train(tiny_config(tmp_path / "dry", ann_file, stages=stages, dry_run=True))
    config = tiny_config(tmp_path / "without", ann_file)
    del config["default_hooks"]["purification"]
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
