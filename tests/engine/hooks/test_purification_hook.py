"""What the hook costs, what it changes and what it leaves alone, and what it puts into checkpoints."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from mmengine import dist
from mmengine.config import Config
from mmengine.runner import Runner

import d2sp_mm
from d2sp_mm.engine import PurificationHook
from d2sp_mm.errors import ConfigError, DataError
from tests.tiny_run import CORRECT, PRUNE, assert_same_weights, hook_of, tiny_config, train, weights_of, write_list

STAGES = dict(prune=PRUNE, correct=CORRECT)
PACKAGE = str(Path(d2sp_mm.__file__).parent)
#: What waits for the device, or copies to the host.
SYNCING = ("cpu", "item", "tolist", "numpy", "to", "nonzero", "__int__", "__float__", "__bool__", "__index__", "__array__")


def test_saving_uses_no_collective(unbroken, monkeypatch):
    """Only rank 0 saves: a collective in there would wait for the others for ever."""
    runner, _ = unbroken

    def refuse(*args, **kwargs):
        raise AssertionError("a collective in before_save_checkpoint")

    for name in ("all_gather", "all_gather_object", "all_reduce", "broadcast", "barrier", "gather"):
        monkeypatch.setattr(dist, name, refuse)
    hook_of(runner).before_save_checkpoint(runner, {})


def test_saving_twice_saves_the_same_and_after_the_decision(unbroken):
    runner, folder = unbroken
    first, second = {}, {}
    hook_of(runner).before_save_checkpoint(runner, first)
    hook_of(runner).before_save_checkpoint(runner, second)
    for name, value in first["purification"]["ledger"].items():
        if isinstance(value, torch.Tensor):
            assert torch.equal(value.nan_to_num(), second["purification"]["ledger"][name].nan_to_num())
    # The checkpoint that closes the deciding epoch holds the decision.
    saved = torch.load(folder / f"epoch_{PRUNE['start']}.pth", weights_only=True)
    assert saved["meta"]["epoch"] == saved["purification"]["ledger"]["next_epoch"] == PRUNE["start"]
    assert torch.equal(saved["purification"]["ledger"]["keep"], torch.from_numpy(hook_of(runner).ledger.keep))
    assert not saved["purification"]["ledger"]["keep"].all()


def test_load_from_takes_the_weights_but_not_the_purification(unbroken, ann_file, tmp_path):
    config = tiny_config(tmp_path, ann_file, stages=None)
    config["load_from"] = str(unbroken[1] / "epoch_6.pth")
    runner = train(config)
    ledger = hook_of(runner).ledger
    assert ledger.keep.all()
    assert ledger.next_epoch == 6
    assert (ledger.corrected_labels == ledger.labels).all()


def test_the_checkpoint_stays_a_stock_one(unbroken):
    saved = torch.load(unbroken[1] / "epoch_6.pth", weights_only=True)
    assert not [name for name in saved["state_dict"] if "weight_head" in name or "learner" in name]


@pytest.mark.parametrize("weighting", ["joint", "detached"])
def test_nothing_of_ours_waits_for_the_device_within_an_epoch(config, monkeypatch, weighting):
    """On a GPU each of these calls would stop the queue; MMAction2's own top-k accuracy is not ours."""
    active, calls = [], []

    def watch(name):
        original = getattr(torch.Tensor, name)

        def watched(self, *args, **kwargs):
            caller = sys._getframe(1).f_code
            if active and caller.co_filename.startswith(PACKAGE):
                calls.append(f"{caller.co_filename}:{caller.co_name} calls {name}")
            return original(self, *args, **kwargs)

        monkeypatch.setattr(torch.Tensor, name, watched)

    before, after, iterations = PurificationHook.before_train_iter, PurificationHook.after_train_iter, []

    def begin(self, *args, **kwargs):
        active.append(True)
        return before(self, *args, **kwargs)

    def end(self, *args, **kwargs):
        after(self, *args, **kwargs)
        active.clear()
        iterations.append(self._parts.loss.mode)

    monkeypatch.setattr(PurificationHook, "before_train_iter", begin)
    monkeypatch.setattr(PurificationHook, "after_train_iter", end)
    for name in SYNCING:
        watch(name)
    config["default_hooks"]["purification"]["weighting"] = weighting
    runner = train(config)
    assert not calls
    assert len(iterations) == runner.iter == 36
    assert set(iterations) == {"plain", "weighted" if weighting == "joint" else "detached"}
    assert (hook_of(runner).ledger.corrected_labels != hook_of(runner).ledger.labels).any()


def test_a_batch_of_one_works(config):
    config["train_dataloader"]["batch_size"] = 1
    config["train_cfg"].update(max_epochs=4)
    config["model"]["backbone"] = dict(type="TinyBackbone", channels=4)
    ledger = hook_of(train(config)).ledger
    assert ledger.observations.complete(2, 3)
    assert (~ledger.keep).sum() == 5


def test_soft_labels_of_label_smoothing_work(config):
    config["model"]["cls_head"]["label_smooth_eps"] = 0.1
    ledger = hook_of(train(config)).ledger
    # The cap of a class may hold some of the five back.
    assert 3 <= (~ledger.keep).sum() <= 5
    assert (ledger.corrected_labels != ledger.labels).any()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (dict(weighting="both"), ["weighting='both'", "'joint'"]),
        (dict(max_undecodable=1.5), ["max_undecodable=1.5", "[0, 1]"]),
    ],
)
def test_a_setting_of_the_hook_out_of_range_is_refused(setting, words):
    with pytest.raises(ConfigError) as caught:
        PurificationHook(**setting)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("job", ["test", "val"])
def test_a_config_with_the_hook_tests_a_purified_checkpoint(config, tmp_path, job):
    """No training starts, so the hook finds no parts; it must not ask for any."""
    config["train_cfg"].update(max_epochs=4)
    train(config)
    config.update(
        load_from=str(tmp_path / "run" / "epoch_4.pth"),
        test_dataloader=config["val_dataloader"],
        test_cfg=dict(type="TestLoop"),
        test_evaluator=dict(type="AccMetric"),
        work_dir=str(tmp_path / job),
    )
    runner = Runner.from_cfg(Config(config))
    assert getattr(runner, job)()["acc/top1"] > 0.5


def test_a_stage_that_never_came_to_decide_is_told(config, tmp_path):
    config["train_cfg"].update(max_epochs=4)
    config["default_hooks"]["purification"]["stages"] = None
    train(config)
    config["default_hooks"]["purification"]["stages"] = dict(prune=dict(PRUNE, window=2))
    config["train_cfg"].update(max_epochs=5)
    config.update(resume=True)
    runner = train(config)
    assert hook_of(runner).ledger.keep.all()
    logs = "".join(path.read_text() for path in (tmp_path / "run").glob("**/*.log"))
    assert "stage 'prune' decided 0 of 1 rounds" in logs


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
    runner = train(tiny_config(tmp_path, ann_file, stages=dict(prune=PRUNE), dry_run=True))
    ledger = hook_of(runner).ledger
    assert (~ledger.keep).sum() > 0
    assert len(runner.train_dataloader.sampler) == len(ledger)


def test_purification_does_change_the_weights(ann_file, stock, tmp_path):
    runner = train(tiny_config(tmp_path, ann_file, stages=dict(prune=PRUNE)))
    with pytest.raises(AssertionError):
        assert_same_weights(weights_of(runner), stock)


def test_the_runner_is_built_from_the_config_alone(tmp_path):
    """Names of scope d2sp_mm resolve without custom_imports of the components."""
    ann_file = write_list(tmp_path / "train.txt")
    runner = Runner.from_cfg(Config(tiny_config(tmp_path, ann_file, stages=STAGES)))
    assert hook_of(runner).stages.keys() == STAGES.keys()


def test_a_resumed_pass_reads_the_pass_before_it_in_its_checkpoint(unbroken, ann_file, tmp_path):
    """The chain's folder may hold by then what came later."""
    settings = dict(stages=STAGES, continue_from=str(unbroken[1]))
    runner = train(tiny_config(tmp_path / "second", ann_file, **settings))
    inherited = hook_of(runner).ledger.inherited
    assert inherited > 0
    config = tiny_config(tmp_path / "resumed", ann_file, stages=STAGES, continue_from=str(tmp_path / "gone"))
    config.update(load_from=str(tmp_path / "second" / "epoch_4.pth"), resume=True)
    resumed = train(config)
    assert (hook_of(resumed).ledger.number, hook_of(resumed).ledger.inherited) == (2, inherited)
    assert_same_weights(weights_of(resumed), weights_of(runner))
