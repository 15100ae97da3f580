"""Every stage, with settings that fit a short schedule: the contracts in this folder hold for all of them."""

from __future__ import annotations

import numpy as np

from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import CoarsePruning, DoubtfulLabelPruning, FineCorrection, RandomPruning, baselines

NUM_CLASSES = 3
MAX_EPOCHS = 6

STAGES = {
    "prune-weight": CoarsePruning(start=3, window=2, rate=0.2, score="weight"),
    "prune-entropy": CoarsePruning(start=3, window=2, rate=0.2, score="entropy"),
    "prune-rank-sum": CoarsePruning(start=3, window=2, rate=0.2, score="rank_sum"),
    "prune-mean-entropy": CoarsePruning(start=3, window=2, rate=0.2, score="entropy", entropy_of="mean", class_balance=0.0),
    "prune-the-uncertain": CoarsePruning(start=3, window=0.5, rate=0.2, score="entropy", max_of_median=0.5),
    "prune-in-rounds": CoarsePruning(start=2, window=2, rate=0.2, score="rank_sum", rounds=2, interval=2),
    "prune-at-random": RandomPruning(start=3, rate=0.2, seed=1),
    "correct": FineCorrection(start=4, window=3),
    "correct-over-a-share": FineCorrection(start=3, rounds=2, interval=2, window=0.5),
    "correct-if-all-agree": FineCorrection(start=4, window=3, agreement=1.0, class_balance=0.0),
    "correct-by-majority": FineCorrection(start=4, window=3, agreement=0.6, min_margin=0.0),
    "prune-doubtful-labels": DoubtfulLabelPruning(start=4, window=3),
    "small-loss": baselines.SmallLoss(start=4, window=3),
    "low-confidence": baselines.LowConfidence(start=4),
    "forgetting": baselines.ForgettingEvents(start=4, rate=0.1),
    "loss-mixture": baselines.LossMixture(start=4, window=3),
    "aum": baselines.AreaUnderMargin(start=4),
    "aum-with-threshold-samples": baselines.AreaUnderMargin(start=4, threshold_class=2, percentile=0.05),
    "low-loss-pruning": baselines.LowLossPruning(start=4, window=3),
    "prediction-differs": baselines.PredictionDiffers(start=4),
    "scn": baselines.ScnRelabeling(start=2, rounds=2, interval=2, high_share=0.5),
    "selfie": baselines.Selfie(start=4, window=3),
    "confident-learning": baselines.ConfidentLearning(start=4, window=3),
}


def observed_ledger(n: int = 60, epochs: int = MAX_EPOCHS, seed: int = 0) -> Ledger:
    """A ledger over a run that saw everything: the first tenth unsure and of low weight, the second tenth mislabelled."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % NUM_CLASSES
    true = labels.copy()
    mislabelled = np.arange(n // 10, n // 5)
    true[mislabelled] = (labels[mislabelled] + 1) % NUM_CLASSES
    ledger = Ledger([f"clip{i}.mp4" for i in range(n)], labels, NUM_CLASSES, window=epochs)
    for epoch in range(epochs):
        logits = rng.normal(scale=0.3, size=(n, NUM_CLASSES))
        logits[np.arange(n), true] += 3.0
        logits[: n // 10] *= 0.1
        probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        weights = np.clip(0.8 + rng.normal(scale=0.05, size=n) - 0.5 * (np.arange(n) < n // 10), 0.01, 0.99)
        ledger.observe(epoch, np.arange(n), probs, weights)
    return ledger
