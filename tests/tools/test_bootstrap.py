"""The set-up says what is missing and stops; it is run on copies with stubs in place of Python, pip and df."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A clone's set-up script with locks of one line."""
    (tmp_path / "tools" / "dev").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy2(_ROOT / "tools" / "dev" / "bootstrap.sh", tmp_path / "tools" / "dev")
    (tmp_path / "requirements" / "runtime.lock").write_text("torch==2.13.0\n")
    return tmp_path


def _stub(folder: Path, name: str, script: str) -> Path:
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def _call(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHON": python}
    command = ["sh", str(folder / "tools" / "dev" / "bootstrap.sh"), "runtime"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60)


def test_an_old_python_is_refused_with_the_way_out(copy: Path) -> None:
    old = _stub(copy, "python3.8", "exit 1")
    done = _call(copy, str(old))
    assert done.returncode == 1
    assert "Python 3.11 or 3.12 is needed" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (copy / ".venv").exists()


def test_a_full_disk_is_refused_before_anything_is_made(copy: Path) -> None:
    _stub(copy, "df", "echo head; echo 'disk 100 0 1024 1% /'")
    done = _call(copy, sys.executable)
    assert done.returncode == 1
    assert "has 1 MB free" in done.stderr and "2000 MB" in done.stderr
    assert not (copy / ".venv").exists()


#: In place of .venv/bin/python: tells what it is called with, and imports what the test says it can.
_PYTHON = """
case "$*" in
  *"pip install"*+cpu*) echo "CALLED $*"; exit {cpu} ;;
  *"pip install"*) echo "CALLED $*"; exit 0 ;;
  *"m.version"*) exit 1 ;;
  *sysconfig*) echo {site} ;;
  *) exit 0 ;;
esac
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has builds of torch that need CUDA packages")
@pytest.mark.parametrize("cpu_build", [True, False])
def test_without_a_cpu_build_torch_comes_with_what_it_needs(copy: Path, cpu_build: bool) -> None:
    (copy / ".venv" / "bin").mkdir(parents=True)
    python = copy / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh" + _PYTHON.format(cpu=0 if cpu_build else 1, site=copy))
    python.chmod(0o755)
    _stub(copy, "df", "echo head; echo 'disk 100 0 99999999 1% /'")
    done = _call(copy, sys.executable)
    assert done.returncode == 0, done.stderr
    calls = [line for line in done.stdout.splitlines() if line.startswith("CALLED")]
    assert "--no-deps" in calls[0] and "torch==2.13.0+cpu" in calls[0]
    assert "--no-deps" in calls[-1] and "-r requirements/runtime.lock" in calls[-1]
    with_dependencies = [call for call in calls if "--no-deps" not in call]
    assert len(with_dependencies) == (0 if cpu_build else 1)
    assert ("TORCH_CPU_INDEX" in done.stdout) != cpu_build
    # A second call finds the stamp and calls nothing.
    assert "CALLED" not in _call(copy, sys.executable).stdout
