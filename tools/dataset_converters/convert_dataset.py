"""Turn a set of facial expressions, as its owners hand it out, into MMAction2 annotation lists.

    python tools/dataset_converters/convert_dataset.py dfew /data/DFEW --out data/dfew
    python tools/dataset_converters/convert_dataset.py crema-d /data/CREMA-D --out data/crema-d

Nothing of the set is changed: the new folder holds lists and links. docs/datasets.md says what each set must look like.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from d2sp_mm.datasets.converters import CONVERTERS, Conversion, Options
from d2sp_mm.datasets.converters.writing import check_new, class_counts, write_conversion
from d2sp_mm.errors import D2SPError


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", choices=sorted(CONVERTERS))
    parser.add_argument("root", type=Path, help="the folder of the set")
    parser.add_argument("--out", type=Path, required=True, help="a new folder, such as data/dfew")
    parser.add_argument("--clips", help="folder of the clips below the root, where it is not the usual one")
    parser.add_argument("--votes", help="file of the annotators' votes below the root, where it is not the usual one")
    parser.add_argument("--allow-missing", action="store_true", help="leave out clips that are missing or empty")
    parser.add_argument("--first-label", type=int, choices=(0, 1), help="number of DFEW's first class, told if left out")
    parser.add_argument(
        "--min-agreement",
        type=float,
        default=Options.min_agreement,
        help="share of the votes below which nobody could label a clip, default %(default)s",
    )
    return parser.parse_args(argv)


def table_of(conversion: Conversion) -> Table:
    """Clips by class and list."""
    table = Table(title=conversion.name, padding=(0, 0))
    table.add_column("", no_wrap=True)
    for emotion in (*conversion.classes, "all"):
        table.add_column(emotion, justify="right", no_wrap=True, max_width=6)
    for name, counts in class_counts(conversion).items():
        table.add_row(name, *map(str, counts.values()), str(sum(counts.values())))
    return table


def main(argv: Sequence[str] | None = None) -> None:
    """Convert what the command line names."""
    args = parse_args(argv)
    console = Console()

    def progress(items: Iterable[Any], description: str) -> Iterable[Any]:
        return track(items, description, console=console)

    try:
        check_new(args.out)
        options = Options(
            args.clips, args.votes, args.allow_missing, args.first_label, min_agreement=args.min_agreement, progress=progress
        )
        if not args.root.is_dir():
            sys.exit(f"convert_dataset: root={str(args.root)!r} is no folder.")
        conversion = CONVERTERS[args.dataset](args.root, options)
        write_conversion(conversion, args.out, options)
    except D2SPError as error:
        sys.exit(f"convert_dataset: {error}")
    console.print(table_of(conversion))
    for note in conversion.notes:
        console.print(f"Note: {note}", soft_wrap=True, highlight=False, markup=False)
    for difference in conversion.count_differences():
        console.print(f"WARNING: {difference}", soft_wrap=True, highlight=False, markup=False, style="yellow")
    console.print(f"Written: {args.out}", soft_wrap=True, highlight=False, markup=False)


if __name__ == "__main__":
    main()
