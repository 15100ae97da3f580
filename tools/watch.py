"""Watch a run in the terminal: how far it is, how it does, and what it decides.

    python tools/watch.py work_dirs/mine
    python tools/watch.py work_dirs/mine --once

It only reads what the run writes into its work dir, so that it can be started and stopped at any time, on another machine
that sees the folder as well. Ctrl-C ends it, not the run.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.live import Live

from d2sp_mm.errors import D2SPError
from d2sp_mm.review.tables import show_any_key
from d2sp_mm.review.watching import look


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work_dir", type=Path, help="work dir of a run that trains, or has trained, with purification on")
    parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS", help="look again after so long (default 2)")
    parser.add_argument("--once", action="store_true", help="print what there is, and end")
    args = parser.parse_args(argv)
    if not args.every > 0:
        parser.error(f"--every {args.every} must be above 0")
    return args


def main(argv: Sequence[str] | None = None) -> None:
    """Show the run until it has ended or Ctrl-C is pressed."""
    args = parse_args(argv)
    show_any_key()
    console = Console()
    try:
        seen = look(args.work_dir)
        if args.once:
            console.print(seen.view)
            return
        with contextlib.suppress(KeyboardInterrupt), Live(seen.view, console=console, auto_refresh=False) as live:
            while not seen.has_ended:
                time.sleep(args.every)
                seen = look(args.work_dir)
                live.update(seen.view, refresh=True)
    except D2SPError as error:
        raise SystemExit(f"watch: {error}") from error


if __name__ == "__main__":
    main()
