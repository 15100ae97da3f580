"""Subprocesses in an environment that lacks some of our packages, or has others."""

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SITE = Path(sysconfig.get_path("purelib"))


# Loads one bridge without the package around it, which would apply them all (and import torch).
ALONE = """
import importlib, sys, types
import d2sp_mm
package = types.ModuleType('d2sp_mm.compat')
package.__path__ = [d2sp_mm.__path__[0] + '/compat']
sys.modules['d2sp_mm.compat'] = package
bridge = importlib.import_module('d2sp_mm.compat.{bridge}')
"""


def normal(name):
    return name.split("-")[0].replace("-", "_").lower()


def make_site(folder, without=()):
    """Link every installed package into a folder, but those named (both the module and its metadata)."""
    folder.mkdir()
    for entry in SITE.iterdir():
        if normal(entry.name.removesuffix(".py")) not in without and entry.suffix != ".pth" and entry.name[:3] != "d2s":
            (folder / entry.name).symlink_to(entry)
    return folder


def copy_mmaction(site):
    """Replace the link to MMAction2 by a folder of links that can be added to; return it."""
    target = site / "mmaction"
    target.unlink()
    shutil.copytree(Path(importlib.util.find_spec("mmaction").origin).parent, target, copy_function=os.symlink)
    return target


def add_distribution(site, name, version, files):
    """Add a package with metadata; files maps paths to their text."""
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def environment(site=SITE, **more):
    """Return the variables of a single process on the CPU, without those that a test runner or torchrun set."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV", "SLURM"))}
    for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
        kept.pop(name, None)
    path = os.pathsep.join(map(str, (ROOT, HERE, site)))
    return {**kept, "PYTHONPATH": path, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", **more}


def run_python(code, site=SITE, cwd=None, **more):
    """Run code with only that folder of packages; return the finished process."""
    command = [sys.executable, "-S", "-W", "ignore", "-c", code]
    return subprocess.run(command, env=environment(site, **more), cwd=cwd, capture_output=True, text=True, timeout=120)


def check_python(code, site=SITE, cwd=None, **more):
    """Run code that must succeed; return what it printed."""
    done = run_python(code, site, cwd, **more)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
