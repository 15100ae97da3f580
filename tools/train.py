"""Train a recognizer; takes the options of MMAction2's own tools/train.py, and --purify.

    python tools/train.py configs/d2sp/r3d/r3d_r18-slim_d2sp_toy-dfer.py --work-dir work_dirs/toy
    python tools/train.py my_mmaction2_config.py --purify d2sp
    python tools/train.py mmaction::recognition/tsm/tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb --purify d2sp

--purify RECIPE turns an MMAction2 config into one that purifies its training set: the name of a recipe, or the path of one
of your own. Options of --cfg-options mean the config as it stands; those of default_hooks.purification mean the recipe.
"""

import argparse
import runpy
import sys

from d2sp_mm.paths import help_if_asked, mmaction_script, recipe_names


def main() -> None:
    """Do what MMAction2's script does, with the config purified in between."""
    known = f"one of {', '.join(recipe_names())}, or a path that ends in .py"
    ours = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    ours.add_argument("--purify", metavar="RECIPE", help=known)
    wanted, sys.argv[1:] = ours.parse_known_args()
    help_if_asked("train", f"{__doc__}\n--purify RECIPE: {known}\n")
    import d2sp_mm.compat  # noqa: F401 - applies the bridges for the defects of published packages
    from d2sp_mm.recipes import check_purified, check_work_dir, purify_config, read_config, split_options
    from d2sp_mm.recipes.command import build_runner, errors_of_one_line

    script = runpy.run_path(str(mmaction_script("train")), run_name="mmaction_train")
    args = script["parse_args"]()
    with errors_of_one_line("train", args.work_dir, "go on with --resume"):
        config = read_config(args.config)
        args.config = config.filename
        changes = {}
        if wanted.purify is not None:
            args.cfg_options, changes = split_options(args.cfg_options)
        config = script["merge_args"](config, args)
        if wanted.purify is not None:
            config = purify_config(config, wanted.purify, changes)
        elif (config.get("default_hooks") or {}).get("purification"):
            check_purified(config)
        check_work_dir(config)
        build_runner(script, config).train()


if __name__ == "__main__":
    main()
