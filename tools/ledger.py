"""Look at what a run decided, override it, decide again, and compare runs; no model is loaded.

python tools/ledger.py show work_dirs/mine
python tools/ledger.py show work_dirs/mine --key happy/00012.mp4
python tools/ledger.py replay work_dirs/mine --set prune.rate=.05 correct.min_margin=.3
python tools/ledger.py apply work_dirs/mine overrides.csv
python tools/ledger.py undo work_dirs/mine --stage prune --class 3
python tools/ledger.py export work_dirs/mine cleanlab --out exported
python tools/ledger.py diff work_dirs/mine work_dirs/other
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from d2sp_mm.errors import ConfigError, D2SPError
from d2sp_mm.io.csv_rows import write_csv_rows
from d2sp_mm.ledger import Override
from d2sp_mm.review.class_names import find_class_names
from d2sp_mm.review.export import FORMATS
from d2sp_mm.review.override import override, standing_overrides
from d2sp_mm.review.replay import changed_stages, replay
from d2sp_mm.review.status import difference
from d2sp_mm.review.summary import history_of, summary
from d2sp_mm.review.tables import change_tables, history_tables, show_any_key, summary_tables
from d2sp_mm.review.undo import Selection, undone
from d2sp_mm.runs.ledger_table import write_ledger_table
from d2sp_mm.runs.override_file import merged, read_overrides
from d2sp_mm.runs.recorded_run import RecordedRun, find_table, read_recorded_run
from d2sp_mm.runs.run_files import DECISIONS_HEADER, FOLDER, decision_rows, ledger_table


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, about: str, example: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=f"{about}\n\nExample: python {example}", formatter_class=raw)
        sub.add_argument("--json", action="store_true", help="print JSON instead of tables")
        sub.add_argument("--top", type=_number, default=10, help="rows of each list (default 10)")
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
        "--set", nargs="+", type=_setting, default=[], metavar="STAGE.NAME=VALUE", help="settings of the stages"
    )
    again.add_argument("--out", type=Path, help="write ledger.csv and decisions.csv of the new decisions into this folder")
    overriding = command("apply", "let a person's overrides hold", "tools/ledger.py apply work_dirs/mine overrides.csv")
    overriding.epilog = f"Columns: key,override,label. Overrides: keep (as given), prune, relabel, none. {_GO_ON}"
    overriding.add_argument("work_dir", type=Path)
    overriding.add_argument("overrides", type=Path, help="as tools/report.py's page saves it")
    back = command("undo", "take decisions back", "tools/ledger.py undo work_dirs/mine --stage prune")
    back.epilog = "Of --key, --class, --stage and --epoch all that are given must fit. " + _GO_ON
    back.add_argument("work_dir", type=Path)
    back.add_argument("--key", nargs="+", default=[], help="decisions on these clips")
    back.add_argument("--class", nargs="+", type=_number, default=[], dest="classes", help="on clips given these labels")
    back.add_argument("--stage", nargs="+", default=[], dest="stages", help="by these stages of ledger.csv")
    back.add_argument("--epoch", nargs="+", type=_number, default=[], dest="epochs", help="after these epochs of the log")
    back.add_argument("--overrides", action="store_true", help="take back the person's overrides (of --key, --class)")
    back.add_argument("--all", action="store_true", help="all of them and the overrides: the annotation as it was given")
    out = command("export", "write it for other tools", "tools/ledger.py export work_dirs/mine cleanlab --out exported")
    out.add_argument("work_dir", type=Path)
    out.add_argument("format", choices=FORMATS)
    out.add_argument("--out", type=Path, required=True, help="the folder to write into")
    out.add_argument("--classes", type=Path, help="names of the classes (default: classes.txt by the list)")
    out.add_argument(
        "--root",
        nargs="+",
        action="extend",
        default=[],
        help="the folder of the clips, or the URL below which they are served; one for each list of a ConcatDataset "
        "(default: the folders that the run was trained from)",
    )
    diff = command("diff", "what two runs decided differently", "tools/ledger.py diff work_dirs/a work_dirs/b")
    diff.add_argument("before", type=Path, help="a work dir")
    diff.add_argument("after", type=Path, help="another work dir of the same annotation")
    return parser.parse_args(argv)


_GO_ON = "A run that trains takes them over with its next epoch, one that is resumed at once."


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is no STAGE.NAME=VALUE, such as prune.rate=.05")
    # What is no literal of Python's is a word, as MMEngine's --cfg-options takes it.
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return name, value


def _number(text: str) -> int:
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
        found = history_of(read_recorded_run(args.work_dir), args.key)
        _print(console, args.json, found, history_tables(found))


def decide_again(args: argparse.Namespace, console: Console) -> None:
    """Replay with other settings, and say what would change."""
    run = read_recorded_run(args.work_dir)
    if args.out is not None and args.out.resolve() == (args.work_dir / FOLDER).resolve():
        raise ConfigError(f"--out {args.out} holds what the run decided; name another folder.")
    stages = changed_stages(run.stages, dict(args.set))
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


def apply(args: argparse.Namespace, console: Console) -> None:
    """Let a person's overrides hold, besides those that hold already."""
    run = read_recorded_run(args.work_dir)
    _override(args, console, run, merged(standing_overrides(run), read_overrides(args.overrides, run.ledger)))


def undo(args: argparse.Namespace, console: Console) -> None:
    """Take decisions back."""
    selection = Selection(args.key, args.classes, args.stages, args.epochs)
    if not (selection or args.overrides or args.all) or (args.all and (selection or args.overrides)):
        raise ConfigError("say what: some of --key, --class, --stage and --epoch, or --overrides, or --all.")
    if args.overrides and (args.stages or args.epochs):
        raise ConfigError("--overrides goes with --key and --class only: a person's overrides are of no stage.")
    run = read_recorded_run(args.work_dir)
    standing = {} if args.all else standing_overrides(run)
    if args.overrides:
        gone = selection.overrides(run.ledger, standing)
        if not gone:
            raise ConfigError("there is no such override that holds.")
        _override(args, console, run, {s: override for s, override in standing.items() if s not in gone})
        return
    rows = selection.rows(run.ledger)
    if not rows.any() and not args.all:
        raise ConfigError("no stage has decided that; tools/ledger.py show lists what was. --overrides takes yours back.")
    overrides = undone(run.ledger, rows, standing)
    if overrides == standing and not args.all:
        raise ConfigError("all of those clips have an override of yours, which stands; --overrides takes overrides back.")
    _override(args, console, run, overrides)


def _override(args: argparse.Namespace, console: Console, run: RecordedRun, overrides: dict[int, Override]) -> None:
    done = override(run, overrides)
    found = {
        "overrides": done.overrides,
        "changes": [dataclasses.asdict(c) for c in done.changes],
        "undecodable_kept": done.undecodable_kept,
        "written": [str(path) for path in done.written],
    }
    _print(console, args.json, found, change_tables(done.changes, args.top))
    if done.undecodable_kept and not args.json:
        console.print(
            f"{len(done.undecodable_kept)} clips that failed to decode in some epoch are kept now, the first is "
            f"{done.undecodable_kept[0]!r}; MMAction2's own data set stops at such a clip.",
            highlight=False, markup=False,
        )  # fmt: skip
    if not args.json:
        text = f"{done.overrides} overrides hold. {_GO_ON}"
        console.print(text, "Written:", *found["written"], sep="\n  ", highlight=False, soft_wrap=True, markup=False)


def export(args: argparse.Namespace, console: Console) -> None:
    """Write what a run decided for other tools."""
    run = read_recorded_run(args.work_dir)
    if args.out.resolve() == run.folder.resolve():
        raise ConfigError(f"--out {args.out} holds what the run left; name another folder.")
    classes = find_class_names(run, args.classes)
    written = [str(path) for path in FORMATS[args.format](run, args.out, classes, args.root)]
    _print(console, args.json, {"written": written}, [])
    if not args.json:
        console.print("Written:", *written, sep="\n  ", highlight=False, soft_wrap=True, markup=False)


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


_COMMANDS = {
    "show": show,
    "replay": decide_again,
    "apply": apply,
    "undo": undo,
    "export": export,
    "diff": compare,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Do what the command line asks for."""
    args = parse_args(argv)
    show_any_key()
    try:
        _COMMANDS[args.command](args, Console())
    except D2SPError as error:
        raise SystemExit(f"ledger {args.command}: {error}") from error


if __name__ == "__main__":
    main()
