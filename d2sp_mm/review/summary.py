"""What a run decided, in figures."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from d2sp_mm.engine.outputs import action
from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.table import LedgerTable
from d2sp_mm.review.fate import fates


def summary(table: LedgerTable, top: int = 10) -> dict[str, Any]:
    """Counts, and the worst samples of either noise.

    Args:
        table: The ledger, n samples.
        top: How many samples each list has at most.

    Returns:
        ``{"samples", "pruned", "relabelled", "rules": {rule: samples whose last decision it took}, "transitions":
        [{"from", "to", "samples"}], the most frequent first, "lowest_quality", "lowest_label_score": [{"key",
        "given_label", "label", "score", "fate", "rule"}]}``; samples that were never scored stand in no list.
    """
    what = fates(table)
    moved = table.keep & (table.corrected_labels != table.labels)
    pairs = Counter(zip(table.labels[moved].tolist(), table.corrected_labels[moved].tolist()))
    return {
        "samples": len(table),
        "pruned": what.count("pruned"),
        "relabelled": what.count("relabelled"),
        "rules": dict(Counter(rule for rule in table.rules if rule).most_common()),
        "transitions": [{"from": a, "to": b, "samples": n} for (a, b), n in pairs.most_common(top)],
        "lowest_quality": _lowest(table, table.quality_scores, what, top),
        "lowest_label_score": _lowest(table, table.label_scores, what, top),
    }


def history_of(ledger: Ledger, key: str) -> dict[str, Any]:
    """All that a run knows of one sample.

    Args:
        ledger: The run's ledger.
        key: The sample.

    Returns:
        ``{"key", "given_label", "label", "keep", "quality_score", "label_score", "decisions": [{"epoch", "rule",
        "action", "old_label", "new_label", "score"}], "observations": [{"epoch", "prediction", "prob",
        "given_label_prob", "weight"}]}``; epochs count from 1 as in MMEngine's log; None stands for what is not known.

    Raises:
        DataError: There is no such sample.
    """
    if key not in ledger.keys:
        near = [k for k in ledger.keys if key in k][:3]
        hint = f"; did you mean {', '.join(map(repr, near))}?" if near else "; keys are those of ledger.csv."
        raise DataError(f"the run has no sample {key!r}{hint}")
    sample = ledger.keys.index(key)
    columns = ledger.history
    rows = np.flatnonzero(columns["sample"] == sample)
    return {
        "key": key,
        "given_label": int(ledger.labels[sample]),
        "label": int(ledger.corrected_labels[sample]),
        "keep": bool(ledger.keep[sample]),
        **{name: _number(values[sample]) for name, values in ledger.scores.items()},
        "decisions": [
            {
                "epoch": int(columns["epoch"][row]) + 1,
                "rule": ledger.rules[columns["rule"][row]],
                "action": action(columns, row),
                "old_label": int(columns["old_label"][row]),
                "new_label": None if columns["pruned"][row] else int(columns["new_label"][row]),
                "score": _number(columns["score"][row]),
            }
            for row in rows
        ],
        "observations": [_seen(ledger, sample, epoch) for epoch in ledger.observations.epochs],
    }


def _seen(ledger: Ledger, sample: int, epoch: int) -> dict[str, Any]:
    probs = next(ledger.observations.epoch_probs(1, epoch))[sample]
    if np.isnan(probs).any():
        return {"epoch": epoch + 1, "prediction": None, "prob": None, "given_label_prob": None, "weight": None}
    return {
        "epoch": epoch + 1,
        "prediction": int(probs.argmax()),
        "prob": round(float(probs.max()), 4),
        "given_label_prob": round(float(probs[ledger.labels[sample]]), 4),
        "weight": _number(ledger.observations.mean_weights(1, epoch)[sample]),
    }


def _lowest(table: LedgerTable, scores: np.ndarray, what: list[str], top: int) -> list[dict[str, Any]]:
    order = [row for row in np.argsort(scores, kind="stable")[:top] if not np.isnan(scores[row])]
    return [
        {
            "key": table.keys[row],
            "given_label": int(table.labels[row]),
            "label": int(table.corrected_labels[row]),
            "score": round(float(scores[row]), 6),
            "fate": what[row],
            "rule": table.rules[row],
        }
        for row in order
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)
