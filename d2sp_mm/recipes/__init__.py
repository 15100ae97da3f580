"""Purification of any MMAction2 config by the name of a recipe."""

from d2sp_mm.recipes.purify_config import check_hook, check_purified, purify_config
from d2sp_mm.recipes.read_config import read_config, split_options
from d2sp_mm.recipes.work_dir import check_work_dir

__all__ = ["check_hook", "check_purified", "check_work_dir", "purify_config", "read_config", "split_options"]
