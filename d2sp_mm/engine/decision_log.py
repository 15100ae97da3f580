"""Telling log and visualizer what was decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.engine.decision_picture import show_clips
from d2sp_mm.functional.rank_agreement import rank_agreement
from d2sp_mm.ledger import Decision, Ledger

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
        "pruned": int((~ledger.keep).sum()),
        "corrected_now": len(decision.relabel),
        "corrected": int((ledger.corrected_labels != ledger.labels).sum()),
        **decision.summary,
    }
    runner.visualizer.add_scalars({f"purification/{n}": v for n, v in figures.items()}, step=decision.epoch + 1)
    show_clips(runner, ledger, decision, dataset)


def with_agreement(ledger: Ledger, decision: Decision) -> Decision:
    """The decision, with how far its scores order the samples as those of the rule's round before did.

    Compared is what the rule decides by: the label's score where it relabels or scores nothing else, the quality score
    otherwise. A rule's first round, and the first one after a resume, has nothing to be compared with.

    Args:
        ledger: The ledger, which remembers the scores for the next round.
        decision: The decision.
    """
    if not decision.scores:
        return decision
    name = "label_score" if len(decision.relabel) or "quality_score" not in decision.scores else "quality_score"
    scores = decision.scores.get(name, next(iter(decision.scores.values())))
    before, ledger.last_scores[decision.rule] = ledger.last_scores.get(decision.rule), scores.copy()
    agreement = None if before is None else rank_agreement(before, scores)
    return decision if agreement is None else replace(decision, summary={**decision.summary, "agreement": agreement})


def decision_line(ledger: Ledger, decision: Decision, dry_run: bool) -> str:
    """A decision in words: how many and of which classes, what that makes in all, and how far the round before agrees.

    Args:
        ledger: The ledger, with the decision applied.
        decision: The decision, as it was applied.
        dry_run: Whether it stays without consequence.

    Returns:
        For example ``after epoch 24 correct_stable relabels 3 of 800 (1 to 3: 2, 0 to 4: 1); 80 pruned, 3 relabelled in
        all; scores rank as in the round before: 0.93``.
    """
    done = []
    if len(decision.prune):
        by_class = Counter(ledger.corrected_labels[decision.prune].tolist())
        done.append(f"prunes {len(decision.prune)} of {len(ledger)} (of class {_most(by_class)})")
    if len(decision.relabel):
        done.append(f"relabels {len(decision.relabel)} of {len(ledger)} ({_most(_moves(ledger, decision))})")
    moved = int((ledger.keep & (ledger.corrected_labels != ledger.labels)).sum())
    parts = [
        f"after epoch {decision.epoch + 1} {decision.rule} {' and '.join(done) or 'changes nothing'}",
        f"{int((~ledger.keep).sum())} pruned, {moved} relabelled in all",
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
    """The decision's moves from label to label. Those of this round stand at the end of the history."""
    history = ledger.history
    chosen = (history["epoch"] == decision.epoch) & ~history["pruned"] & np.isin(history["sample"], decision.relabel)
    return Counter(f"{a} to {b}" for a, b in zip(history["old_label"][chosen], history["new_label"][chosen]))


def _most(counts: Counter[str] | Counter[int]) -> str:
    named = ", ".join(f"{name}: {count}" for name, count in counts.most_common(_MOST))
    rest = sum(counts.values()) - sum(count for _, count in counts.most_common(_MOST))
    return f"{named}, others: {rest}" if rest else named
