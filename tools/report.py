"""Write the page on which a person looks at what a run decided, and overrides it.

    python tools/report.py work_dirs/mine
    python tools/report.py work_dirs/mine --out reports/mine --copy-videos --suspicious 1000

The folder opens from disk with any browser, without a server and without a network. What the person saves there goes back
into the run with tools/ledger.py apply.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import d2sp_mm.compat  # noqa: F401 - configs may import what cannot be imported without the bridges
from d2sp_mm.errors import D2SPError
from d2sp_mm.review.report import ReportOptions, write_report


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work_dir", type=Path, help="work dir of a run that trained with purification on")
    parser.add_argument("--out", type=Path, help="the folder (default: WORK_DIR/report)")
    parser.add_argument("--config", help="config of the run, for its clips (default: the one in the work dir)")
    parser.add_argument("--classes", type=Path, help="names of the classes (default: classes.txt by the list)")
    parser.add_argument("--suspicious", type=_at_least(0), default=200, help="clips that were left alone (%(default)s)")
    parser.add_argument("--frames", type=_at_least(1), default=6, help="frames of a strip (default %(default)s)")
    parser.add_argument("--height", type=_at_least(16), default=96, help="their height in pixels (default %(default)s)")
    parser.add_argument("--jobs", type=_at_least(1), default=os.cpu_count() or 1, help="processes (default: all cores)")
    parser.add_argument("--copy-videos", action="store_true", help="copy the videos into the folder, to be sent elsewhere")
    return parser.parse_args(argv)


def _at_least(least: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        number = int(text)
        if number < least:
            raise argparse.ArgumentTypeError(f"{text} is below {least}")
        return number

    return whole


def main(argv: Sequence[str] | None = None) -> None:
    """Write the page, and say where it is."""
    args, console = parse_args(argv), Console()
    options = ReportOptions(
        args.config, args.classes, args.suspicious, args.frames, args.height, args.jobs, args.copy_videos
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:

        def progress(total: int) -> Callable[[], None]:
            task = bar.add_task("clips", total=total)
            return lambda: bar.advance(task)

        try:
            page, why = write_report(args.work_dir, args.out or args.work_dir / "report", options, progress)
        except D2SPError as error:
            raise SystemExit(f"report: {error}") from error
    if why:
        console.print(f"No pictures of clips: {why}", highlight=False, markup=False, soft_wrap=True)
    console.print(f"Written: {page}", "Open it in a browser.", sep="\n", highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
