"""Check environment, config and data before hours are spent, and say what to do about each finding.

    python tools/doctor.py configs/d2sp/r3d/r3d_r18_d2sp_dfew.py
    python tools/doctor.py my_mmaction2_config.py --purify d2sp --clips 200

Nothing is trained or changed. Exits with 1 where something would fail. Decoding all clips takes a while; --clips takes that
many of each list, spread over it.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any

#: Without these not even a config can be read.
_NEEDED = {"mmengine": "mmengine", "mmaction": "mmaction2", "torch": "torch", "rich": "rich", "d2sp_mm": "d2sp_mm"}
_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 0 or more")
    return int(text)


def _processes(text: str) -> int:
    if _count(text) == 0:
        raise argparse.ArgumentTypeError("0 processes do no work; give 1 or more")
    return int(text)


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    from mmengine.config import DictAction

    from d2sp_mm.paths import recipe_names

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="path, or package::path such as mmaction::recognition/tsn/...")
    parser.add_argument(
        "--purify", metavar="RECIPE", help=f"one of {', '.join(recipe_names())}, or a path; default: its own"
    )
    parser.add_argument("--clips", type=_count, help="how many clips of each list to decode; default all, 0 none")
    parser.add_argument("--processes", type=_processes, default=os.cpu_count() or 1, help="default: all cores")
    parser.add_argument("--work-dir", help="as in tools/train.py")
    parser.add_argument("--seed", type=int, help="as in tools/train.py")
    parser.add_argument("--cfg-options", nargs="+", action=DictAction, default={}, help="as in tools/train.py")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Print the findings and exit with 1 if training would fail."""
    missing = [name for module, name in _NEEDED.items() if find_spec(module) is None]
    if missing:
        sys.exit(f"doctor: {', '.join(missing)} not installed for {sys.executable}; see the README, 'On your own config'.")
    # Published packages warn of themselves at every import, in every process that decodes.
    warnings.simplefilter("ignore")
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    # Imported late: that something is missing is told first.
    from rich.console import Console
    from rich.progress import track
    from rich.text import Text

    from d2sp_mm.doctor import LEVELS, examine
    from d2sp_mm.errors import D2SPError
    from d2sp_mm.recipes import read_config

    args = parse_args(argv)
    console = Console()

    def progress(items: Iterable[Any], total: int) -> Iterable[Any]:
        return track(items, "Decoding clips", total=total, console=console, transient=True)

    counts = dict.fromkeys(LEVELS, 0)
    options = dict(args.cfg_options)
    options |= {"work_dir": args.work_dir} if args.work_dir else {}
    options |= {} if args.seed is None else {"randomness.seed": args.seed}
    try:
        config = read_config(args.config)
        for title, findings in examine(config, args.purify, options, args.clips, args.processes, progress):
            console.print(title, style="bold", highlight=False)
            for finding in findings:
                counts[finding.level] += 1
                line = Text.assemble("  ", (f"{finding.level:<5}", _STYLES[finding.level]), finding.what)
                console.print(line, soft_wrap=True)
                if finding.advice:
                    console.print(Text(f"       -> {finding.advice}"), soft_wrap=True)
    except D2SPError as error:
        sys.exit(f"doctor: {error}")
    console.print(f"{counts['fail']} would fail, {counts['warn']} to look at.", highlight=False)
    sys.exit(1 if counts["fail"] else 0)


if __name__ == "__main__":
    main()
