import pickle
import zipfile

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from d2sp_mm.compat import safe_globals
from tests.compat.environments import check_python

RUN = """
import tiny_model, torch
from mmengine.runner import Runner

def train(epochs, resume):
    loader = dict(batch_size=4, dataset=dict(type='TinyDataset'), sampler=dict(type='DefaultSampler', shuffle=False))
    runner = Runner(
        model=dict(type='TinyModel'), work_dir='run', train_dataloader=loader, val_dataloader=loader,
        train_cfg=dict(by_epoch=True, max_epochs=epochs, val_interval=1), val_cfg=dict(),
        val_evaluator=dict(type='TinyMetric'), optim_wrapper=dict(optimizer=dict(type='SGD', lr=.01, momentum=.9)),
        param_scheduler=dict(type='MultiStepLR', milestones=[1]),
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', save_best=['mean', 'mean32'], rule='greater')),
        resume=resume, log_level='ERROR', experiment_name=str(epochs))
    runner.train()
    print('epochs', runner.epoch)

train(1, False)
try: train(2, True)
except Exception as error: print('HistoryBuffer' in str(error))
unsafe = torch.serialization.get_unsafe_globals_in_checkpoint('run/epoch_1.pth')
import d2sp_mm.compat
train(3, True)
print(unsafe)
print(torch.serialization.get_unsafe_globals_in_checkpoint('run/epoch_3.pth'))
"""


@pytest.fixture
def empty_list():
    """Empty torch's allow-list, which belongs to the process, and give it back afterwards."""
    before = torch.serialization.get_safe_globals()
    torch.serialization.clear_safe_globals()
    yield
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(before)


def test_run_resumes_with_the_bridge_and_not_without(tmp_path):
    lines = check_python(RUN, cwd=tmp_path).splitlines()
    assert "epochs 1" in lines and "epochs 2" not in lines and "epochs 3" in lines
    assert "True" in lines
    assert "HistoryBuffer" in lines[-2]
    assert lines[-1] == "[]"


def test_bridge_acts_once(empty_list):
    assert safe_globals.needed()
    safe_globals.apply()
    assert not safe_globals.needed()
    length = len(torch.serialization.get_safe_globals())
    safe_globals.apply()
    assert len(torch.serialization.get_safe_globals()) == length


def test_list_holds_only_mmengines_type_and_numpys_data():
    for entry in safe_globals.mmengine_globals():
        target = entry[0] if isinstance(entry, tuple) else entry
        assert target in (HistoryBuffer, safe_globals.statistic_of) or target.__module__.split(".")[0] == "numpy"
    assert len(safe_globals.mmengine_globals()) == 12


@pytest.mark.usefixtures("empty_list")
def test_history_comes_back_and_no_attribute_but_its_statistics(tmp_path):
    safe_globals.apply()
    torch.save(HistoryBuffer([1.0, 3.0], [1, 1]), tmp_path / "history.pth")
    assert torch.load(tmp_path / "history.pth").mean() == 2.0
    for name, value in {"method": HistoryBuffer.update, "own": HistoryBuffer.mean}.items():
        torch.save({"value": value}, tmp_path / f"{name}.pth")
    assert torch.load(tmp_path / "own.pth")["value"] is HistoryBuffer.mean
    with pytest.raises(pickle.UnpicklingError, match="'update'"):
        torch.load(tmp_path / "method.pth")


class Evil:
    def __reduce__(self):
        return eval, ("1 / 0",)


@pytest.mark.usefixtures("empty_list")
def test_everything_else_is_still_refused(tmp_path):
    torch.save({"a": Evil()}, tmp_path / "evil.pth")
    safe_globals.apply()
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        torch.load(tmp_path / "evil.pth")


@pytest.mark.usefixtures("empty_list")
@pytest.mark.parametrize("module", ["numpy.core.multiarray", "numpy._core.multiarray"])
def test_checkpoint_of_either_numpy_loads(tmp_path, module):
    """Numpy 1 and 2 record other module names for the same functions."""
    written = pickle.dumps({"history": np.arange(3.0), "best": np.float64(0.5)}, protocol=2)
    for name in (b"cnumpy.core.multiarray\n", b"cnumpy._core.multiarray\n"):
        written = written.replace(name, f"c{module}\n".encode())
    assert module.encode() in written
    torch.save(None, tmp_path / "other.pth")
    with zipfile.ZipFile(tmp_path / "other.pth") as template, zipfile.ZipFile(tmp_path / "new.pth", "w") as new:
        for member in template.namelist():
            new.writestr(member, written if member.endswith("data.pkl") else template.read(member))
    safe_globals.apply()
    value = torch.load(tmp_path / "new.pth")
    assert value["history"].tolist() == [0.0, 1.0, 2.0] and value["best"] == 0.5


@pytest.mark.usefixtures("empty_list")
def test_bridge_does_nothing_for_a_torch_that_does_not_check(monkeypatch):
    monkeypatch.setattr(safe_globals, "release_of", lambda name: (2, 5, 1))
    assert not safe_globals.needed()
