"""What ``pip install .`` brings into a user's environment: MIM's files, and nothing that could change a version there."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet", "--wheel-dir", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, str(_ROOT)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_it_carries_every_module_and_what_mim_wants(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    modules = {str(path.relative_to(_ROOT)) for path in (_ROOT / "d2sp_mm").rglob("*.py")}
    assert modules <= names
    configs = {f"d2sp_mm/.mim/{path.relative_to(_ROOT)}" for path in (_ROOT / "configs").rglob("*.py")}
    assert configs and configs <= names
    assert {"d2sp_mm/.mim/tools/train.py", "d2sp_mm/.mim/tools/test.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "build/"))]


def test_it_asks_for_nothing_that_could_replace_an_installed_version(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    wanted = Parser().parsestr(wheel.read(name).decode()).get_all("Requires-Dist")
    always = [line for line in wanted if "extra ==" not in line]
    # No bounds, so that whatever is installed satisfies it, and none of the packages that come in several distributions.
    assert sorted(always) == ["matplotlib", "numpy", "rich"]


def test_building_leaves_the_source_tree_as_it_was(wheel: zipfile.ZipFile) -> None:
    assert not [path for name in ("build", "dist", "d2sp_mm.egg-info") if (path := _ROOT / name).exists()]
