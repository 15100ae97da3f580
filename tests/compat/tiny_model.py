"""The least that an MMEngine Runner trains: eight points, one linear layer, one metric. Configs import it."""

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, METRICS, MODELS
from torch import nn


@DATASETS.register_module()
class TinyDataset(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        return {"inputs": torch.tensor([float(index)]), "target": torch.tensor([2.0 * index])}


@MODELS.register_module()
class TinyModel(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, inputs, target, mode="tensor"):
        output = self.layer(torch.stack(list(inputs)))
        return {"loss": (output - torch.stack(list(target))).square().mean()} if mode == "loss" else [output]


@METRICS.register_module()
class TinyMetric(BaseMetric):
    def process(self, data_batch, data_samples):
        self.results.append(float(data_samples[0].mean()))

    def compute_metrics(self, results):
        return {"mean": np.float64(np.mean(results)), "mean32": np.float32(np.mean(results))}
