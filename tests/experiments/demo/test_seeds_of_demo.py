"""Several seeds one after another, with the training left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from d2sp_mm.experiments.demo import demo
from d2sp_mm.experiments.demo.settings import DemoSettings


def test_each_seed_has_its_folder_and_all_are_summed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(settings: DemoSettings, console: Console) -> dict[str, object]:
        asked.append((settings.seed, settings.out, settings.num_train))
        names = ("plain", "d2sp", "random", "oracle")
        runs = {name: {"top1": 0.5 + 0.1 * settings.seed, "uar": 0.5, "seconds": 1.0} for name in names}
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
