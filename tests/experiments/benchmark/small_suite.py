"""A suite of one data set, two noises, three methods and two seeds."""

from __future__ import annotations

from pathlib import Path

from d2sp_mm.experiments.benchmark.suite import Suite, read_suite

SMALL = """
seeds = [0, 1]
data_sets = {"a": dict(config="d2sp/r3d/r3d_r18-slim_none_toy-dfer.py", source="toy")}
noises = {"both": dict(mislabel_rate=0.2, low_quality_rate=0.1), "clean": dict()}
methods = {"oracle": dict(role="control", protocol="oracle"), "d2sp": dict(role="ours", recipe="d2sp"),
           "plain": dict(role="control")}
"""


def read_suite_text(folder: Path, text: str = SMALL) -> Suite:
    """Read a suite from its text, by way of a file in the folder."""
    (folder / "suite.py").write_text(text)
    return read_suite(str(folder / "suite.py"))
