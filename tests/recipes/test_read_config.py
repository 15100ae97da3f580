"""Configs that hold classes in place of names: they are purified, written and examined as any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

import d2sp_mm.compat  # noqa: F401 - before mmaction.models
from d2sp_mm.doctor import examine
from d2sp_mm.recipes import purify_config, read_config
from tests.tiny_run import assert_same_weights, hook_of, weights_of, write_list

CONFIG = Path(__file__).parent / "python_style" / "tiny.py"


def run(config: Config, folder: Path) -> Runner:
    config.work_dir, config.experiment_name = str(folder), f"python_style_{folder.name}"
    runner = Runner.from_cfg(config)
    runner.train()
    return runner


@pytest.fixture
def config(tmp_path, monkeypatch) -> Config:
    monkeypatch.chdir(tmp_path)
    write_list(tmp_path / "train.txt", mislabel=6)
    return read_config(str(CONFIG))


def test_it_trains_purified_in_every_way_to_the_same_weights(config, tmp_path):
    purified = purify_config(config, "d2sp")
    (tmp_path / "purified.py").write_text(purified.pretty_text)
    # As MMEngine writes it out: names in place of classes, and still no scope.
    config.dump(str(tmp_path / "plain.py"))
    assert "default_scope = None" in (tmp_path / "plain.py").read_text()
    first = run(purified, tmp_path / "first")
    assert not hook_of(first).ledger.keep.all()
    for name, other in (
        ("second", read_config(str(tmp_path / "purified.py"))),
        ("third", purify_config(read_config(str(tmp_path / "plain.py")), "d2sp")),
    ):
        assert_same_weights(weights_of(first), weights_of(run(other, tmp_path / name)))


def test_a_run_that_only_observes_has_the_weights_of_plain_mmaction2(config, tmp_path):
    plain = weights_of(run(read_config(str(CONFIG)), tmp_path / "plain"))
    assert_same_weights(plain, weights_of(run(purify_config(config, "none"), tmp_path / "observed")))


def test_the_doctor_goes_through_it(config, tmp_path):
    config.dump(str(tmp_path / "plain.py"))
    for line in (tmp_path / "train.txt").read_text().splitlines():
        (tmp_path / line.split()[0]).write_bytes(b"the pipeline makes its own")
    for one in (config, read_config(str(tmp_path / "plain.py"))):
        findings = [finding for _, found in examine(one, "d2sp") for finding in found]
        assert [finding for finding in findings if finding.level == "fail"] == []
        assert any("48 of 48 clips were decoded" in finding.what for finding in findings)
