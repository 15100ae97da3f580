"""The stages of a config: their settings, their order, and a ledger that has room for them."""

from __future__ import annotations

import itertools

import pytest
from mmengine.config import Config

from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.errors import ConfigError
from d2sp_mm.paths import recipe_names
from d2sp_mm.recipes.read_config import read_recipe
from d2sp_mm.stages import CoarsePruning, DoubtfulLabelPruning, FineCorrection
from tests.engine.refused_run import refused
from tests.tiny_run import PRUNE, hook_of, tiny_config, train, write_list

STAGES = {
    "z": CoarsePruning(),
    "prune": dict(type="d2sp_mm.CoarsePruning"),
    "correct": dict(type="d2sp_mm.FineCorrection"),
    "a": DoubtfulLabelPruning(),
    "none": None,
}


def test_a_misspelt_setting_of_a_stage_is_refused_with_those_that_there_are(config):
    config["default_hooks"]["purification"]["stages"] = dict(prune=dict(PRUNE, rte=0.1))
    refused(config, "stages.prune", "no setting 'rte'", "rate", "class_cap")


def test_the_classes_are_balanced_by_what_is_drawn(tmp_path):
    """A part that stands in an epoch three times is trained on three times."""
    parts = []
    for name, per_class in (("once", 4), ("thrice", 1)):
        inner = dict(type="VideoDataset", ann_file=str(write_list(tmp_path / f"{name}.txt", per_class=per_class)))
        inner["pipeline"] = [dict(type="MakeClip"), dict(type="PackActionInputs")]
        parts.append(inner)
    parts[1] = dict(type="RepeatDataset", times=3, dataset=parts[1])
    config = tiny_config(tmp_path / "run", tmp_path / "once.txt")
    config["train_dataloader"]["dataset"]["dataset"] = dict(type="ConcatDataset", datasets=parts)
    config["model"]["cls_head"]["loss_cls"]["class_weight"] = [1.0, 2.0, 1.0, 1.0]
    config["train_cfg"].update(max_epochs=1)
    ledger = hook_of(train(config)).ledger
    assert ledger.class_counts.tolist() == [5, 5, 5, 5]
    assert ledger.class_frequencies.tolist() == [7.0, 14.0, 7.0, 7.0]


@pytest.mark.parametrize(
    ("stage", "message"), [(dict(PRUNE, start=7), "max_epochs=6"), (dict(PRUNE, window=3), "window=3")]
)
def test_a_stage_that_cannot_run_is_refused_before_training(tmp_path, stage, message):
    ann_file = write_list(tmp_path / "train.txt")
    with pytest.raises(ConfigError, match=message):
        train(tiny_config(tmp_path, ann_file, stages=dict(prune=stage)))
    assert not list(tmp_path.glob("epoch_*.pth"))


@pytest.mark.parametrize("names", itertools.permutations(STAGES))
def test_pruning_goes_before_correction_and_that_before_what_it_leaves(names):
    built = build_stages({name: STAGES[name] for name in names})
    assert list(built) == ["prune", "z", "correct", "a"]
    assert isinstance(built["correct"], FineCorrection)


@pytest.mark.parametrize("recipe", recipe_names())
def test_a_written_config_decides_in_the_order_of_its_recipe(recipe, tmp_path):
    """MMEngine sorts the keys of what it writes."""
    stages = read_recipe(recipe).get("stages") or {}
    Config(dict(stages=stages)).dump(str(tmp_path / "written.py"))
    written = Config.fromfile(str(tmp_path / "written.py")).stages
    assert list(build_stages(written).items()) == list(build_stages(stages).items())
