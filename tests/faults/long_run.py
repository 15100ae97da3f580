"""Many epochs over many samples, without a model: what memory and checkpoints grow by.

python tests/faults/long_run.py --samples 1000000 --epochs 100
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
import torch

from d2sp_mm.engine.epoch_buffer import EpochBuffer
from d2sp_mm.engine.resumed_state import to_tensors
from d2sp_mm.ledger import Ledger, packing
from d2sp_mm.models.losses.observing_cross_entropy import BatchObservation
from d2sp_mm.stages import CoarsePruning, FineCorrection

CLASSES, WINDOW, BATCH = 7, 5, 256


@dataclass(frozen=True)
class Growth:
    """What was measured.

    Args:
        samples: Number of samples.
        epochs: Number of epochs.
        early: Memory of the process, in bytes, after twice the window of epochs.
        late: The same after the last epoch.
        first_half: Least and most that it was after an epoch from then to the middle.
        second_half: The same from the middle to the end.
        checkpoint: Bytes of the saved ledger.
        stated: Bytes that the ledger states for it.
        decisions: Number of decisions in it.
        seconds: What an epoch took, mean.
    """

    samples: int
    epochs: int
    early: int
    late: int
    first_half: tuple[int, int]
    second_half: tuple[int, int]
    checkpoint: int
    stated: int
    decisions: int
    seconds: float


def resident() -> int:
    """Memory of this process, in bytes, as the system counts it."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(samples: int, epochs: int) -> Growth:
    """Observe, decide as the recipe ``d2sp`` does, save; and measure.

    Args:
        samples: Number of samples, of which a twentieth look like noise and as many contradict their labels.
        epochs: Number of epochs.
    """
    rng = np.random.default_rng(0)
    labels = rng.integers(CLASSES, size=samples)
    looks = np.where(rng.random(samples) < 0.05, (labels + 1) % CLASSES, labels)
    noise = rng.random(samples) < 0.05
    # As millions of samples are kept.
    with mock.patch.object(packing, "MOST_HALVES", 0):
        ledger = Ledger([f"clips/{n:08d}.mp4" for n in range(samples)], labels, CLASSES, WINDOW)
    stages = [CoarsePruning(), FineCorrection(rounds=2, interval=0.1)]
    due = [stage.decision_epochs(epochs) for stage in stages]
    peak = torch.tensor(np.where(noise, 0.0, 4.0), dtype=torch.float32)
    one_hot = torch.nn.functional.one_hot(torch.tensor(looks), CLASSES).float() * peak[:, None]
    generator, buffer, memory, begin = torch.Generator().manual_seed(0), EpochBuffer(), [], time.monotonic()
    for epoch in range(epochs):
        kept = np.flatnonzero(ledger.keep)
        for batch in torch.randperm(len(kept), generator=generator).split(BATCH):
            indices = kept[batch.numpy()]
            scores = one_hot[indices] + torch.randn(len(indices), CLASSES, generator=generator)
            weights = torch.rand(len(indices), generator=generator) * (0.5 + 0.1 * peak[indices])
            buffer.add(indices.tolist(), BatchObservation(scores, torch.tensor(labels[indices]), weights), {})
        seen = buffer.gather()
        assert seen is not None
        seen = seen.finite(0.1)
        ledger.observe(epoch, seen.indices, seen.probs, seen.weights)
        for stage, epochs_due in zip(stages, due):
            if epoch in epochs_due:
                ledger.apply(stage.decide(ledger, epoch, (epochs_due.index(epoch) + 1) / stage.rounds))
        seen = None
        memory.append(resident())
    seconds = (time.monotonic() - begin) / epochs
    saved = io.BytesIO()
    torch.save(to_tensors(ledger.state()), saved)
    decisions = len(ledger.decisions.columns["sample"])
    stated = samples * ledger.bytes_per_sample + decisions * ledger.BYTES_PER_DECISION
    early = 2 * WINDOW - 1
    halves = memory[early : epochs // 2], memory[epochs // 2 :]
    first, second = ((min(half, default=0), max(half, default=0)) for half in halves)
    return Growth(
        samples, epochs, memory[early], memory[-1], first, second, saved.tell(), stated, decisions, seconds
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--epochs", type=int, default=100)
    args = parser.parse_args()
    print(json.dumps(vars(run(args.samples, args.epochs))))


if __name__ == "__main__":
    main()
