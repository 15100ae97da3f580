"""A tiny run finds the noise that was planted, by the mean of three seeds; the control does not."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.ledger import Ledger
from d2sp_mm.stages import RandomPruning
from tests.tiny_run import NUM_CLASSES, hook_of, tiny_config, train, write_list

PER_CLASS, NOISE, MISLABEL = 30, 12, 24
N = NUM_CLASSES * PER_CLASS
EPOCHS = 10
STRENGTH = 2.5
PRUNE = dict(type="d2sp_mm.CoarsePruning", start=5, window=3, rate=NOISE / N, score="rank_sum")
CORRECT = dict(type="d2sp_mm.FineCorrection", start=9, window=3)
RANDOM = dict(type="d2sp_mm.RandomPruning", start=5, rate=NOISE / N)


def run(folder, seed, **stages):
    """Share of noise among the pruned, in units of chance; share of right corrections; how many were made."""
    ann_file = write_list(folder / "train.txt", per_class=PER_CLASS, noise=NOISE, mislabel=MISLABEL)
    config = tiny_config(folder / "run", ann_file, stages=stages)
    config["train_cfg"].update(max_epochs=EPOCHS, val_begin=EPOCHS, val_interval=EPOCHS)
    config["train_dataloader"]["dataset"]["dataset"]["pipeline"][0]["strength"] = STRENGTH
    config["param_scheduler"] = [dict(type="CosineAnnealingLR", by_epoch=True, T_max=EPOCHS)]
    config["default_hooks"]["checkpoint"] = None
    config["randomness"] = dict(seed=seed)
    ledger = hook_of(train(config)).ledger
    looks = np.array([int(key.split("_")[0]) for key in ledger.keys])
    noisy = np.array(["_noise_" in key for key in ledger.keys])
    moved = ledger.keep & (ledger.corrected_labels != ledger.labels)
    return noisy[~ledger.keep].mean() / (NOISE / N), (ledger.corrected_labels == looks)[moved], moved.sum()


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return [run(tmp_path_factory.mktemp("d2sp"), seed, prune=PRUNE, correct=CORRECT) for seed in (1, 2, 3)]


def test_the_pruned_are_at_least_three_times_richer_in_noise_than_chance(runs):
    assert np.mean([richness for richness, _, _ in runs]) >= 3


def test_at_least_four_of_five_corrections_are_right(runs):
    assert np.mean([right.mean() for _, right, _ in runs]) >= 0.8


def test_at_least_a_third_of_the_wrong_labels_are_corrected(runs):
    assert np.mean([right.sum() for _, right, _ in runs]) >= MISLABEL / 3


def test_the_control_prunes_as_many_and_finds_what_chance_finds():
    """Without training: the control looks at nothing that training could change."""
    keys = [str(number) for number in range(N)]
    labels = np.arange(N) % NUM_CLASSES
    found = []
    for seed in range(200):
        ledger = Ledger(keys, labels, NUM_CLASSES)
        ledger.apply(RandomPruning(start=1, rate=NOISE / N, class_cap=1.0, seed=seed).decide(ledger, 0))
        assert (~ledger.keep).sum() == NOISE
        found.append((~ledger.keep)[:NOISE].sum())
    # NOISE draws of NOISE in N: mean 1.2 and deviation 1.0, so the mean of 200 lies within .3 of it.
    assert abs(np.mean(found) - NOISE * NOISE / N) < 0.3


def test_the_control_runs_and_corrects_nothing(tmp_path):
    _, _, moved = run(tmp_path, 1, prune=RANDOM)
    assert moved == 0


def test_weights_are_learned_in_a_run_until_the_last_round_that_needs_them(tmp_path):
    """That they find what is corrupted is a matter of the data (docs/d2sp.md); that they part the clips is not."""
    ann_file = write_list(tmp_path / "train.txt", per_class=PER_CLASS, noise=NOISE)
    config = tiny_config(tmp_path / "run", ann_file, stages=dict(prune=dict(PRUNE, score="weight")), keep_epochs=6)
    ledger = hook_of(train(config)).ledger
    weights = np.sort(ledger.observations.mean_weights(1, PRUNE["start"] - 1))[::-1]
    upper = round(0.7 * N)
    # Untrained they would all be 1/2; the rank regularisation asks for a distance of .15.
    assert weights[:upper].mean() - weights[upper:].mean() > 0.1
    assert np.isnan(ledger.observations.mean_weights(1, PRUNE["start"])).all()
    assert set(ledger.stages) == {"prune"}
