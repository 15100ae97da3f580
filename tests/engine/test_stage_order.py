"""The order in which stages decide after the same epoch is the same however the config is written."""

from __future__ import annotations

import itertools

import pytest
from mmengine.config import Config

from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.paths import recipe_names
from d2sp_mm.recipes.read_config import read_recipe
from d2sp_mm.stages import CoarsePruning, DoubtfulLabelPruning, FineCorrection

STAGES = {
    "z": CoarsePruning(),
    "prune": dict(type="d2sp_mm.CoarsePruning"),
    "correct": dict(type="d2sp_mm.FineCorrection"),
    "a": DoubtfulLabelPruning(),
    "none": None,
}


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
