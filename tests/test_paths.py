"""MMAction2's own scripts: where they are, and their help without importing what they import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from d2sp_mm import paths as mmaction_script
from d2sp_mm.paths import help_if_asked
from tests.compat.environments import ROOT


@pytest.mark.parametrize("name", ["train", "test"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_help_names_all_options_and_imports_no_torch(name, option):
    watch = "import atexit, sys; atexit.register(lambda: print('TORCH', 'torch' in sys.modules, 'mmengine' in sys.modules))"
    run = f"{watch}; import runpy; sys.argv = ['x', {option!r}]; runpy.run_path('tools/{name}.py', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "TORCH False False" in done.stdout
    assert "--work-dir" in done.stdout and "--cfg-options" in done.stdout
    if name == "train":
        assert "--purify RECIPE: one of aum, " in done.stdout and "--resume" in done.stdout


def test_a_script_whose_arguments_need_more_answers_by_itself(tmp_path, monkeypatch, capsys):
    script = tmp_path / "train.py"
    monkeypatch.setattr(mmaction_script, "mmaction_script", lambda name: Path(script))
    monkeypatch.setattr(sys, "argv", ["train", "--help"])
    for source in ("def parse_args():\n    more()\n", "from elsewhere import parse_args\n"):
        script.write_text(source)
        help_if_asked("train", "About.")
        assert capsys.readouterr().out == "About.\n"


def test_without_help_nothing_happens(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["train", "config.py"])
    help_if_asked("train", "About.")
    assert capsys.readouterr().out == ""


def test_mmaction2_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(mmaction_script, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="MMAction2 is not installed; see the README"):
        mmaction_script.mmaction_script("train")
