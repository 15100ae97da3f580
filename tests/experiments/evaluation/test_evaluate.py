from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from d2sp_mm.annotations.truth import NOISES, Truth
from d2sp_mm.errors import DataError
from d2sp_mm.experiments.evaluation import evaluate_purification, report_table
from d2sp_mm.runs.ledger_table import LedgerTable


def _case(seed: int, n: int) -> tuple[LedgerTable, Truth]:
    rng = np.random.default_rng(seed)
    keys = [f"clip{i}" for i in range(n)]
    labels = rng.integers(0, 3, n)
    # Few values, so that scores tie; some never given.
    scores = rng.choice([0.0, 0.2, 0.5, 1.0, np.nan], size=(2, n))
    corrected = np.where(rng.random(n) < 0.4, rng.integers(0, 3, n), labels)
    table = LedgerTable(keys, labels, corrected, rng.random(n) < 0.7, *scores, [""] * n, [""] * n, np.full(n, -1))
    noise = rng.choice(NOISES[: rng.integers(1, 4)], n)
    truth = Truth(keys, np.where(noise == "mislabel", (labels + 1) % 3, labels), noise)
    return table, truth


def _share(parts: list[bool]) -> float | None:
    return sum(parts) / len(parts) if parts else None


def _ranking(positive: list[bool], scores: np.ndarray) -> dict[str, float | None]:
    """Count AUROC pair by pair, and average precision threshold by threshold."""
    badness = [1.0 - (1.0 if np.isnan(score) else score) for score in scores]
    good = [b for b, p in zip(badness, positive) if not p]
    bad = [b for b, p in zip(badness, positive) if p]
    pairs = [1.0 if x > y else 0.5 if x == y else 0.0 for x in bad for y in good]
    ap = 0.0
    reached = 0
    for threshold in sorted(set(badness), reverse=True):
        above = [p for b, p in zip(badness, positive) if b >= threshold]
        ap += (sum(above) - reached) / max(len(bad), 1) * sum(above) / len(above)
        reached = sum(above)
    return {"ap": ap if bad else None, "auroc": sum(pairs) / len(pairs) if pairs else None}


def _brute_force(table: LedgerTable, truth: Truth) -> dict[str, dict[str, Any]]:
    rows = []
    for i, key in enumerate(table.keys):
        j = truth.keys.index(key)
        changed = bool(table.labels[i] != table.corrected_labels[i])
        hit = bool(table.corrected_labels[i] == truth.true_labels[j])
        rows.append((str(truth.noise[j]), not table.keep[i], changed, hit))
    low, mis = ([noise == name for noise, *_ in rows] for name in ("low_quality", "mislabel"))
    return {
        "low_quality": {
            "planted": sum(low),
            "pruned": sum(pruned for _, pruned, _, _ in rows),
            **_ranking(low, table.quality_scores),
            "precision": _share([noise == "low_quality" for noise, pruned, _, _ in rows if pruned]),
            "recall": _share([pruned for noise, pruned, _, _ in rows if noise == "low_quality"]),
        },
        "mislabel": {
            "planted": sum(mis),
            "corrected": sum(changed for _, _, changed, _ in rows),
            **_ranking(mis, table.label_scores),
            "precision": _share([noise == "mislabel" for noise, _, changed, _ in rows if changed]),
            "recall": _share([changed for noise, _, changed, _ in rows if noise == "mislabel"]),
            "right_class": _share([hit for _, _, changed, hit in rows if changed]),
        },
        "clean_harmed": {
            "pruned": _share([pruned for noise, pruned, _, _ in rows if noise == "clean"]),
            "relabelled": _share([changed for noise, _, changed, _ in rows if noise == "clean"]),
        },
        "left": {
            "low_quality": _share([noise == "low_quality" for noise, pruned, _, _ in rows if not pruned]),
            "mislabel": _share([noise != "low_quality" and not hit for noise, pruned, _, hit in rows if not pruned]),
        },
    }


@given(st.integers(0, 10**6), st.integers(1, 25))
@settings(max_examples=100, deadline=None)
def test_evaluation_is_that_of_counting_by_hand(seed: int, n: int) -> None:
    table, truth = _case(seed, n)
    got, expected = evaluate_purification(table, truth), _brute_force(table, truth)
    assert {part: list(values) for part, values in got.items()} == {p: list(v) for p, v in expected.items()}
    for part, values in expected.items():
        for name, value in values.items():
            assert got[part][name] == pytest.approx(value), (part, name)
            assert isinstance(got[part][name], type(value)), (part, name)


def test_the_order_of_the_truth_does_not_matter() -> None:
    table, truth = _case(3, 20)
    order = np.random.default_rng(0).permutation(20)
    shuffled = Truth([truth.keys[i] for i in order], truth.true_labels[order], truth.noise[order])
    assert evaluate_purification(table, shuffled) == evaluate_purification(table, truth)


@pytest.mark.parametrize(("drop", "message"), [("truth", "keys of the ledger are missing in the truth"),
                                               ("ledger", "keys of the truth are missing in the ledger")])  # fmt: skip
def test_keys_that_do_not_meet_are_named(drop: str, message: str) -> None:
    table, truth = _case(0, 9)
    smaller_table, smaller_truth = _case(0, 4)
    pair = (table, smaller_truth) if drop == "truth" else (smaller_table, truth)
    with pytest.raises(DataError, match=f"5 {message}: 'clip4', 'clip5', 'clip6', ...; give the truth file"):
        evaluate_purification(*pair)


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
