"""Telling log and visualizer what was decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from mmengine import dist
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.functional.ranks import spearman
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.visualization.strip_file import can_be_read, read_strips_elsewhere

#: Classes, or moves from class to class, that a line names.
_MOST = 6


def log_decision(runner: Runner, ledger: Ledger, decision: Decision, dry_run: bool, dataset: IndexedDataset) -> None:
    """One line for people; numbers and a picture of clips for MMEngine's visualizer (TensorBoard and others).

    Args:
        runner: The runner.
        ledger: The ledger, with the decision applied.
        decision: The decision, as it was applied.
        dry_run: Whether it stays without consequence.
        dataset: The training set, for the picture.
    """
    if decision.warning:
        runner.logger.warning(f"purification: {decision.warning}")
    decision = with_agreement(ledger, decision)
    runner.logger.info(f"purification: {decision_line(ledger, decision, dry_run)}")
    figures = {
        "pruned_now": len(decision.prune),
        "pruned": decision.pruned,
        "corrected_now": len(decision.relabel),
        "corrected": decision.relabelled,
        **decision.summary,
    }
    runner.visualizer.add_scalars({f"purification/{n}": v for n, v in figures.items()}, step=decision.epoch + 1)
    show_clips(runner, ledger, decision, dataset)


def with_agreement(ledger: Ledger, decision: Decision) -> Decision:
    """The decision, with how far its scores order the samples as those of the stage's round before did.

    Compared is what the stage decides by: the label's score where it relabels or scores nothing else, the quality score
    otherwise. A stage's first round, and the first one after a resume, has nothing to be compared with.

    Args:
        ledger: The ledger, which remembers the scores for the next round.
        decision: The decision.
    """
    if not decision.scores:
        return decision
    name = "label_score" if len(decision.relabel) or "quality_score" not in decision.scores else "quality_score"
    scores = decision.scores.get(name, next(iter(decision.scores.values())))
    before, ledger.last_scores[decision.stage] = ledger.last_scores.get(decision.stage), scores.copy()
    agreement = None if before is None else spearman(before, scores)
    return decision if agreement is None else replace(decision, summary={**decision.summary, "agreement": agreement})


def decision_line(ledger: Ledger, decision: Decision, dry_run: bool) -> str:
    """A decision in words: how many and of which classes, what that makes in all, and how far the round before agrees.

    Args:
        ledger: The ledger, with the decision applied.
        decision: The decision, as it was applied.
        dry_run: Whether it stays without consequence.

    Returns:
        For example ``after epoch 24 correct: 3 of 800 relabelled (1 to 3: 2, 0 to 4: 1); 80 pruned, 3 relabelled in all;
        scores rank as in the round before: 0.93``.
    """
    done = []
    if len(decision.prune):
        by_class = Counter(ledger.corrected_labels[decision.prune].tolist())
        done.append(f"{len(decision.prune)} of {len(ledger)} pruned (of class {_most(by_class)})")
    if len(decision.relabel):
        done.append(f"{len(decision.relabel)} of {len(ledger)} relabelled ({_most(_moves(ledger, decision))})")
    parts = [
        f"after epoch {decision.epoch + 1} {decision.stage}: {', '.join(done) or 'nothing changes'}",
        f"{decision.pruned} pruned, {decision.relabelled} relabelled in all",
    ]
    summary = dict(decision.summary)
    agreement = summary.pop("agreement", None)
    if agreement is not None:
        parts.append(f"scores rank as in the round before: {agreement:.2f}")
    parts += [f"{name.replace('_', ' ')} {value:.3g}" for name, value in summary.items()]
    if dry_run:
        parts.append("a dry run, nothing is changed")
    return "; ".join(parts)


def _moves(ledger: Ledger, decision: Decision) -> Counter[str]:
    """The decision's moves from label to label, from the ledger's history."""
    history = ledger.decisions.columns
    own = ledger.stages.index(decision.stage) if decision.stage in ledger.stages else -1
    chosen = (history["epoch"] == decision.epoch) & (history["stage"] == own) & ~history["pruned"]
    return Counter(f"{a} to {b}" for a, b in zip(history["old_label"][chosen], history["new_label"][chosen]))


def _most(counts: Counter[str] | Counter[int]) -> str:
    named = ", ".join(f"{name}: {count}" for name, count in counts.most_common(_MOST))
    rest = sum(counts.values()) - sum(count for _, count in counts.most_common(_MOST))
    return f"{named}, others: {rest}" if rest else named


_CLIPS, _FRAMES, _HEIGHT, _TEXT = 12, 6, 64, 16
_WIDTH = 480
_SECONDS = 60


def show_clips(runner: Runner, ledger: Ledger, decision: Decision, dataset: IndexedDataset) -> None:
    """Hand the visualizer a sheet of strips, the lowest score first: ``purification_<stage>`` at the epoch's step.

    A clip that cannot be read is left out; without any that can be, or without a backend to take it, there is no sheet.
    Nothing of the training changes by it: the clips are read in a process of their own that starts afresh, because a decoder
    that was used in the main process may hang those that are forked from it, as the workers of the next epoch are.

    Args:
        runner: The runner.
        ledger: The ledger, with the decision applied.
        decision: The decision, as it was applied.
        dataset: The training set.
    """
    samples = _lowest(ledger, decision)
    if not samples or not dist.is_main_process() or not runner.visualizer._vis_backends:
        return
    # A picture is not worth a run.
    try:
        infos = {sample: info for sample in samples if can_be_read(info := _info(dataset, sample))}
        if not infos:
            return
        strips = read_strips_elsewhere(list(infos.values()), _FRAMES, _HEIGHT, _SECONDS)
        rows = [_row(strip, _caption(ledger, sample)) for sample, strip in zip(infos, strips) if strip is not None]
        if rows:
            runner.visualizer.add_image(f"purification_{decision.stage}", np.concatenate(rows), step=decision.epoch + 1)
    except Exception as error:
        runner.logger.warning(f"purification: no picture of the clips ({type(error).__name__}: {error})")


def _lowest(ledger: Ledger, decision: Decision) -> list[int]:
    """The samples of a decision, the lowest score of this round first; those that it prunes if it does both."""
    samples, scores = decision.prune, decision.prune_scores
    if not len(samples):
        samples, scores = decision.relabel, decision.relabel_scores
    if not len(scores):
        scores = ledger.scores["quality_score"][samples].astype(np.float64)
    order = np.argsort(scores, kind="stable")[:_CLIPS]
    return [int(sample) for sample in samples[order]]


def _info(dataset: IndexedDataset, sample: int) -> dict[str, Any]:
    part, index = dataset.map.locate(sample)
    # What is left out here may be the very reason of the decision: a file that is missing or damaged.
    try:
        return dict(part.get_data_info(index))
    except Exception:
        return {}


def _caption(ledger: Ledger, sample: int) -> str:
    now = "pruned" if not ledger.keep[sample] else f"now {ledger.corrected_labels[sample]}"
    # The font knows no others.
    key = ledger.keys[sample].encode("ascii", "replace").decode()
    return f"{key[-50:]}  given {ledger.labels[sample]}, {now}"


def _row(strip: np.ndarray, caption: str) -> np.ndarray:
    row = np.full((_HEIGHT + _TEXT, _WIDTH, 3), 255, dtype=np.uint8)
    width = min(strip.shape[1], _WIDTH)
    row[:_HEIGHT, :width] = strip[:, :width]
    cv2.putText(row, caption, (2, _HEIGHT + _TEXT - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (40, 40, 40), 1, cv2.LINE_AA)
    return row
