"""Train and test a config on every fold, and print mean and deviation of WAR and UAR.

    python tools/analysis_tools/run_folds.py configs/d2sp/r3d/r3d_r18_d2sp_dfew.py --work-dir work_dirs/r3d_dfew
    python tools/analysis_tools/run_folds.py my_config.py --work-dir work_dirs/mine --folds 1 2 --purify d2sp --amp

Options that are not its own go to tools/train.py. Called again, it goes on where it was broken off: finished folds are kept,
a started one is resumed from its last checkpoint. The last epoch counts; the best epoch is chosen on the test set.
"""

from __future__ import annotations

import argparse
import json
import signal
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config, DictAction
from rich.console import Console
from rich.table import Table

import d2sp_mm.compat  # noqa: F401 - configs may import what cannot be imported without the bridges
from d2sp_mm.errors import ConfigError, D2SPError
from d2sp_mm.experiments.protocol.folds import fold_options
from d2sp_mm.experiments.protocol.run_record import check_record, write_record
from d2sp_mm.experiments.protocol.scored import UAR, WAR, last_and_best, read_accuracy
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.recipes import read_config, split_options

_RESULT = "result.json"
_FIGURES = ("war", "uar", "best_war", "best_uar")
_SECONDS_TO_STOP = 20
_TOOLS = Path(__file__).resolve().parents[1]


def parse_args(argv: Sequence[str] | None = None) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; the second part is for tools/train.py."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("config", help="of one fold; path, or package::path")
    parser.add_argument("--work-dir", type=Path, required=True, help="gets a folder a fold, and folds.json")
    parser.add_argument("--folds", type=int, nargs="+", default=[1, 2, 3, 4, 5], help="default: 1 2 3 4 5")
    parser.add_argument("--processes", type=int, default=1, help="processes (GPUs) of a run, by torchrun; default 1")
    parser.add_argument("--purify", metavar="RECIPE", help="as in tools/train.py")
    parser.add_argument("--seed", help="as in tools/train.py")
    parser.add_argument("--cfg-options", nargs="+", default=[], help="as in tools/train.py")
    args, rest = parser.parse_known_args(argv)
    for name in ("purify", "seed"):
        if getattr(args, name) is not None:
            rest += [f"--{name}", getattr(args, name)]
    return args, rest


def config_of(args: argparse.Namespace) -> Config:
    """The config with the options of the command line, but those that mean the recipe."""
    config = read_config(args.config)
    parsed = argparse.ArgumentParser()
    parsed.add_argument("--cfg-options", nargs="+", action=DictAction, default={})
    options = parsed.parse_args(["--cfg-options", *args.cfg_options]).cfg_options if args.cfg_options else {}
    config.merge_from_dict(split_options(options)[0])
    return config


def run_fold(args: argparse.Namespace, rest: list[str], fold: int) -> dict[str, Any]:
    """The figures of a fold, which is trained unless it was already.

    Raises:
        ConfigError: The folder holds a fold that was trained with other settings.
        D2SPError: Training ended with an error.
    """
    folder, config = args.work_dir / f"fold{fold}", config_of(args)
    options = fold_options(config, fold)
    settings = {"config": config.to_dict(), "options": [*args.cfg_options, *options], "arguments": rest}
    settings["processes"] = args.processes
    started = (folder / "last_checkpoint").is_file() or (folder / _RESULT).is_file()
    if started:
        check_record(folder / "settings.json", settings)
    if (folder / _RESULT).is_file():
        return json.loads((folder / _RESULT).read_text())
    folder.mkdir(parents=True, exist_ok=True)
    write_record(folder / "settings.json", settings)
    train = [str(_TOOLS / "train.py"), args.config, "--work-dir", str(folder), *rest, *(["--resume"] if started else [])]
    if args.processes > 1:
        start = ["-m", "torch.distributed.run", f"--nproc_per_node={args.processes}"]
        train = [*start, *train, "--launcher", "pytorch"]
    # The fold's lists come last: what a user says of them is in the config that they were taken from.
    call([*train, "--cfg-options", *args.cfg_options, *options], fold)
    ran = read_config(str(folder / Path(config.filename).name))
    epochs = ran.train_cfg.max_epochs
    if epochs not in read_accuracy(folder):
        evaluate(ran, folder, epochs, fold)
    last, best = last_and_best(folder, epochs)
    figures = {"war": last.war, "uar": last.uar, "best_war": best.war, "best_uar": best.uar, "best_epoch": best.epoch}
    atomic_write(folder / _RESULT, (json.dumps(figures, indent=2) + "\n").encode())
    return figures


def call(arguments: list[str], fold: int) -> None:
    """Run Python, its output shown; it ends with this process.

    Raises:
        D2SPError: It ended with an error.
    """
    process = subprocess.Popen([sys.executable, *arguments])
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    if code != 0:
        raise D2SPError(f"fold {fold} ended with code {code}; mend the cause and call again, which goes on from here.")


def check_folds(args: argparse.Namespace) -> None:
    """Refuse before the first fold is trained what the last would stumble over.

    Raises:
        ConfigError: The lists of a fold are not there.
    """
    for fold in args.folds:
        for option in fold_options(config_of(args), fold):
            name, _, path = option.partition("=")
            if not Path(path).is_file():
                raise ConfigError(f"fold {fold}: {name}={path!r} is not there; say which folds there are with --folds.")


def evaluate(ran: Config, folder: Path, epochs: int, fold: int) -> None:
    """Make up for a last validation that was broken off: its checkpoint is written before, and a resumed run skips it."""
    checkpoint = folder / f"epoch_{epochs}.pth"
    if not checkpoint.is_file():
        return
    ran.test_dataloader, ran.test_evaluator, ran.test_cfg = ran.val_dataloader, ran.val_evaluator, dict(type="TestLoop")
    again = folder / "evaluation"
    again.mkdir(exist_ok=True)
    ran.dump(str(again / "config.py"))
    call([str(_TOOLS / "test.py"), str(again / "config.py"), str(checkpoint), "--work-dir", str(again)], fold)
    figures = json.loads(max(again.glob("2*/*.json")).read_text().splitlines()[-1])
    line = json.dumps({WAR: figures[WAR], UAR: figures[UAR], "step": epochs}) + "\n"
    with max(folder.glob("2*/vis_data/scalars.json")).open("a", encoding="utf-8") as stream:
        stream.write(line)


def all_results(work_dir: Path) -> dict[int, dict[str, Any]]:
    """The figures of every fold that has ended, in this call or before."""
    found = {int(path.parent.name[4:]): json.loads(path.read_text()) for path in work_dir.glob(f"fold[0-9]*/{_RESULT}")}
    return dict(sorted(found.items()))


def table_of(results: dict[int, dict[str, Any]]) -> Table:
    """Figures of the folds, mean and deviation, in percent."""
    table = Table("fold", "WAR", "UAR", "best WAR*", "its UAR*", "its epoch", title="Test set, last epoch")
    for fold, figures in results.items():
        cells = (f"{100 * figures[name]:.2f}" for name in _FIGURES)
        table.add_row(str(fold), *cells, str(figures["best_epoch"]))
    if len(results) > 1:
        values = [[100 * figures[name] for figures in results.values()] for name in _FIGURES]
        table.add_section()
        cells = (f"{statistics.mean(v):.2f}±{statistics.stdev(v):.2f}" for v in values)
        table.add_row(f"mean of {len(results)}", *cells, "")
    table.caption = "* optimistic: that epoch was chosen on the test set. ± is the deviation over folds (n - 1)."
    return table


def main(argv: Sequence[str] | None = None) -> None:
    """Run the folds in turn and print the table."""
    args, rest = parse_args(argv)
    console = Console()
    # A scheduler's end ends the training as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("run_folds: ended; call again to go on from the last checkpoint."))
    try:
        check_folds(args)
        for fold in args.folds:
            console.rule(f"fold {fold}")
            run_fold(args, rest, fold)
    except D2SPError as error:
        raise SystemExit(f"run_folds: {error}") from error
    except KeyboardInterrupt:
        raise SystemExit("run_folds: broken off; call again to go on from the last checkpoint.") from None
    finally:
        results = all_results(args.work_dir)
        if results:
            summary = {"config": args.config, "folds": results}
            atomic_write(args.work_dir / "folds.json", (json.dumps(summary, indent=2) + "\n").encode())
            console.print(table_of(results))


if __name__ == "__main__":
    main()
