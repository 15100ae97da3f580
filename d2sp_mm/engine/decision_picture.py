"""A picture of the clips that a decision is surest of, for the visualizer."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from mmengine import dist
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import IndexedDataset
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.pictures.strip_file import can_be_read, read_strips_elsewhere

_CLIPS, _FRAMES, _HEIGHT, _TEXT = 12, 6, 64, 16
_WIDTH = 480
_SECONDS = 60


def show_clips(runner: Runner, ledger: Ledger, decision: Decision, dataset: IndexedDataset) -> None:
    """Hand the visualizer a sheet of strips, the lowest score first: ``purification_<rule>`` at the epoch's step.

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
            runner.visualizer.add_image(f"purification_{decision.rule}", np.concatenate(rows), step=decision.epoch + 1)
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
