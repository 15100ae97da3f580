"""Suites are refused or run; the whole command on a set so small that every protocol trains in seconds."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.experiments.benchmark import suite_runner
from d2sp_mm.experiments.benchmark.suite import PLAIN, read_suite, suite_names
from d2sp_mm.experiments.benchmark.suite_runner import SuiteRunner
from d2sp_mm.experiments.benchmark.summary import MODELS
from d2sp_mm.experiments.benchmark.trial import trials_of
from tests.experiments.benchmark.small_suite import SMALL, read_suite_text
from tests.load_tool import load_tool

SUITE = """
seeds = [0]
options = {"train_cfg.max_epochs": 4, "param_scheduler.0.end": 1, "param_scheduler.1.begin": 1, "param_scheduler.1.end": 4,
           "train_dataloader.num_workers": 0, "train_dataloader.persistent_workers": False}
data_sets = {"toy": dict(config="d2sp/r3d/r3d_r18-slim_none_toy-dfer.py", source="toy", options=options,
                         settings=dict(num_train=49, num_test=14, image_size=32, num_frames=8))}
noises = {"both": dict(mislabel_rate=0.2, low_quality_rate=0.2)}
early = {"stages.prune.start": 2, "stages.prune.window": 2}
methods = {
    "plain": dict(role="control"),
    "oracle": dict(role="control", protocol="oracle"),
    "small-loss": dict(recipe="small-loss", options=early),
    "chain": dict(role="ours", protocol="passes", recipe="small-loss", options=early),
    "folds": dict(protocol="out_of_fold", settings=dict(folds=2)),
    "quality": dict(protocol="image_quality", settings=dict(rate=0.2)),
    "threshold": dict(protocol="threshold_samples", settings=dict(until=0.5)),
}
"""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    return load_tool("benchmark")


@pytest.fixture(scope="module")
def done(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished benchmark, of which one trial was done in a call of its own before."""
    folder = tmp_path_factory.mktemp("benchmark")
    (folder / "tiny.py").write_text(SUITE)
    arguments = [str(folder / "tiny.py"), "--out", str(folder / "out")]
    tool.main([*arguments, "--methods", "small-loss"])
    before = (folder / "out" / "results.jsonl").read_text()
    tool.main(arguments)
    after = (folder / "out" / "results.jsonl").read_text()
    # What the first call did is kept, the plain run as well: no new method starts from its checkpoints.
    assert after.startswith(before)
    return folder


def _rows(folder: Path) -> dict[str, dict]:
    lines = (folder / "out" / "results.jsonl").read_text().splitlines()
    return {row["method"]: row for row in map(json.loads, lines)}


def test_every_method_has_its_figures_and_pays_for_its_auxiliary_runs(done):
    rows = _rows(done)
    assert set(rows) == {"plain", "oracle", "small-loss", "chain", "folds", "threshold", "quality"}
    within, scratch = ({name: row[model] for name, row in rows.items() if row[model]} for model in MODELS)
    assert set(within) == {"plain", "small-loss"} and set(scratch) == set(rows) - {"plain"}
    pruned = {name: row["evaluation"]["low_quality"]["pruned"] for name, row in rows.items() if row["evaluation"]}
    assert pruned["plain"] == 0 and pruned["small-loss"] == pruned["chain"] == pruned["quality"] == 10
    assert within["plain"]["epochs"] == within["small-loss"]["epochs"] == 4
    assert scratch["oracle"]["epochs"] == pytest.approx(4 * 39 / 49, abs=1e-3)
    # A pass ends with its decision after two epochs.
    assert scratch["small-loss"]["epochs"] == scratch["chain"]["epochs"] == pytest.approx(2 + 4 * 39 / 49, abs=1e-3)
    final = {name: 4 * (1 - pruned[name] / 49) for name in ("folds", "threshold")}
    # Two halves make one whole, less what cannot be decoded; two halves of the schedule likewise.
    assert 4 * 39 / 49 + final["folds"] <= scratch["folds"]["epochs"] <= 4 + final["folds"]
    assert scratch["threshold"]["epochs"] == pytest.approx(4 + final["threshold"], abs=1e-3)
    for name, model in [*within.items(), *scratch.items()]:
        assert 0 <= model["top1"] <= 1
        assert model["command"].startswith(f"python tools/{'purify' if name == 'chain' else 'train'}.py")


def test_no_checkpoint_is_left(done):
    assert not list((done / "out").rglob("*.pth"))


def test_the_page_is_made_from_the_results_alone(done, tool):
    page = (done / "out" / "results.md").read_text()
    for name in _rows(done):
        assert page.count(f"| {name} |") >= 1
    picture = done / "out" / "results" / "toy_both.png"
    assert picture.stat().st_size > 1000
    tool.main([str(done / "tiny.py"), "--out", str(done / "out"), "--page-only", "--page", str(done / "again.md")])
    again = (done / "again.md").read_text().replace("again/", "results/")
    assert again.partition("\n\n## ")[2] == page.partition("\n\n## ")[2] != ""


def test_a_finished_benchmark_trains_nothing(done, tool, monkeypatch):
    monkeypatch.setattr(suite_runner, "TrainingProcess", None)
    before = (done / "out" / "results.jsonl").read_bytes()
    tool.main([str(done / "tiny.py"), "--out", str(done / "out")])
    assert (done / "out" / "results.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["long"], "suite 'long' is unknown"),
        (["short", "--methods", "luck"], "--methods luck"),
        (["short", "--page-only", "--out", "nowhere"], "no results"),
    ],
)
def test_a_mistake_is_one_line(tool, arguments, words):
    with pytest.raises(SystemExit, match=words) as end:
        tool.main(arguments)
    assert "\n" not in str(end.value)


@pytest.mark.parametrize("name", suite_names())
def test_the_projects_suites_are_read_and_every_method_can_work_with_their_data_sets(name, tmp_path):
    suite = read_suite(name)
    runner = SuiteRunner(suite, tmp_path)
    assert set(runner.max_epochs) == set(suite.data_sets)
    assert len(suite.seeds) >= 5 and {"control", "baseline", "ours"} == {m.role for m in suite.methods.values()}
    assert any(noise.is_clean for noise in suite.noises.values())


def test_a_method_that_cannot_work_with_a_schedule_is_refused_before_the_first_run(tmp_path):
    text = SMALL.replace('source="toy"', 'source="toy", options={"train_cfg.max_epochs": 6}')
    with pytest.raises(ConfigError, match="window=5"):
        SuiteRunner(read_suite_text(tmp_path, text), tmp_path)
    assert PLAIN not in [path.name for path in tmp_path.rglob("*")]


def test_a_chain_that_cannot_work_is_refused_before_the_first_run(tmp_path):
    text = SMALL.replace('recipe="d2sp"', 'recipe="d2sp", protocol="passes", settings=dict(passes=0)')
    with pytest.raises(ConfigError, match="--passes 0"):
        SuiteRunner(read_suite_text(tmp_path, text), tmp_path)


def test_the_digest_tells_trials_of_other_settings_apart(tmp_path):
    first = SuiteRunner(read_suite_text(tmp_path), tmp_path)
    other = SuiteRunner(read_suite_text(tmp_path, SMALL.replace("mislabel_rate=0.2", "mislabel_rate=0.3")), tmp_path)
    trials = trials_of(first.suite)
    same = [trial.noisy_split.noise for trial in trials if first.digest(trial) == other.digest(trial)]
    assert set(same) == {"clean"} and len(same) == 4
