"""What importing the package and its bridges does, and what it leaves alone."""

from __future__ import annotations

import sys

import mmengine.runner.runner
import torch
from mmengine.registry import MODEL_WRAPPERS, OPTIM_WRAPPERS

import d2sp_mm.compat
from tests.compat.environments import check_python


def state():
    registered = [dict(registry.module_dict) for registry in (MODEL_WRAPPERS, OPTIM_WRAPPERS)]
    return set(sys.modules), len(torch.serialization.get_safe_globals()), registered


def test_no_bridge_is_needed_once_all_are_applied_and_a_second_time_changes_nothing():
    d2sp_mm.compat.apply_all()
    before = state()
    assert [bridge.__name__ for bridge in d2sp_mm.compat.BRIDGES if bridge.needed()] == []
    d2sp_mm.compat.apply_all()
    assert state() == before


def test_a_process_that_torchrun_did_not_start_keeps_mmengines_wrapper():
    assert mmengine.runner.runner.MMDistributedDataParallel.__module__ == "mmengine.model.wrappers.distributed"


def test_importing_the_package_alone_is_light_and_applies_nothing():
    code = "import sys, d2sp_mm; print([m for m in ('torch', 'mmengine', 'd2sp_mm.compat') if m in sys.modules])"
    assert check_python(code).strip() == "[]"


def test_bridges_do_nothing_where_no_package_is_installed(tmp_path):
    code = "import sys, d2sp_mm.compat; print('torch' in sys.modules, 'mmengine' in sys.modules)"
    assert check_python(code, site=tmp_path).strip() == "False False"
