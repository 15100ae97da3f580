"""Write the config that --purify trains, for mim, for Slurm, for reading.

python tools/purify_config.py my_mmaction2_config.py --purify d2sp --out purified.py
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import DictAction

import d2sp_mm.compat  # noqa: F401 - configs may import what cannot be imported without the bridges
from d2sp_mm.errors import ConfigError, D2SPError
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.paths import recipe_names
from d2sp_mm.recipes import purify_config, read_config, split_options
from d2sp_mm.recipes.purify_config import header_of


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="path, or package::path such as mmaction::recognition/tsn/...")
    parser.add_argument("--purify", default="d2sp", metavar="RECIPE", help=f"one of {', '.join(recipe_names())}, or a path")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it is there")
    parser.add_argument("--cfg-options", nargs="+", action=DictAction, default={}, help="as in tools/train.py --purify")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the config that the command line asks for."""
    args = parse_args(argv)
    try:
        config = read_config(args.config)
        if args.out.exists() and not args.force:
            raise ConfigError(f"out={str(args.out)!r} is there already; name another file, or overwrite it with --force.")
        before, changes = split_options(args.cfg_options)
        config.merge_from_dict(before)
        purified = purify_config(config, args.purify, changes)
        atomic_write(args.out, (header_of(purified, args.purify) + purified.pretty_text).encode())
    except D2SPError as error:
        raise SystemExit(f"purify_config: {error}") from error
    print(f"Written: {args.out}")


if __name__ == "__main__":
    main()
