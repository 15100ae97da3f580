import pytest
from mmengine.optim import AmpOptimWrapper, build_optim_wrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn

from d2sp_mm.compat import cpu_amp
from d2sp_mm.errors import ConfigError


@pytest.fixture
def stock_registry(monkeypatch):
    """Put MMEngine's own wrapper back under its name for one test."""
    monkeypatch.setitem(OPTIM_WRAPPERS.module_dict, "AmpOptimWrapper", AmpOptimWrapper)


def build(kind):
    return build_optim_wrapper(nn.Linear(1, 1), {"type": kind, "optimizer": {"type": "SGD", "lr": 0.1}})


@pytest.mark.usefixtures("stock_registry")
def test_refusal_names_the_flag_and_the_way_out(monkeypatch):
    monkeypatch.setattr(cpu_amp, "cpu_is_the_device", lambda: True)
    assert cpu_amp.needed()
    cpu_amp.apply()
    assert not cpu_amp.needed()
    with pytest.raises(ConfigError, match=r"--amp.*optim_wrapper\.type='OptimWrapper'"):
        build("AmpOptimWrapper")
    assert type(build("OptimWrapper")).__module__.startswith("mmengine.")


@pytest.mark.usefixtures("stock_registry")
def test_bridge_does_nothing_where_an_accelerator_is_there(monkeypatch):
    monkeypatch.setattr(cpu_amp, "cpu_is_the_device", lambda: False)
    assert not cpu_amp.needed()
    cpu_amp.apply()
    assert OPTIM_WRAPPERS.module_dict["AmpOptimWrapper"] is AmpOptimWrapper
