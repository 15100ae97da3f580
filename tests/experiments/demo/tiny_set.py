"""A toy set of a few clips and the ledger of a run that purified it, both without training."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from d2sp_mm.annotations.truth import write_truth
from d2sp_mm.experiments.toy.clip import write_mp4
from d2sp_mm.io.csv_rows import write_csv_rows
from d2sp_mm.runs.ledger_table import LedgerTable, write_ledger_table

CLASSES = ("Happy", "Sad", "Neutral")
KEYS = ["a.mp4", "b.mp4", "c.mp4", "d.mp4", "e.mp4"]


def write_tiny_set(folder: Path) -> tuple[Path, Path]:
    """Write five clips, the last of them broken, and return the set's folder and the ledger."""
    videos = folder / "data" / "videos"
    videos.mkdir(parents=True)
    for number, key in enumerate(KEYS):
        write_mp4(videos / key, np.full((6, 32, 32, 3), 40 * number, dtype=np.uint8), 12.5)
    (videos / KEYS[-1]).write_bytes(b"no video")
    noise = ["clean", "mislabel", "mislabel", "low_quality", "low_quality"]
    # In another order than the ledger, as any truth file may be.
    order = [4, 2, 0, 1, 3]
    truth = [0, 0, 1, 2, 1]
    write_truth(
        folder / "data" / "truth.csv", [KEYS[i] for i in order], [truth[i] for i in order], [noise[i] for i in order]
    )
    kinds = ["", "", "", "no_face", "truncated"]
    write_csv_rows(
        folder / "data" / "clips.csv",
        ("key", "true_label", "given_label", "noise", "kind", "person", "intensity"),
        [(key, 0, 0, n, kind, 1, "0.5") for key, n, kind in zip(KEYS, noise, kinds)],
    )
    (folder / "data" / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES))
    table = LedgerTable(
        keys=KEYS,
        labels=np.array([0, 1, 0, 2, 1]),
        corrected_labels=np.array([0, 0, 2, 2, 1]),
        keep=np.array([True, True, True, False, False]),
        quality_scores=np.array([0.9, 0.8, np.nan, 0.2, 0.0]),
        label_scores=np.array([0.9, 0.1, 0.3, 0.5, np.nan]),
        stages=["", "correct", "correct", "prune", "prune"],
        reasons=["", "label", "label", "quality", "quality"],
        epochs=np.array([-1, 5, 5, 3, 3]),
    )
    ledger = folder / "run" / "purification" / "ledger.csv"
    write_ledger_table(ledger, table)
    return folder / "data", ledger
