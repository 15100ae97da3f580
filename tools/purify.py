"""Purify a training set in passes, then train on what they leave; takes the options of MMAction2's own tools/train.py.

    python tools/purify.py my_mmaction2_config.py --purify d2sp-passes --work-dir work_dirs/mine
    python tools/purify.py my_mmaction2_config.py --purify d2sp --passes 2 --work-dir work_dirs/mine

Each pass trains from scratch and ends with the last decision of the recipe; the config itself, unchanged, is then trained
from scratch on the purified list. The runs lie in WORK_DIR/pass_1, pass_2, ... and WORK_DIR/final, what was decided in
WORK_DIR/purification, where tools/report.py and tools/ledger.py find it. Killed, the same command goes on.
"""

import argparse
import json
import runpy
import sys
from functools import partial

from d2sp_mm.paths import help_if_asked, mmaction_script, recipe_names


def main() -> None:
    """Read the options of train.py and ours, and train the runs in turn."""
    known = f"one of {', '.join(recipe_names())}, or a path that ends in .py"
    ours = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    ours.add_argument("--purify", metavar="RECIPE", default="d2sp-passes", help=known)
    ours.add_argument("--passes", type=int)
    wanted, sys.argv[1:] = ours.parse_known_args()
    help_if_asked(
        "train",
        f"{__doc__}\n--purify RECIPE: {known} (default d2sp-passes)\n"
        "--passes N: how many passes (default: 2 for a recipe that averages passes, else 1)\n",
    )
    import d2sp_mm.compat  # noqa: F401 - applies the bridges for the defects of published packages
    from d2sp_mm.errors import ConfigError
    from d2sp_mm.recipes import check_work_dir, read_config, split_options
    from d2sp_mm.recipes.command import build_runner, errors_of_one_line
    from d2sp_mm.recipes.passes import Passes
    from d2sp_mm.recipes.run_passes import run_passes

    script = runpy.run_path(str(mmaction_script("train")), run_name="mmaction_train")
    args = script["parse_args"]()
    with errors_of_one_line("purify", args.work_dir, "call again"):
        if args.resume is not None:
            raise ConfigError("--resume: the same command goes on by itself where it was killed; leave --resume out.")
        config = read_config(args.config)
        args.config = config.filename
        args.cfg_options, changes = split_options(args.cfg_options)
        config = script["merge_args"](config, args)
        check_work_dir(config)
        done = run_passes(Passes(config, wanted.purify, changes, wanted.passes), partial(build_runner, script))
    from mmengine import dist

    if dist.is_main_process():
        print(json.dumps(done, indent=2))


if __name__ == "__main__":
    main()
