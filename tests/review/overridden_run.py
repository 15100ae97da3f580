"""A run to override, and overrides of every kind."""

from __future__ import annotations

import numpy as np

from tests.tiny_run import CORRECT, PRUNE, hook_of, tiny_config, train

STAGES = dict(
    prune=dict(PRUNE, score="entropy", class_cap=1.0, rate=0.2, rounds=4),
    correct=dict(CORRECT, start=3, rounds=3, min_margin=0.1),
)


def config_of(folder):
    config = tiny_config(folder / "work", folder / "data" / "train.txt", stages=STAGES, keep_epochs=6)
    config["default_hooks"]["checkpoint"] = dict(type="CheckpointHook", interval=1, max_keep_ckpts=-1)
    return config


def go_on(config):
    runner = train(config)
    assert runner.epoch == 6
    return hook_of(runner).ledger


def write(path, rows):
    path.write_text("key,override,label\n" + "".join(f"{k},{v},{label}\n" for k, v, label in rows))
    return path


def purified(work):
    lines = (work / "purification" / "train_purified.txt").read_text().splitlines()
    return {key: int(label) for key, label in (line.split(" ") for line in lines)}


def override_rows(table):
    """Some of every kind: against a prune, against a correction, on clips that were left alone."""
    moved = np.flatnonzero(table.keep & (table.labels != table.corrected_labels))
    alone = np.flatnonzero(table.keep & (table.labels == table.corrected_labels))
    pruned = np.flatnonzero(~table.keep)
    assert len(pruned) > 1 and len(moved) > 2 and len(alone) > 4
    chosen = [(pruned[0], "keep", ""), (pruned[1], "relabel", 3), (moved[0], "keep", ""), (moved[1], "prune", "")]
    chosen += [(alone[0], "prune", ""), (alone[1], "relabel", (table.labels[alone[1]] + 2) % 4), (alone[2], "keep", "")]
    rows = [(table.keys[i], override, label) for i, override, label in chosen]
    wanted = {
        table.keys[i]: None if override == "prune" else int(table.labels[i]) if label == "" else int(label)
        for i, override, label in chosen
    }
    return rows, wanted
