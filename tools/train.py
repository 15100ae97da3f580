"""Train a recognizer; takes the options of MMAction2's own tools/train.py, and --purify.

    python tools/train.py configs/d2sp/r3d/r3d_r18-slim_d2sp_toy-dfer.py --work-dir work_dirs/toy
    python tools/train.py my_mmaction2_config.py --purify d2sp
    python tools/train.py mmaction::recognition/tsm/tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb --purify d2sp

--purify RECIPE turns an MMAction2 config into one that purifies its training set: the name of a recipe, or the path of one
of your own. Options of --cfg-options mean the config as it stands; those of default_hooks.purification mean the recipe.
"""

import argparse
import errno
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
    from d2sp_mm.compat.cpu_distributed import leave_at_once
    from d2sp_mm.engine.training_parts import check_full_batch
    from d2sp_mm.errors import D2SPError
    from d2sp_mm.recipes import check_purified, check_work_dir, purify_config, read_config, split_options

    script = runpy.run_path(str(mmaction_script("train")), run_name="mmaction_train")
    args = script["parse_args"]()
    try:
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
        runner = script["Runner"].from_cfg(config) if "runner_type" not in config else script["RUNNERS"].build(config)
        if (config.get("default_hooks") or {}).get("purification"):
            check_full_batch(runner.train_loop.dataloader)
        runner.train()
    except D2SPError as error:
        leave_at_once()
        raise SystemExit(f"train: {error}") from error
    except OSError as error:
        # MMEngine's own files: logs, scalars, the name of the last checkpoint.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        leave_at_once()
        raise SystemExit(
            f"train: {error.filename or args.work_dir or 'the work dir'}: {error.strerror}; free space, go on with --resume."
        ) from error


if __name__ == "__main__":
    main()
