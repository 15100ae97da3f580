"""Draw the clips of a pose annotation as face videos, with lists for MMAction2's VideoDataset."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from d2sp_mm.errors import D2SPError
from d2sp_mm.experiments.toy.keypoint_video import make_keypoint_videos

_EXAMPLE = """example:
  python tools/dataset_converters/draw_keypoints.py data/uci_gfe/uci_gfe_face100_2d.pkl --out data/uci_gfe_video
"""


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=_EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("annotation", type=Path, help="a pose annotation with splits (.pkl)")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument("--splits", nargs="+", default=["train", "val"], help="splits to draw (default: train val)")
    parser.add_argument(
        "--image-size", type=int, default=64, help="side of a picture in pixels, a multiple of 32 (default: %(default)s)"
    )
    parser.add_argument("--fps", type=float, default=17.0, help="frames a second (default: %(default)s)")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Draw what the command line asks for."""
    args = parse_args(argv)
    console = Console()

    def progress(samples: Iterable[int], total: int) -> Iterable[int]:
        return track(samples, total=total, description="Drawing clips", console=console)

    try:
        folder = make_keypoint_videos(args.annotation, args.out, args.splits, args.image_size, args.fps, progress)
    except D2SPError as error:
        sys.exit(f"draw_keypoints: {error}")
    lists = ", ".join(f"{split}.txt" for split in args.splits)
    console.print(f"{folder}: {lists}; data_prefix: {folder / 'videos'}", soft_wrap=True, highlight=False, markup=False)


if __name__ == "__main__":
    main()
