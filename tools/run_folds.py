"""Train and test a config on every fold, and print mean and deviation of WAR and UAR.

    python tools/run_folds.py configs/d2sp/r3d/r3d_r18_d2sp_dfew.py --work-dir work_dirs/r3d_dfew
    python tools/run_folds.py my_config.py --purify d2sp --work-dir work_dirs/mine --folds 1 2 --processes 2 --amp

Options that are not its own go to tools/train.py. Called again, it goes on where it was broken off: finished folds are kept,
a started one is resumed from its last checkpoint. The last epoch counts; the best epoch is chosen on the test set.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import d2sp_mm.compat  # noqa: F401 - configs may import what cannot be imported without the bridges
from d2sp_mm.annotations.atomic_write import atomic_write
from d2sp_mm.errors import ConfigError, D2SPError
from d2sp_mm.protocol.epoch_accuracy import last_and_best
from d2sp_mm.protocol.folds import fold_options
from d2sp_mm.recipes import read_config

_RESULT = "result.json"
_FIGURES = ("war", "uar", "best_war", "best_uar")


def parse_args(argv: Sequence[str] | None = None) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; the second part is for tools/train.py."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("config", help="of one fold; path, or package::path")
    parser.add_argument("--work-dir", type=Path, required=True, help="gets a folder a fold, and folds.json")
    parser.add_argument("--folds", type=int, nargs="+", default=[1, 2, 3, 4, 5], help="default: 1 2 3 4 5")
    parser.add_argument("--processes", type=int, default=1, help="processes (GPUs) of a run, by torchrun; default 1")
    parser.add_argument("--cfg-options", nargs="+", default=[], help="as in tools/train.py")
    return parser.parse_known_args(argv)


def command_of(args: argparse.Namespace, rest: list[str], fold: int) -> list[str]:
    """The command that trains a fold, without --resume."""
    train = str(Path(__file__).resolve().with_name("train.py"))
    start = [sys.executable, train]
    if args.processes > 1:
        start = [sys.executable, "-m", "torch.distributed.run", f"--nproc_per_node={args.processes}", train]
        rest = [*rest, "--launcher", "pytorch"]
    options = [*fold_options(read_config(args.config), fold), *args.cfg_options]
    return [*start, args.config, "--work-dir", str(args.work_dir / f"fold{fold}"), *rest, "--cfg-options", *options]


def run_fold(args: argparse.Namespace, rest: list[str], fold: int) -> dict[str, Any]:
    """The figures of a fold, which is trained unless it was already.

    Raises:
        ConfigError: The folder holds a fold that was trained by another command.
        D2SPError: Training ended with an error.
    """
    folder = args.work_dir / f"fold{fold}"
    command = command_of(args, rest, fold)
    record = folder / "command.json"
    if record.is_file() and json.loads(record.read_text()) != command[1:]:
        raise ConfigError(f"{folder} holds a run of another command ({record}); name another --work-dir, or remove it.")
    if (folder / _RESULT).is_file():
        return json.loads((folder / _RESULT).read_text())
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write(record, (json.dumps(command[1:], indent=2) + "\n").encode())
    resume = ["--resume"] if (folder / "last_checkpoint").is_file() else []
    at = command.index("--cfg-options")
    code = subprocess.run([*command[:at], *resume, *command[at:]]).returncode
    if code != 0:
        raise D2SPError(f"fold {fold} ended with code {code}; mend the cause and call again, which goes on from here.")
    # The config as it ran, with the options of the command line, lies in the work dir.
    ran = next(folder.glob("*.py"))
    last, best = last_and_best(folder, read_config(str(ran)).train_cfg.max_epochs)
    figures = {"war": last.war, "uar": last.uar, "best_war": best.war, "best_uar": best.uar, "best_epoch": best.epoch}
    atomic_write(folder / _RESULT, (json.dumps(figures, indent=2) + "\n").encode())
    return figures


def table_of(results: dict[int, dict[str, Any]]) -> Table:
    """Figures of the folds, mean and deviation, in percent."""
    table = Table("fold", "WAR", "UAR", "WAR of the best epoch*", "UAR then*", "best epoch", title="Test set, last epoch")
    for fold, figures in results.items():
        cells = (f"{100 * figures[name]:.2f}" for name in _FIGURES)
        table.add_row(str(fold), *cells, str(figures["best_epoch"]))
    if len(results) > 1:
        values = [[100 * figures[name] for figures in results.values()] for name in _FIGURES]
        table.add_section()
        table.add_row("mean ± sd", *(f"{statistics.mean(v):.2f} ± {statistics.stdev(v):.2f}" for v in values), "")
    table.caption = "* optimistic: the epoch was chosen on the test set. sd is the deviation over folds (n - 1)."
    return table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the folds in turn and print the table."""
    args, rest = parse_args(argv)
    results = {}
    try:
        for fold in args.folds:
            results[fold] = run_fold(args, rest, fold)
    except D2SPError as error:
        raise SystemExit(f"run_folds: {error}") from error
    finally:
        if results:
            summary = {"config": args.config, "folds": results}
            atomic_write(args.work_dir / "folds.json", (json.dumps(summary, indent=2) + "\n").encode())
            Console().print(table_of(results))


if __name__ == "__main__":
    main()
