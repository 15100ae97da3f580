"""The ledger of millions of samples: deciding at the end of an epoch, its bytes, saving and loading."""

from __future__ import annotations

import io
import time

import numpy as np
import numpy.typing as npt
import torch

from d2sp_mm.engine.epoch_buffer import EpochBuffer
from d2sp_mm.engine.resumed_state import to_arrays, to_tensors
from d2sp_mm.experiments.costs.measurement import Measurement, seconds
from d2sp_mm.ledger import Ledger
from d2sp_mm.models.losses.observing_cross_entropy import BatchObservation
from d2sp_mm.stages import CoarsePruning, FineCorrection
from d2sp_mm.stages.purifier import Purifier

_CLASSES, _WINDOW, _EPOCHS = 7, 10, 5
_MOST_BYTES = 64
_MOST_FILE_SECONDS = 2.0
_OF_MEMORY = "nothing is computed but the codes; the rest is memory that is touched once"
_OF_SAVING = (
    "the fingerprint of keys and labels, and copies of the arrays into memory that was never touched, which a virtual "
    "machine hands out slowly"
)


def epoch_ends(samples: int, most: float, trials: int = 3) -> list[Measurement]:
    """Gathering an epoch, writing it into the ledger, and a round of pruning and of correction.

    Args:
        samples: Samples of the training set.
        most: Seconds that all of it may take.
        trials: How often it is measured.
    """
    times, parts = [], []
    for trial in range(trials):
        ledger, seen = _observed(samples, trial), _buffered(samples, trial + 100)
        begin = time.perf_counter()
        epoch = seen.gather()
        assert epoch is not None
        ledger.observe(_EPOCHS, epoch.indices, epoch.probs, epoch.weights)
        observed = time.perf_counter()
        # As the hook decides, but for the files that it writes then.
        prune = CoarsePruning(start=_EPOCHS + 1, rate=0.1, window=5, class_cap=1.0)
        Purifier(ledger, {"prune": prune}, _EPOCHS + 1).step(_EPOCHS)
        pruned = time.perf_counter()
        Purifier(ledger, {"correct": FineCorrection(start=_EPOCHS + 1, window=5)}, _EPOCHS + 1).step(_EPOCHS)
        end = time.perf_counter()
        times.append((observed - begin, end - begin))
        parts.append((pruned - observed, end - pruned))
    of_all = f"{samples:,} samples of {_CLASSES} classes"
    note = (
        "of it pruning {:.2g} s, correction {:.2g} s. Each looks at 35 probabilities a sample (7 classes, windows of 5) in "
        "numpy on one core, twice or three times: whether the model has learned enough, the entropy, the margins of the "
        "labels. Few epochs of a run decide; the files that are written then are not in it"
    ).format(*np.median(np.array(parts), axis=0))
    plain, deciding = zip(*times)
    return [
        seconds(f"end of an epoch that decides nothing, {of_all}: gather and write", plain, most, _OF_MEMORY),
        seconds(f"end of an epoch that prunes and corrects, {of_all}", deciding, most, note),
    ]


def sizes(samples: int) -> list[Measurement]:
    """Bytes of a sample, what a checkpoint grows by, and the time to save and load.

    Args:
        samples: Samples of the training set.
    """
    ledger = _observed(samples, 0, epochs=_WINDOW)
    stated = ledger.bytes_per_sample
    begin = time.perf_counter()
    content = io.BytesIO()
    torch.save(to_tensors(ledger.state()), content)
    saved = time.perf_counter()
    size = content.tell()
    content.seek(0)
    fresh = Ledger(ledger.keys, ledger.labels, _CLASSES, _WINDOW)
    loading = time.perf_counter()
    fresh.load(to_arrays(torch.load(content, weights_only=True)))
    loaded = time.perf_counter()
    note = (
        "every epoch of the window keeps all class probabilities in 4 bits and the weight in 8; 11 classes take 83 bytes. "
        "More than 12 classes have 8 bits (240,000 clips of 400 classes: 4 kB each). Sets of at most 3 million samples "
        "times classes keep 16 bits and whole weights, 7 classes 213 bytes a sample, because 4 bits decide a little "
        "worse ([d2sp.md](d2sp.md))"
    )
    what = f"bytes a sample, {_CLASSES} classes, window of {_WINDOW}"
    growth = size / (samples * stated)
    return [
        Measurement(what, str(stated), f"at most {_MOST_BYTES}", stated <= _MOST_BYTES, note),
        Measurement("a checkpoint grows by, of what is stated", f"{100 * growth:.2f} %", "100 %", growth < 1.001),
        seconds(
            f"saving {samples:,} samples ({size / 1e6:,.0f} MB), to memory", [saved - begin], _MOST_FILE_SECONDS, _OF_SAVING
        ),
        seconds(f"loading {samples:,} samples", [loaded - loading], _MOST_FILE_SECONDS, _OF_SAVING),
    ]


def trace_size() -> list[Measurement]:
    """What the trace of predictions takes on disk."""
    return [Measurement("trace of predictions on disk, bytes a sample and epoch (not in checkpoints)", "4")]


def _observed(samples: int, seed: int, epochs: int = _EPOCHS) -> Ledger:
    labels = _labels(samples, seed)
    ledger = Ledger([f"{i}.mp4" for i in range(samples)], labels, _CLASSES, _WINDOW)
    for epoch in range(epochs):
        ledger.observe(epoch, np.arange(samples), *_seen(labels, 1000 * seed + epoch))
    return ledger


def _buffered(samples: int, seed: int) -> EpochBuffer:
    """An epoch in batches of 1,024, in the order of a shuffling sampler."""
    buffer, order = EpochBuffer(), np.random.default_rng(seed).permutation(samples)
    probs, weights = _seen(_labels(samples, seed)[order], seed)
    for begin in range(0, samples, 1024):
        batch = slice(begin, begin + 1024)
        scores = torch.from_numpy(np.log(probs[batch]))
        buffer.add(order[batch].tolist(), BatchObservation(scores, scores, torch.from_numpy(weights[batch])), {})
    return buffer


def _labels(samples: int, seed: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(seed).integers(_CLASSES, size=samples)


def _seen(labels: npt.NDArray[np.int64], seed: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Probabilities of a model that has learned something, and weights."""
    rng = np.random.default_rng(seed)
    samples = len(labels)
    probs = rng.random((samples, _CLASSES), dtype=np.float32)
    probs[np.arange(samples), labels] += 2
    probs /= probs.sum(axis=1, keepdims=True)
    return probs, rng.random(samples, dtype=np.float32)
