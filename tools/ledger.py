"""Look at what a run decided, decide again, and compare runs; no model and no data are loaded.

python tools/ledger.py show work_dirs/mine
python tools/ledger.py show work_dirs/mine --key happy/00012.mp4
python tools/ledger.py replay work_dirs/mine --set prune.rate=.05 correct.min_margin=.3
python tools/ledger.py diff work_dirs/mine work_dirs/other
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import DictAction
from rich.console import Console
from rich.table import Table

from d2sp_mm.annotations.csv_rows import write_csv_rows
from d2sp_mm.engine.outputs import DECISIONS_HEADER, FOLDER, decision_rows, ledger_table
from d2sp_mm.errors import ConfigError, D2SPError
from d2sp_mm.ledger.table import write_ledger_table
from d2sp_mm.review.changed_stages import changed_stages
from d2sp_mm.review.difference import difference
from d2sp_mm.review.recorded_run import find_table, read_recorded_run
from d2sp_mm.review.replay import replay
from d2sp_mm.review.summary import history_of, summary
from d2sp_mm.review.tables import change_tables, history_tables, summary_tables


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, about: str, example: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=f"{about}\n\nExample: {example}", formatter_class=raw)
        sub.add_argument("--json", action="store_true", help="print JSON instead of tables, with every changed clip")
        sub.add_argument("--top", type=_count, default=10, help="rows of each list (default 10)")
        return sub

    show = command("show", "counts, the worst clips, or one clip's whole history", "tools/ledger.py show work_dirs/mine")
    show.add_argument("work_dir", type=Path)
    show.add_argument("--key", help="show this clip: its key as in ledger.csv")
    again = command(
        "replay",
        "decide again on the recorded observations, with other settings",
        "tools/ledger.py replay work_dirs/mine --set prune.rate=.05",
    )
    again.add_argument("work_dir", type=Path)
    again.add_argument(
        "--set", nargs="+", action=DictAction, default={}, metavar="STAGE.NAME=VALUE", help="settings of the stages"
    )
    again.add_argument("--out", type=Path, help="write ledger.csv and decisions.csv of the new decisions into this folder")
    diff = command("diff", "what two runs decided differently", "tools/ledger.py diff work_dirs/a work_dirs/b")
    diff.add_argument("before", type=Path, help="a work dir")
    diff.add_argument("after", type=Path, help="another work dir of the same annotation")
    return parser.parse_args(argv)


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below 0")
    return number


def show(args: argparse.Namespace, console: Console) -> None:
    """Counts, the worst clips, or one clip's whole history."""
    if args.key is None:
        found = summary(find_table(args.work_dir), args.top)
        _print(console, args.json, found, summary_tables(found))
    else:
        found = history_of(read_recorded_run(args.work_dir).ledger, args.key)
        _print(console, args.json, found, history_tables(found))


def decide_again(args: argparse.Namespace, console: Console) -> None:
    """Replay with other settings, and say what would change."""
    run = read_recorded_run(args.work_dir)
    if args.out is not None and args.out.resolve() == (args.work_dir / FOLDER).resolve():
        raise ConfigError(f"--out {args.out} holds what the run decided; name another folder.")
    stages = changed_stages(run.stages, args.set)
    if not stages:
        raise ConfigError("there is no stage that could decide; add one: --set prune.type=d2sp_mm.CoarsePruning")
    ledger = replay(run, stages)
    table = ledger_table(ledger)
    changes = difference(run.table, table)
    if args.out is not None:
        write_ledger_table(args.out / "ledger.csv", table)
        write_csv_rows(args.out / "decisions.csv", DECISIONS_HEADER, decision_rows(ledger))
    before, after = (summary(found, args.top) for found in (run.table, table))
    found = {"before": before, "after": after, "changes": [dataclasses.asdict(c) for c in changes]}
    counts = Table("", "pruned", "relabelled", title=f"{len(table)} samples", title_justify="left")
    for name in ("before", "after"):
        counts.add_row(name, str(found[name]["pruned"]), str(found[name]["relabelled"]))
    _print(console, args.json, found, [counts, *change_tables(changes, args.top)])
    if args.out is not None and not args.json:
        console.print(f"Written: {args.out}", highlight=False, soft_wrap=True, markup=False)


def compare(args: argparse.Namespace, console: Console) -> None:
    """What two runs decided differently."""
    changes = difference(find_table(args.before), find_table(args.after))
    _print(console, args.json, {"changes": [dataclasses.asdict(c) for c in changes]}, change_tables(changes, args.top))


def _print(console: Console, as_json: bool, found: dict[str, Any], tables: Sequence[Table]) -> None:
    if as_json:
        print(json.dumps(found, indent=2, allow_nan=False))
        return
    for table in tables:
        console.print(table)


def main(argv: Sequence[str] | None = None) -> None:
    """Do what the command line asks for."""
    args = parse_args(argv)
    try:
        {"show": show, "replay": decide_again, "diff": compare}[args.command](args, Console())
    except D2SPError as error:
        raise SystemExit(f"ledger {args.command}: {error}") from error


if __name__ == "__main__":
    main()
