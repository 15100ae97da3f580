"""The whole demo, tiny."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from matplotlib.image import imread

from d2sp_mm.annotations import read_annotations

_ROOT = Path(__file__).resolve().parents[3]


def test_demo_end_to_end(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    small = ["--num-train", "42", "--num-test", "14", "--epochs", "8"]
    done = subprocess.run(
        [sys.executable, "tools/demo.py", "--out", str(out), *small],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""

    summary = json.loads((out / "summary.json").read_text())
    assert list(summary) == ["runs", "purification"]
    assert list(summary["runs"]) == ["plain", "d2sp", "random", "oracle"]
    for figures in summary["runs"].values():
        assert list(figures) == ["top1", "uar", "seconds"]
        assert 0 <= figures["top1"] <= 1 and 0 <= figures["uar"] <= 1 and figures["seconds"] > 0
    overridden = json.loads((out / "d2sp" / "purification" / "purification.json").read_text())
    assert summary["purification"] == overridden
    assert overridden["low_quality"]["planted"] == 4 and overridden["mislabel"]["planted"] == 8
    assert overridden["low_quality"]["pruned"] > 0

    for name in ("lowest_scored.png", "corrected.png", "curves.png"):
        assert imread(out / name).std() > 0.02
        assert f"{out / name}" in done.stdout
    markdown = (out / "summary.md").read_text()
    assert "| oracle |" in markdown and "times richer" in markdown and "| AUROC |" in markdown

    # The controls are what they say: nothing is pruned in plain and oracle, and the oracle gets no corrupted clip.
    decided = {name: (out / name / "purification" / "decisions.csv").read_text() for name in summary["runs"]}
    pruned = {name: text.count(",quality,prune,") for name, text in decided.items()}
    assert pruned["d2sp"] == overridden["low_quality"]["pruned"] and pruned["random"] > 0
    assert pruned["plain"] == pruned["oracle"] == 0
    assert len(read_annotations(out / "oracle" / "purification" / "train_oracle_purified.txt")) == 38
    assert done.stdout.count("--seed 0") == 4
