"""Two gloo processes on the CPU, started as a user starts them: torchrun and MMAction2's own training script."""

import importlib.util
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from d2sp_mm.compat import cpu_distributed
from tests.compat.environments import check_python, environment

CONFIG = """
custom_imports = dict(imports=['d2sp_mm.compat', 'tiny_model'], allow_failed_imports=False)
default_scope = 'mmengine'
model = dict(type='TinyModel')
loader = dict(batch_size=2, dataset=dict(type='TinyDataset'), sampler=dict(type='DefaultSampler', shuffle=False))
train_dataloader = loader
val_dataloader = loader
val_evaluator = dict(type='TinyMetric')
train_cfg = dict(by_epoch=True, max_epochs=2)
val_cfg = dict()
optim_wrapper = dict(optimizer=dict(type='SGD', lr=.001))
env_cfg = dict(dist_cfg=dict(backend='nccl'))
work_dir = 'run'
"""
STOCK_TRAIN = Path(importlib.util.find_spec("mmaction").origin).parent / ".mim" / "tools" / "train.py"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def launch(folder, processes):
    """Train with torchrun; return what it printed and the last checkpoint."""
    folder.mkdir()
    (folder / "config.py").write_text(CONFIG)
    command = [sys.executable, "-m", "torch.distributed.run", f"--nproc_per_node={processes}"]
    command += [f"--master_port={free_port()}", str(STOCK_TRAIN), "config.py", "--launcher", "pytorch"]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr, torch.load(folder / "run" / "epoch_2.pth")


def one_process():
    ranks = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1"}
    return {**ranks, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}


def test_two_processes_train_one_model_with_the_stock_script(tmp_path):
    log, weights = launch(tmp_path / "two", 2)
    assert "Distributed training: True" in log and "GPU number: 2" in log
    # Each of two processes sees 4 of the 8 samples, 2 at a time: 4 steps in two epochs, where one process makes 8.
    assert weights["message_hub"]["runtime_info"]["iter"] == 4 - 1
    assert not any(name.startswith("module.") for name in weights["state_dict"])


def test_defect_is_there_and_the_bridge_serves_the_registry_and_an_open_group():
    code = (
        "import torch\n"
        "from mmengine.dist import init_dist\n"
        "try: init_dist('pytorch', backend='gloo')\n"
        "except Exception as error: print(torch.distributed.is_initialized())\n"
        "torch.distributed.init_process_group('gloo'); group = torch.distributed.group.WORLD\n"
        "import d2sp_mm.compat, mmengine.runner.runner as runner\n"
        "from mmengine.model import MMDistributedDataParallel, is_model_wrapper\n"
        "from mmengine.registry import MODEL_WRAPPERS\n"
        "try: MMDistributedDataParallel(torch.nn.Linear(1, 1), device_ids=[0])\n"
        "except ValueError: print('refused')\n"
        "cfg = dict(type='MMDistributedDataParallel', module=torch.nn.Linear(1, 1), device_ids=[0])\n"
        "model = MODEL_WRAPPERS.build(cfg)\n"
        "print(type(model) is runner.MMDistributedDataParallel, is_model_wrapper(model))\n"
        "print(torch.distributed.group.WORLD is group, d2sp_mm.compat.cpu_distributed.needed())"
    )
    assert check_python(code, **one_process()).split() == ["False", "refused", "True", "True", "True", "False"]


@pytest.mark.parametrize("opened_before", [False, True])
def test_the_bridge_closes_at_the_end_the_group_that_it_opened_and_no_other(opened_before):
    code = (
        "import atexit, torch.distributed as distributed\n"
        # Runs after the bridge's, which is registered later.
        "atexit.register(lambda: print(distributed.is_initialized()))\n"
        f"if {opened_before}: distributed.init_process_group('gloo')\n"
        "import d2sp_mm.compat\n"
        "print(distributed.is_initialized())"
    )
    assert check_python(code, **one_process()).split() == ["True", str(opened_before)]


@pytest.mark.parametrize("left_out", cpu_distributed._TORCHRUN_VARIABLES)
def test_bridge_does_nothing_in_a_process_that_torchrun_did_not_start(monkeypatch, left_out):
    for name, value in one_process().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cpu_distributed, "cpu_is_the_device", lambda: True)
    assert cpu_distributed.needed()
    monkeypatch.delenv(left_out)
    assert not cpu_distributed.needed()


def test_bridge_does_nothing_where_an_accelerator_is_there(monkeypatch):
    for name, value in one_process().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cpu_distributed, "cpu_is_the_device", lambda: False)
    assert not cpu_distributed.needed()
