from __future__ import annotations

import io

from rich.console import Console

from d2sp_mm.experiments.evaluation import report_table


def test_table_shows_the_figures_and_a_dash_for_nothing() -> None:
    evaluation = {
        "low_quality": {"planted": 9, "pruned": 8, "ap": 0.5, "auroc": 0.75, "precision": 0.625, "recall": None},
        "mislabel": {"planted": 7, "corrected": 0, "ap": None, "auroc": None, "precision": None, "recall": 0.0,
                     "right_class": None},
        "clean_harmed": {"pruned": 0.031, "relabelled": 0.0},
        "left": {"low_quality": 0.05, "mislabel": 0.1},
    }  # fmt: skip
    stream = io.StringIO()
    Console(file=stream, width=100).print(report_table(evaluation))
    rows = {cells[1].strip(): [cell.strip() for cell in cells[2:4]] for line in stream.getvalue().splitlines()
            if len(cells := line.split("│")) == 5}  # fmt: skip
    assert rows == {
        "planted": ["9", "7"],
        "pruned / corrected": ["8", "0"],
        "precision": ["62.5 %", "-"],
        "recall": ["-", "0.0 %"],
        "right class": ["", "-"],
        "average precision": ["0.500", "-"],
        "AUROC": ["0.750", "-"],
        "noise in what is left": ["5.0 %", "10.0 %"],
        "clean samples pruned / relabelled": ["3.1 %", "0.0 %"],
    }
