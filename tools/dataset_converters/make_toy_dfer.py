"""Draw the toy set of facial expression videos, with planted noise of known truth."""

from __future__ import annotations

import argparse

from rich.console import Console

from d2sp_mm.errors import D2SPError
from d2sp_mm.experiments.toy.dataset import make_toy_dfer
from d2sp_mm.experiments.toy.plan import CONFUSIONS

_EXAMPLE = """example:
  python tools/dataset_converters/make_toy_dfer.py data/toy --num-train 1500 --num-test 500 --mislabel-rate 0.2 --seed 0
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=_EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out_dir", help="folder of the set: new, empty, or a toy set to be replaced")
    parser.add_argument("--num-train", type=int, default=1500, help="training clips (default: %(default)s)")
    parser.add_argument("--num-test", type=int, default=500, help="test clips, all clean (default: %(default)s)")
    parser.add_argument(
        "--low-quality-rate", type=float, default=0.1, help="share of corrupted training clips (default: %(default)s)"
    )
    parser.add_argument(
        "--mislabel-rate", type=float, default=0.2, help="share of mislabelled training clips (default: %(default)s)"
    )
    parser.add_argument(
        "--confusion", choices=CONFUSIONS, default="ferplus", help="how labels are confused (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same files (default: %(default)s)")
    parser.add_argument("--image-size", type=int, default=64, help="side of a picture, pixels (default: %(default)s)")
    parser.add_argument(
        "--num-frames", type=int, default=16, help="frames a clip, 12.5 a second (default: %(default)s)"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes that draw (default: %(default)s)")
    return parser.parse_args()


def main() -> None:
    """Draw the set that the command line asks for."""
    args = parse_args()
    console = Console()
    try:
        folder = make_toy_dfer(**vars(args))
    except D2SPError as error:
        raise SystemExit(f"make_toy_dfer: {error}") from error
    console.print(f"The toy set is in {folder}: train.txt, train_oracle.txt, test.txt, truth.csv.", markup=False)


if __name__ == "__main__":
    main()
