"""The command line of a training run, as a user would type it."""

from __future__ import annotations

import sys
from pathlib import Path

from d2sp_mm.demo.paths import option_path
from d2sp_mm.demo.recipes import Recipe
from d2sp_mm.demo.schedule_options import schedule_options
from d2sp_mm.demo.settings import DemoSettings
from d2sp_mm.home import find_home
from d2sp_mm.protocol.typed_path import typed_path


def training_command(recipe: Recipe, settings: DemoSettings) -> list[str]:
    """Return the program and arguments that train one recipe on the demo's toy set.

    Args:
        recipe: The run.
        settings: The demo's settings.

    Returns:
        The interpreter, ``tools/train.py``, the config and its options; paths relative to the current folder where they
        lie in it.

    Raises:
        ConfigError: Tools or configs are not to be found.
    """
    home = find_home()
    config = home / "configs" / recipe.config
    videos = option_path(settings.data / "videos")
    options = []
    for loader, ann_file in (
        ("train_dataloader.dataset.dataset", recipe.ann_file),
        ("val_dataloader.dataset", "test.txt"),
        ("test_dataloader.dataset", "test.txt"),
    ):
        options += [f"{loader}.ann_file={option_path(settings.data / ann_file)}", f"{loader}.data_prefix.video={videos}"]
    # The accuracy of a batch is logged bare: only every batch's gives that of the epoch.
    options += ["default_hooks.logger.interval=1", *schedule_options(config, settings.epochs)]
    # So that its decisions can be taken again with other settings (tools/ledger.py replay).
    options.append(f"default_hooks.purification.history={settings.epochs}")
    return [
        typed_path(Path(sys.executable)),
        typed_path(home / "tools" / "train.py"),
        typed_path(config),
        "--work-dir",
        typed_path(settings.work_dirs[recipe.name]),
        "--seed",
        str(settings.seed),
        "--cfg-options",
        *options,
    ]
