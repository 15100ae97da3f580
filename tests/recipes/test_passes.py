"""What a chain of passes is, before anything is trained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mmengine.config import Config, ConfigDict

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.recipes.passes import Passes, _without_empty
from tests.tiny_run import tiny_config, write_list

STAGES = dict(
    prune=dict(type="d2sp_mm.CoarsePruning", score="entropy", start=2, window=2),
    correct=dict(type="d2sp_mm.FineCorrection", start=4, window=2),
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    found = Config(tiny_config(tmp_path / "work", write_list(tmp_path / "train.txt"), purified=False))
    found.custom_imports = dict(imports=["tests.tiny_run"], allow_failed_imports=False)
    return found


def recipe(folder: Path, **hook: object) -> str:
    path = folder / "recipe.py"
    settings = dict(type="d2sp_mm.PurificationHook", stages=STAGES, **hook)
    path.write_text(f"default_hooks = dict(purification={settings!r})\n")
    return str(path)


def test_a_pass_is_as_long_as_its_last_decision_is_late(config, tmp_path):
    passes = Passes(config, recipe(tmp_path), {})
    assert (passes.names, passes.epochs) == (["pass_1", "final"], [4, 6])
    averaged = Passes(config, recipe(tmp_path, average_passes=True), {}, 3)
    assert averaged.names == ["pass_1", "pass_2", "pass_3", "final"] and averaged.epochs == [4, 4, 4, 6]
    hooks = [averaged.config_of(name, {"seed": 5}) for name in averaged.names[:3]]
    assert Passes(config, recipe(tmp_path, average_passes=True), {}).passes == 2
    assert not any(one.default_hooks.purification.get("dry_run", False) for one in hooks)
    assert [one.randomness.seed for one in hooks] == [6, 7, 8]
    assert [one.default_hooks.purification.get("continue_from") for one in hooks] == [None, *[str(passes.work_dir)] * 2]


@pytest.mark.parametrize(
    ("hook", "number", "words"),
    [
        (dict(), 0, "there must be at least one"),
        (dict(write_annotation=False), None, "leaves no list to train on"),
    ],
)
def test_passes_that_cannot_work_are_refused(config, tmp_path, hook, number, words):
    with pytest.raises(ConfigError, match=words):
        Passes(config, recipe(tmp_path, **hook), {}, number)


def test_a_recipe_without_stages_is_refused(config):
    with pytest.raises(ConfigError, match="'none' has no stage, so a pass would decide nothing"):
        Passes(config, "none", {})


def test_a_plan_is_kept_and_a_damaged_one_named(config, tmp_path):
    config.randomness = ConfigDict()
    passes = Passes(config, recipe(tmp_path), {})
    first = passes.plan(70_000)
    assert first["seed"] == 70_000 % 2**16 and passes.plan(1) == first
    with pytest.raises(ConfigError, match="holds passes with passes=1, and this call asks for 2"):
        Passes(config, recipe(tmp_path), {}, 2).plan(1)
    (passes.work_dir / "passes.json").write_text(json.dumps({"recipe": "x"}))
    with pytest.raises(DataError, match=r"passes\.json is damaged"):
        passes.plan(1)


def test_parts_of_which_nothing_is_left_are_left_out():
    part, gone = (dict(type="VideoDataset", ann_file=name) for name in ("a.txt", ""))
    joined = ConfigDict(type="RepeatDataset", times=2, dataset=dict(type="ConcatDataset", datasets=[part, gone]))
    assert _without_empty(joined).dataset.datasets == [part]
    assert _without_empty(ConfigDict(type="ConcatDataset", datasets=[gone])) is None
