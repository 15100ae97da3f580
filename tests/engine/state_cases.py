"""Every state that a checkpoint holds: how to make one that has lived, a new one, and what going on with it gives."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

import d2sp_mm.engine  # noqa: F401 - fills the registries
from d2sp_mm.engine import random_state
from d2sp_mm.engine.weight_learner import WeightLearner
from d2sp_mm.ledger import Ledger, Observations
from d2sp_mm.stages import CoarsePruning, FineCorrection
from tests.stages.cases import MAX_EPOCHS, NUM_CLASSES, observed_ledger


@dataclass(frozen=True)
class StateCase:
    """One kind of state.

    Args:
        live: Makes an object that has lived.
        fresh: Makes a new one of the same settings, which knows nothing yet.
        go_on: Uses the object as a run would and returns what comes of it, as arrays.
        state: Gives its state.
        load: Loads a state into an object.
        required: Entries of the state that must be there.
    """

    live: Callable[[], Any]
    fresh: Callable[[], Any]
    go_on: Callable[[Any], list[Any]]
    required: tuple[str, ...]
    state: Callable[[Any], dict[str, Any]] = lambda thing: thing.state()
    load: Callable[[Any, dict[str, Any]], None] = lambda thing, state: thing.load(state)


def _decided_ledger() -> Ledger:
    ledger = observed_ledger()
    for stage in (CoarsePruning(start=3, window=2, rate=0.1), FineCorrection(start=4, window=3)):
        ledger.apply(stage.decide(ledger, MAX_EPOCHS - 1))
    assert not ledger.keep.all() and (ledger.corrected_labels != ledger.labels).any()
    return ledger


def _new_ledger() -> Ledger:
    old = observed_ledger(epochs=0)
    return Ledger(old.keys, old.labels, NUM_CLASSES, window=MAX_EPOCHS)


def _next_decisions(ledger: Ledger) -> list[Any]:
    n = len(ledger)
    rng = np.random.default_rng(7)
    ledger.observe(MAX_EPOCHS, np.arange(n), rng.dirichlet(np.ones(NUM_CLASSES), size=n), rng.random(n))
    for stage in (CoarsePruning(start=3, window=2, rate=0.3), FineCorrection(start=4, window=3, min_margin=0.0)):
        ledger.apply(stage.decide(ledger, MAX_EPOCHS))
    return [ledger.keep, ledger.corrected_labels, *ledger.decisions.columns.values(), *ledger.scores.values(), ledger.stages]


def _observations() -> Observations:
    return observed_ledger().observations


def _next_means(seen: Observations) -> list[Any]:
    seen.add(MAX_EPOCHS, np.arange(5), np.full((5, NUM_CLASSES), 1 / 3), np.full(5, 0.5))
    return [seen.mean_probs(3, MAX_EPOCHS), seen.mean_weights(3, MAX_EPOCHS), seen.predictions(3, MAX_EPOCHS)]


def _new_learner() -> WeightLearner:
    return WeightLearner(6, torch.device("cpu"))


def _steps(learner: WeightLearner, seed: int) -> list[Any]:
    generator = torch.Generator().manual_seed(seed)
    for _ in range(3):
        scores, features = torch.randn(8, 4, generator=generator), torch.randn(8, 6, generator=generator)
        learner.step(F.cross_entropy, scores, torch.arange(8) % 4, features)
    return [value.detach().numpy().copy() for value in learner.head.parameters()]


def _lived_learner() -> WeightLearner:
    learner = _new_learner()
    _steps(learner, 1)
    return learner


def _draw(_: Any = None) -> list[Any]:
    # An odd number of normal draws leaves one in numpy's and Python's stores.
    return [random.gauss(0, 1), random.random(), np.random.normal(), np.random.rand(3), torch.rand(3).numpy()]


STATES = {
    "ledger": StateCase(_decided_ledger, _new_ledger, _next_decisions, ("version", "digest", "keep", "corrected_labels")),
    "observations": StateCase(
        _observations,
        lambda: Observations(60, NUM_CLASSES, MAX_EPOCHS),
        _next_means,
        ("epochs", "probs", "weights"),
    ),
    "weight learner": StateCase(_lived_learner, _new_learner, lambda learner: _steps(learner, 2), ("head", "optimizer")),
    "random generators": StateCase(
        live=_draw,
        fresh=lambda: (random.seed(1), np.random.seed(1), torch.manual_seed(1)),
        go_on=_draw,
        required=("python", "numpy", "torch"),
        state=lambda _: random_state.capture(),
        load=lambda _, state: random_state.restore(state),
    ),
}
