"""Every recognizer family goes through a purified training, a decision, a checkpoint, and inference by MMAction2 alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmaction.registry import MODELS, TRANSFORMS
from mmaction.structures import ActionDataSample
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.runner import load_checkpoint

from d2sp_mm.recipes import purify_config
from tests.integration.attention_backbones import ATTENTION
from tests.integration.convolutional_backbones import CONVOLUTIONAL, NUM_CLASSES
from tests.tiny_run import hook_of, tiny_config, train

BACKBONES = {**CONVOLUTIONAL, **ATTENTION}
_N = 12
#: How PackActionInputs finds the input of a family.
_KEYS = {"RecognizerGCN": "keypoint", "RecognizerAudio": "audios"}
_STAGES = "default_hooks.purification.stages"
_CHANGES = {
    f"{_STAGES}.prune.start": 1,
    f"{_STAGES}.prune.window": 1,
    f"{_STAGES}.prune.score": "weight",
    f"{_STAGES}.prune.class_cap": 1.0,
    f"{_STAGES}.correct.start": 2,
    f"{_STAGES}.correct.window": 1,
    f"{_STAGES}.correct.min_margin": 0.0,
    f"{_STAGES}.correct.rounds": 1,
}


@TRANSFORMS.register_module(force=True)
class MakeInput(BaseTransform):
    """Makes an input of a given shape, the same for the same clip."""

    def __init__(self, shape: tuple[int, ...], key: str) -> None:
        self.shape, self.key = shape, key

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        rng = np.random.default_rng(int(Path(results["filename"]).stem))
        results[self.key] = rng.normal(size=self.shape).astype(np.float32)
        results["img_shape"] = (8, 8)
        return results


@pytest.mark.parametrize("name", BACKBONES)
def test_it_is_purified_and_its_checkpoint_is_a_stock_one(name: str, tmp_path: Path) -> None:
    model, shape = BACKBONES[name]
    ann_file = tmp_path / "train.txt"
    ann_file.write_text("".join(f"{number}.mp4 {number % NUM_CLASSES}\n" for number in range(_N)))
    plain = Config(tiny_config(tmp_path / "run", ann_file, purified=False))
    plain.model = model
    key = _KEYS.get(model["type"], "imgs")
    plain.train_dataloader.dataset.pipeline = [dict(type="MakeInput", shape=shape, key=key), dict(type="PackActionInputs")]
    plain.train_dataloader.batch_size = 4
    plain.train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=3)
    plain.val_cfg = plain.val_dataloader = plain.val_evaluator = plain.param_scheduler = None
    plain.optim_wrapper = dict(optimizer=dict(type="SGD", lr=0.001))

    runner = train(purify_config(plain, "d2sp", _CHANGES).to_dict())
    ledger = hook_of(runner).ledger
    assert ledger.observations.complete(1, 2)
    # A tenth of 12, and every sample got a score of its own.
    assert (~ledger.keep).sum() == 1
    assert len(np.unique(ledger.scores["quality_score"])) > _N / 2
    assert not np.isnan(ledger.scores["label_score"]).any()

    stock = MODELS.build(model)
    load_checkpoint(stock, str(tmp_path / "run" / "epoch_3.pth"), map_location="cpu", strict=True)
    stock.eval()
    inputs = torch.from_numpy(np.random.default_rng(0).normal(size=shape).astype(np.float32))
    with torch.no_grad():
        (predicted,) = stock.test_step(dict(inputs=[inputs], data_samples=[ActionDataSample()]))
    # RecognizerAudio keeps the clips apart.
    assert predicted.pred_score.numel() == NUM_CLASSES
    assert torch.isfinite(predicted.pred_score).all()
