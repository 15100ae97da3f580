"""A config that the doctor finds nothing wrong with."""

from __future__ import annotations

import pytest
from mmengine.config import Config

from tests.tiny_run import CORRECT, PRUNE, tiny_config, write_list


@pytest.fixture
def config(tmp_path) -> Config:
    """A purified config that nothing is wrong with."""
    settings = tiny_config(tmp_path / "work", write_list(tmp_path / "train.txt"), stages=dict(prune=PRUNE, correct=CORRECT))
    settings["default_hooks"]["checkpoint"]["type"] = "d2sp_mm.AtomicCheckpointHook"
    settings["custom_imports"] = dict(imports=["d2sp_mm.compat"], allow_failed_imports=False)
    return Config(settings)
