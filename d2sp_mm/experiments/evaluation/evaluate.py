"""A purification against the known truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from rich.table import Table
from sklearn.metrics import average_precision_score, roc_auc_score

from d2sp_mm.annotations.truth import Truth
from d2sp_mm.errors import DataError
from d2sp_mm.runs.ledger_table import LedgerTable


def evaluate_purification(table: LedgerTable, truth: Truth) -> dict[str, dict[str, Any]]:
    """Compare what a run decided with what is true.

    ``low_quality``: precision and recall of the pruned set; ``mislabel``: those of the corrected set (the label differs
    from the given one, pruned or not); ``right_class``: the share of corrections that hit the true label. ``ap`` and
    ``auroc`` rank all samples by ``1 - quality_score`` and ``1 - label_score``; a sample that was never scored ranks as
    unremarkable (score 1). ``clean_harmed``: shares of the clean samples. ``left``: shares of the kept samples that are
    corrupted, or whose label is wrong though they are not. A share of nothing is ``None``.

    Args:
        table: The run's ledger, ``n`` samples.
        truth: The truth of the same samples, in any order.

    Returns:
        ``{"low_quality": {"planted", "pruned", "ap", "auroc", "precision", "recall"}, "mislabel": {"planted",
        "corrected", "ap", "auroc", "precision", "recall", "right_class"}, "clean_harmed": {"pruned", "relabelled"}, "left":
        {"low_quality", "mislabel"}}``;
        ``planted``, ``pruned`` (of ``low_quality``) and ``corrected`` are counts, all others lie in [0, 1].

    Raises:
        DataError: The two do not hold the same keys.

    Source:
        Our own; average precision and AUROC are scikit-learn's.
    """
    order = _truth_rows(table, truth)
    noise, true_labels = truth.noise[order], truth.true_labels[order]
    low_quality, mislabel, clean = (noise == name for name in ("low_quality", "mislabel", "clean"))
    pruned = ~table.keep
    corrected = table.corrected_labels != table.labels
    return {
        "low_quality": {
            "planted": int(low_quality.sum()),
            "pruned": int(pruned.sum()),
            **_ranking(low_quality, table.quality_scores),
            "precision": _share(low_quality, of=pruned),
            "recall": _share(pruned, of=low_quality),
        },
        "mislabel": {
            "planted": int(mislabel.sum()),
            "corrected": int(corrected.sum()),
            **_ranking(mislabel, table.label_scores),
            "precision": _share(mislabel, of=corrected),
            "recall": _share(corrected, of=mislabel),
            "right_class": _share(table.corrected_labels == true_labels, of=corrected),
        },
        "clean_harmed": {"pruned": _share(pruned, of=clean), "relabelled": _share(corrected, of=clean)},
        "left": {
            "low_quality": _share(low_quality, of=table.keep),
            "mislabel": _share(~low_quality & (table.corrected_labels != true_labels), of=table.keep),
        },
    }


def _truth_rows(table: LedgerTable, truth: Truth) -> np.ndarray:
    """Return for every sample of the ledger its row in the truth."""
    row_of = {key: row for row, key in enumerate(truth.keys)}
    known = set(table.keys)
    for missing, where, other in (
        ([key for key in table.keys if key not in row_of], "truth", "ledger"),
        ([key for key in truth.keys if key not in known], "ledger", "truth"),
    ):
        if missing:
            raise DataError(
                f"{len(missing)} keys of the {other} are missing in the {where}: {', '.join(map(repr, missing[:3]))}"
                f"{', ...' if len(missing) > 3 else ''}; give the truth file that was written with the annotation file "
                "of this run: its keys are the annotation's paths, without data_prefix."
            )
    return np.array([row_of[key] for key in table.keys], dtype=np.int64)


def _share(event: np.ndarray, of: np.ndarray) -> float | None:
    return float(event[of].mean()) if of.any() else None


def _ranking(positive: np.ndarray, scores: np.ndarray) -> dict[str, float | None]:
    badness = 1.0 - np.where(np.isnan(scores), 1.0, scores)
    return {
        "ap": float(average_precision_score(positive, badness)) if positive.any() else None,
        "auroc": float(roc_auc_score(positive, badness)) if positive.any() and not positive.all() else None,
    }


def report_table(evaluation: Mapping[str, Mapping[str, Any]], title: str = "Purification against the truth") -> Table:
    """Lay out what :func:`evaluate_purification` returned.

    Args:
        evaluation: The dictionary of :func:`evaluate_purification`, or the means of several; counts are shown as whole
            numbers.
        title: What stands above the table.

    Returns:
        A table of one column a noise; shares in percent, ``-`` where a share is of nothing.
    """
    low_quality, mislabel, harmed = (evaluation[name] for name in ("low_quality", "mislabel", "clean_harmed"))
    table = Table(title=title)
    table.add_column("")
    table.add_column("low quality", justify="right")
    table.add_column("mislabel", justify="right")
    table.add_row("planted", f"{low_quality['planted']:.0f}", f"{mislabel['planted']:.0f}")
    table.add_row("pruned / corrected", f"{low_quality['pruned']:.0f}", f"{mislabel['corrected']:.0f}")
    for name, title in (("precision", "precision"), ("recall", "recall")):
        table.add_row(title, _percent(low_quality[name]), _percent(mislabel[name]))
    table.add_row("right class", "", _percent(mislabel["right_class"]))
    table.add_row("average precision", _decimal(low_quality["ap"]), _decimal(mislabel["ap"]))
    table.add_row("AUROC", _decimal(low_quality["auroc"]), _decimal(mislabel["auroc"]))
    table.add_section()
    left = evaluation["left"]
    table.add_row("noise in what is left", _percent(left["low_quality"]), _percent(left["mislabel"]))
    table.add_row("clean samples pruned / relabelled", _percent(harmed["pruned"]), _percent(harmed["relabelled"]))
    return table


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
