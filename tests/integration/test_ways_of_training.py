"""Mixed precision, gradient accumulation, compiled models and activation checkpointing, with purification and without."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS

from tests.tiny_run import CORRECT, PRUNE, assert_same_weights, hook_of, tiny_config, train, weights_of, write_list


@OPTIM_WRAPPERS.register_module(force=True)
class HalfPrecisionOnCPU(OptimWrapper):
    """The autocast of MMEngine's AmpOptimWrapper, which itself wants a GPU."""

    @contextmanager
    def optim_context(self, model):
        with super().optim_context(model), torch.autocast("cpu", dtype=torch.float16):
            yield


SGD = dict(type="SGD", lr=0.1, momentum=0.9)
WAYS = {
    "mixed precision": dict(optim_wrapper=dict(type="HalfPrecisionOnCPU", optimizer=SGD)),
    "gradient accumulation": dict(optim_wrapper=dict(type="OptimWrapper", optimizer=SGD, accumulative_counts=3)),
    "compiled": dict(compile=dict(backend="aot_eager")),
    "activation checkpointing": dict(activation_checkpointing=["backbone"]),
}


@pytest.fixture(scope="module")
def ann_file(tmp_path_factory):
    return write_list(tmp_path_factory.mktemp("data") / "train.txt", noise=4, mislabel=6)


@pytest.fixture(autouse=True)
def compiled_code_of_its_own():
    """One run a process, as in use: torch.compile does not look at the hooks of a class that it has compiled."""
    torch.compiler.reset()
    yield
    torch.compiler.reset()


@pytest.mark.parametrize("way", WAYS)
def test_a_dry_run_is_the_run_of_plain_mmaction2_and_decides(way, ann_file, tmp_path):
    weights, ledger = {}, None
    for name in ("plain", "dry"):
        torch.compiler.reset()
        # The cap of a class may hold some back: which, differs with the last bits of a processor's arithmetic.
        stages = dict(prune=dict(PRUNE, class_cap=1.0), correct=CORRECT)
        hook = dict(stages=stages, dry_run=True) if name == "dry" else {}
        runner = train({**tiny_config(tmp_path / name, ann_file, purified=name == "dry", **hook), **WAYS[way]})
        weights[name] = weights_of(runner)
        if name == "dry":
            ledger = hook_of(runner).ledger
    assert_same_weights(weights["plain"], weights["dry"])
    # Every sample was seen in every epoch, once, with a weight while weights were learned.
    assert ledger.observations.complete(2, 5) and (ledger.observations.predictions(1, 5) >= 0).all()
    assert (~ledger.keep).sum() == round(0.1 * len(ledger))
    assert np.isfinite(ledger.scores["quality_score"]).all()


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_acts_ends(way, ann_file, tmp_path):
    config = tiny_config(tmp_path, ann_file, stages=dict(prune=PRUNE, correct=CORRECT), weighting="joint")
    runner = train({**config, **WAYS[way]})
    ledger = hook_of(runner).ledger
    assert runner.iter == runner.max_iters and (~ledger.keep).any()
    assert all(torch.isfinite(value).all() for value in weights_of(runner).values())
