"""What a run decided, in figures."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.review.status import statuses
from d2sp_mm.runs.ledger_table import LedgerTable
from d2sp_mm.runs.recorded_run import RecordedRun
from d2sp_mm.runs.run_files import action
from d2sp_mm.runs.trace import Trace


def summary(table: LedgerTable, top: int = 10) -> dict[str, Any]:
    """Counts, and the worst samples of either noise.

    Args:
        table: The ledger, n samples.
        top: How many samples each list has at most.

    Returns:
        ``{"samples", "pruned", "relabelled", "stages": {stage: samples whose last decision it took}, "transitions":
        [{"from", "to", "samples"}], the most frequent first, "lowest_quality", "lowest_label_score": [{"key",
        "given_label", "label", "score", "status", "stage"}]}``; samples that were never scored stand in no list.
    """
    what = statuses(table)
    moved = table.keep & (table.corrected_labels != table.labels)
    pairs = Counter(zip(table.labels[moved].tolist(), table.corrected_labels[moved].tolist()))
    return {
        "samples": len(table),
        "pruned": what.count("pruned"),
        "relabelled": what.count("relabelled"),
        "stages": dict(Counter(stage for stage in table.stages if stage).most_common()),
        "transitions": [{"from": a, "to": b, "samples": n} for (a, b), n in pairs.most_common(top)],
        "lowest_quality": _lowest(table, table.quality_scores, what, top),
        "lowest_label_score": _lowest(table, table.label_scores, what, top),
    }


def history_of(run: RecordedRun, key: str) -> dict[str, Any]:
    """All that a run knows of one sample.

    Args:
        run: The run.
        key: The sample.

    Returns:
        ``{"key", "given_label", "label", "keep", "quality_score", "label_score", "epochs_undecodable", "decisions":
        [{"epoch", "stage", "reason", "action", "old_label", "new_label", "score"}],
        "observations": [{"epoch", "prediction", "prob", "given_label_prob", "weight"}]}``; epochs count
        from 1 as in MMEngine's log. None stands for what is not known:
        ``prob`` and ``weight`` outside the epochs that the ledger keeps, all of it where an epoch did not see the sample.

    Raises:
        DataError: There is no such sample.
    """
    ledger, trace = run.ledger, run.trace
    if key not in ledger.keys:
        near = [k for k in ledger.keys if key in k][:3]
        hint = f"; did you mean {', '.join(map(repr, near))}?" if near else "; keys are those of ledger.csv."
        raise DataError(f"the run has no sample {key!r}{hint}")
    sample = ledger.keys.index(key)
    columns = ledger.decisions.columns
    rows = np.flatnonzero(columns["sample"] == sample)
    stages, reasons = ledger.decisions.named()
    return {
        "key": key,
        "given_label": int(ledger.labels[sample]),
        "label": int(ledger.corrected_labels[sample]),
        "keep": bool(ledger.keep[sample]),
        **{name: _number(values[sample]) for name, values in ledger.scores.items()},
        "epochs_undecodable": int(ledger.undecodable[sample]),
        "decisions": [
            {
                "epoch": int(columns["epoch"][row]) + 1,
                "stage": stages[row],
                "reason": reasons[row],
                "action": action(ledger, columns, row),
                "old_label": int(columns["old_label"][row]),
                "new_label": None if columns["pruned"][row] else int(columns["new_label"][row]),
                "score": _number(columns["score"][row]),
            }
            for row in rows
        ],
        "observations": [_seen(ledger, trace, sample, epoch) for epoch in range(len(trace.predictions))],
    }


def _seen(ledger: Ledger, trace: Trace, sample: int, epoch: int) -> dict[str, Any]:
    prediction = int(trace.predictions[epoch, sample])
    found: dict[str, Any] = {"epoch": epoch + 1, "prediction": None if prediction < 0 else prediction}
    found.update(prob=None, given_label_prob=_number(trace.given_probs[epoch, sample], 4), weight=None)
    if prediction >= 0 and epoch in ledger.observations.epochs:
        probs = next(ledger.observations.epoch_probs(1, epoch))[sample]
        weight = ledger.observations.mean_weights(1, epoch)[sample]
        found.update(prob=_number(probs.max(), 4), weight=_number(weight))
    return found


def _lowest(table: LedgerTable, scores: np.ndarray, what: list[str], top: int) -> list[dict[str, Any]]:
    order = [row for row in np.argsort(scores, kind="stable")[:top] if not np.isnan(scores[row])]
    return [
        {
            "key": table.keys[row],
            "given_label": int(table.labels[row]),
            "label": int(table.corrected_labels[row]),
            "score": round(float(scores[row]), 6),
            "status": what[row],
            "stage": table.stages[row],
        }
        for row in order
    ]


def _number(value: float, digits: int = 6) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)
