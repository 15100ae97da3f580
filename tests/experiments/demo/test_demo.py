"""The whole demo, tiny; and several seeds one after another, with the training left out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import fmean

import pytest
from matplotlib.image import imread
from mmengine.config import Config
from rich.console import Console

from d2sp_mm.annotations import read_annotations
from d2sp_mm.experiments.demo import demo
from d2sp_mm.experiments.demo.settings import DemoSettings
from d2sp_mm.experiments.protocol.scored import read_accuracy

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
    assert list(summary["runs"]) == ["plain", "random", "d2sp", "passes", "oracle"]
    for figures in summary["runs"].values():
        assert list(figures) == ["top1", "uar", "cost", "seconds"]
        assert 0 <= figures["top1"] <= 1 and 0 <= figures["uar"] <= 1 and figures["seconds"] > 0
    # The pass decides at its end; the config is then trained from scratch.
    costs = [figures["cost"] for figures in summary["runs"].values()]
    assert costs == [1, 1, 1, 2, 1]
    evaluation = json.loads((out / "passes" / "purification" / "purification.json").read_text())
    assert summary["purification"] == evaluation
    assert evaluation["low_quality"]["planted"] == 4 and evaluation["mislabel"]["planted"] == 8
    assert evaluation["low_quality"]["pruned"] > 0

    for name in ("lowest_scored.png", "corrected.png", "curves.png"):
        assert imread(out / name).std() > 0.02
        assert f"{out / name}" in done.stdout
    markdown = (out / "summary.md").read_text()
    assert "| oracle |" in markdown and "times richer" in markdown and "| AUROC |" in markdown

    # The controls are what they say: nothing is pruned in plain and oracle, and the oracle gets no corrupted clip.
    decided = {name: (out / name / "purification" / "decisions.csv").read_text() for name in summary["runs"]}
    pruned = {name: text.count(",quality,prune,") for name, text in decided.items()}
    assert pruned["passes"] == evaluation["low_quality"]["pruned"] and pruned["d2sp"] > 0 and pruned["random"] > 0
    assert pruned["plain"] == pruned["oracle"] == 0
    assert len(read_annotations(out / "oracle" / "purification" / "train_oracle_purified.txt")) == 38
    assert done.stdout.count("--seed 0") == 5 and done.stdout.count("tools/purify.py") == 1
    # The final run is that of the plain config on what the pass left, and what is tested.
    final = Config.fromfile(out / "passes" / "final" / "r3d_r18-slim_none_toy-dfer.py", import_custom_modules=False)
    assert final.train_dataloader.dataset.ann_file == str(out / "passes" / "purification" / "train_purified.txt")
    tested = [entry.war for entry in read_accuracy(out / "passes" / "final").values()]
    assert len(tested) == 3 and summary["runs"]["passes"]["top1"] == pytest.approx(fmean(tested))
    # Clips were decoded once, and are not kept.
    assert final.train_dataloader.dataset.pipeline[0].type == "d2sp_mm.CachedDecordInit"
    assert not (out / "frames").exists()


def test_each_seed_has_its_folder_and_all_are_summed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(settings: DemoSettings, console: Console) -> dict[str, object]:
        asked.append((settings.seed, settings.out, settings.num_train))
        names = ("plain", "random", "d2sp", "passes", "oracle")
        runs = {name: {"top1": 0.5 + 0.1 * settings.seed, "uar": 0.5, "cost": 1.0, "seconds": 1.0} for name in names}
        found = dict.fromkeys(("ap", "auroc", "precision", "recall"), 0.5)
        evaluation = {
            "low_quality": {"planted": 5, "pruned": 4 + settings.seed, **found},
            # The corrections of one seed are right, the other made none.
            "mislabel": {"planted": 10, "corrected": 0, **found, "right_class": 0.75 if settings.seed else None},
            "clean_harmed": {"pruned": 0.1, "relabelled": 0.0},
            "left": {"low_quality": 0.05, "mislabel": 0.1},
        }
        return {"runs": runs, "purification": evaluation}

    monkeypatch.setattr(demo, "run_demo", run)
    out = tmp_path / "out"
    demo.run_demo_over_seeds(DemoSettings(out=out, num_train=50), [2, 0], Console(quiet=True))
    assert asked == [(2, out / "seed2", 50), (0, out / "seed0", 50)]
    written = json.loads((out / "seeds.json").read_text())
    assert list(written["seeds"]) == ["2", "0"]
    assert written["runs"]["plain"]["top1"]["mean"] == pytest.approx(0.6)
    text = (out / "seeds.md").read_text()
    assert "60.0 ± 14.1 %" in text and "* Seed 2: The pruned set is 5.0 times richer" in text
    assert "| right class |  | 75.0 % |" in text and "| pruned / corrected | 5 | 0 |" in text
