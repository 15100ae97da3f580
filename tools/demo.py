"""Purify a drawn set of noisy face videos end to end, beside its controls: table, pictures and files at the end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from d2sp_mm.errors import D2SPError
from d2sp_mm.experiments.demo.demo import run_demo, run_demo_over_seeds
from d2sp_mm.experiments.demo.settings import DemoSettings
from d2sp_mm.experiments.toy.plan import CONFUSIONS

_NEXT = """
What to try next:
  see what was decided    .venv/bin/python tools/report.py {work_dir}, and open {work_dir}/report/index.html
  the cleaned list        {purification}/train_purified.txt, which any MMAction2 config reads
  harder noise            make demo ARGS="--mislabel-rate 0.3 --low-quality-rate 0.15"
  several seeds           make demo ARGS="--seeds 0 1 2"
  your own config         see the README
"""


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    default = DemoSettings()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument("--seed", type=int, default=default.seed, help="seed of the toy set and of training")
    seeds.add_argument("--seeds", type=int, nargs="+", help="run several, and report mean and deviation")
    parser.add_argument("--out", type=Path, default=default.out, help="folder of all that the demo writes")
    parser.add_argument("--num-train", type=int, default=default.num_train, help="training clips")
    parser.add_argument("--num-test", type=int, default=default.num_test, help="test clips, all clean")
    parser.add_argument("--epochs", type=int, default=default.epochs, help="epochs of each run")
    parser.add_argument("--jobs", type=int, default=default.jobs, help="runs at the same time")
    parser.add_argument(
        "--low-quality-rate", type=float, default=default.low_quality_rate, help="share of corrupted training clips"
    )
    parser.add_argument(
        "--mislabel-rate", type=float, default=default.mislabel_rate, help="share of mislabelled training clips"
    )
    parser.add_argument("--confusion", choices=CONFUSIONS, default=default.confusion, help="how labels are confused")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the demo that the command line asks for."""
    options = vars(parse_args(argv))
    seeds = list(dict.fromkeys(options.pop("seeds") or []))
    console = Console()
    try:
        settings = DemoSettings(**options)
        if len(seeds) > 1:
            run_demo_over_seeds(settings, seeds, console)
            return
        settings = replace(settings, seed=seeds[0]) if seeds else settings
        run_demo(settings, console)
    except D2SPError as error:
        sys.exit(f"demo: {error}")
    except KeyboardInterrupt:
        sys.exit("demo: stopped")
    work_dir = settings.work_dirs["passes"]
    text = _NEXT.format(work_dir=work_dir, purification=work_dir / "purification")
    console.print(text, highlight=False, soft_wrap=True, markup=False)


if __name__ == "__main__":
    main()
