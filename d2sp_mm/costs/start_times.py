"""How long starting takes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np

from d2sp_mm.costs.measurement import Measurement, seconds
from d2sp_mm.home import find_home

_IMPORT_MOST, _HELP_MOST = 0.05, 1.0


def start_times(trials: int = 9) -> list[Measurement]:
    """Importing the package, against a Python that imports nothing, in turns; and the training script's ``--help``.

    Args:
        trials: How often each is measured.
    """
    nothing, package, scripts = [], [], []
    for _ in range(trials):
        nothing.append(_run(["-c", "pass"]))
        package.append(_run(["-c", "import d2sp_mm"]))
        scripts.append(_run([str(find_home() / "tools" / "train.py"), "--help"]))
    own = (np.array(package) - np.array(nothing)).clip(0).tolist()
    light = _output(["-c", "import sys, d2sp_mm; print(sorted({'torch', 'mmengine', 'mmaction'} & set(sys.modules)))"])
    return [
        seconds("`import d2sp_mm`, beyond starting Python", own, _IMPORT_MOST),
        Measurement("what of torch, MMEngine and MMAction2 that imports", light, "[]", light == "[]"),
        seconds("`tools/train.py --help`", scripts, _HELP_MOST),
    ]


def _run(arguments: Sequence[str]) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=find_home())
    return time.perf_counter() - begin


def _output(arguments: Sequence[str]) -> str:
    done = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True, cwd=find_home())
    return done.stdout.strip()
