"""What the page is told of each clip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from d2sp_mm.ledger import Ledger
from d2sp_mm.review.status import statuses
from d2sp_mm.runs.ledger_table import LedgerTable
from d2sp_mm.runs.recorded_run import RecordedRun

#: Ticks of a clip's line of predictions at most, spread over the run.
_EPOCHS = 60


def chosen_samples(table: LedgerTable, overridden: np.ndarray, suspicious: int) -> list[int]:
    """The samples that the page shows: all that were pruned, relabelled or overridden, and the most suspicious others.

    Args:
        table: The ledger, n samples.
        overridden: Which samples a person has overridden, shape (n,).
        suspicious: How many of the kept ones, by the lower of their two scores.

    Returns:
        Their numbers, ascending.
    """
    what = np.array(statuses(table))
    chosen = (what != "kept") | overridden
    scores = np.fmin(table.quality_scores, table.label_scores)
    rest = np.flatnonzero(~chosen & ~np.isnan(scores))
    chosen[rest[np.argsort(scores[rest], kind="stable")[:suspicious]]] = True
    return np.flatnonzero(chosen).tolist()


def clip_records(
    run: RecordedRun, samples: Sequence[int], strips: Mapping[int, str], videos: Mapping[int, str], why: str
) -> list[dict[str, Any]]:
    """One record a clip; scores are those of ``ledger.csv``, epochs count from 1 as in the log.

    Args:
        run: The run.
        samples: The samples to show.
        strips: Address of the strip of those that have one, relative to the page.
        videos: Address of the video of those that have one, relative to the page.
        why: What stands in the place of a missing strip.
    """
    table = run.table
    what, overridden, decided = statuses(table), run.ledger.overridden, _decided_by(run.ledger)
    predictions = run.trace.predictions
    shown = np.unique(np.linspace(0, len(predictions) - 1, min(_EPOCHS, len(predictions))).round().astype(int)).tolist()
    return [
        {
            "key": table.keys[i],
            "given": int(table.labels[i]),
            "now": int(table.corrected_labels[i]),
            "status": what[i],
            "stage": table.stages[i],
            "reason": table.reasons[i],
            "epoch": None if table.epochs[i] < 0 else int(table.epochs[i]) + 1,
            "quality": _number(table.quality_scores[i]),
            "trust": _number(table.label_scores[i]),
            # What the clip is sorted by: how bad it is by what was done to it.
            "score": _number(_suspicion(table, i, decided)),
            "before": _override(table, i) if overridden[i] else None,
            "predictions": [[e + 1, int(predictions[e, i])] for e in shown if predictions[e, i] >= 0],
            "strip": strips.get(i),
            "video": videos.get(i),
            "why": None if i in strips else why,
        }
        for i in samples
    ]


def _decided_by(ledger: Ledger) -> dict[int, float]:
    """The score of the last decision that a stage took on each sample."""
    columns = ledger.decisions.columns
    scored = ~np.isnan(columns["score"])
    return dict(zip(columns["sample"][scored].tolist(), columns["score"][scored].tolist()))


def _suspicion(table: LedgerTable, sample: int, decided: Mapping[int, float]) -> float:
    """What a sample was decided by; the lower of its scores if no stage did."""
    return decided.get(sample, float(np.fmin(table.quality_scores[sample], table.label_scores[sample])))


def _override(table: LedgerTable, sample: int) -> dict[str, Any]:
    """What a person decided of it, as the page names it."""
    label = int(table.corrected_labels[sample])
    word = "prune" if not table.keep[sample] else "keep" if label == table.labels[sample] else "relabel"
    return {"override": word, "label": label} if word == "relabel" else {"override": word}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
