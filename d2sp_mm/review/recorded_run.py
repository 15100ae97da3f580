"""A finished run, read back from its work dir."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from d2sp_mm.engine.outputs import FOLDER
from d2sp_mm.engine.registered_stages import build_stages
from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Ledger
from d2sp_mm.ledger.table import LedgerTable, read_ledger_table
from d2sp_mm.stages import Stage

_TEXTS, _NUMBERS = ("digest", "rules"), ("version", "next_epoch")


@dataclass(frozen=True, eq=False)
class RecordedRun:
    """What a run left behind.

    Args:
        work_dir: Its work dir.
        table: Its ``ledger.csv``, n samples.
        ledger: Its ledger, with observations and decisions.
        draws: How often an epoch drew each sample, shape (n,).
        class_weights: Class weights of the loss, shape (c,).
    """

    work_dir: Path
    table: LedgerTable
    ledger: Ledger
    draws: np.ndarray
    class_weights: np.ndarray

    def fresh_ledger(self) -> Ledger:
        """A ledger with the same observations in which nothing was decided."""
        seen = self.ledger.observations
        fresh = Ledger(
            self.table.keys, self.table.labels, seen.num_classes, seen.window, self.draws, self.class_weights
        )
        fresh.observations.load(seen.state())
        fresh.undecodable, fresh.next_epoch = self.ledger.undecodable.copy(), self.ledger.next_epoch
        return fresh


def read_recorded_run(work_dir: str | Path) -> RecordedRun:
    """Read what a run left in its work dir.

    Args:
        work_dir: The work dir, which holds ``purification/ledger.csv`` and ``ledger.npz``.

    Raises:
        DataError: A file is missing, damaged, or of another run.
    """
    folder = Path(work_dir) / FOLDER
    for name in ("ledger.csv", "ledger.npz"):
        if not (folder / name).is_file():
            raise DataError(f"{folder / name}: not there; give the work dir of a run that ended with purification on.")
    table = read_ledger_table(folder / "ledger.csv")
    state = _read_state(folder / "ledger.npz")
    probs = state.get("observations/probs")
    if not isinstance(probs, np.ndarray) or probs.ndim != 3:
        raise DataError(f"{folder / 'ledger.npz'}: holds no observations; the file is damaged.")
    # Runs of earlier versions did not keep these; all ones is what most of them had.
    made_from = {"draws": np.ones(len(table)), "class_weights": np.ones(probs.shape[2])}
    draws, class_weights = (np.asarray(state.pop(name, ones), dtype=np.float64) for name, ones in made_from.items())
    ledger = Ledger(table.keys, table.labels, probs.shape[2], probs.shape[0], draws, class_weights)
    ledger.load(state)
    return RecordedRun(Path(work_dir), table, ledger, draws, class_weights)


def read_config(work_dir: str | Path) -> Config:
    """The config that a run trained with, as MMEngine dumped it beside its latest log.

    Raises:
        DataError: There is none.
    """
    dumped = sorted(Path(work_dir).glob("*/vis_data/config.py"))
    if not dumped:
        raise DataError(f"{work_dir}: no */vis_data/config.py; give a work dir that MMEngine's runner wrote.")
    return Config.fromfile(str(dumped[-1]), import_custom_modules=False)


def stages_of(config: Config, settings: dict[str, Any] | None = None) -> dict[str, Stage]:
    """The stages of a config, in the order in which they decide.

    Args:
        config: The config.
        settings: Values by dotted names below ``default_hooks.purification.stages``, such as ``prune.rate``; None takes a
            stage out.

    Raises:
        ConfigError: A setting is unknown or cannot work.
    """
    config = Config(config.to_dict())
    config.merge_from_dict({f"default_hooks.purification.stages.{k}": v for k, v in (settings or {}).items()})
    found = config.default_hooks.purification.get("stages") or {}
    return build_stages(found)


def _read_state(path: Path) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as file:
            state: dict[str, Any] = {name.replace(".", "/"): file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read ({error}); it is no ledger, or damaged.") from error
    for name in _TEXTS:
        if name in state:
            state[name] = str(state[name])
    for name in _NUMBERS:
        if name in state and state[name].ndim == 0 and state[name].dtype.kind in "iu":
            state[name] = int(state[name])
    return state
