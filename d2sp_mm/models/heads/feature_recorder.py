"""Finding a head's classifier and catching what it receives."""

from __future__ import annotations

import torch
from torch import nn

from d2sp_mm.errors import ConfigError


def find_classifier(head: nn.Module, num_classes: int, name: str | None = None) -> tuple[str, nn.Linear]:
    """The last linear layer of a classification head.

    Args:
        head: The recognizer's ``cls_head``.
        num_classes: Number of classes, which the layer's outputs must be.
        name: Path of the layer below the head, such as ``fc_cls``; found by itself if None.

    Returns:
        Path below the head, and the layer.

    Raises:
        ConfigError: If there is no such layer, or the named one is no linear layer.
    """
    linears = {path: layer for path, layer in head.named_modules() if isinstance(layer, nn.Linear)}
    if name is not None:
        if name not in linears:
            raise ConfigError(
                f"PurificationHook: classifier={name!r} is no linear layer of {type(head).__name__}; it has "
                f"{sorted(linears) or 'none'}."
            )
        return name, linears[name]
    fitting = [(path, layer) for path, layer in linears.items() if layer.out_features == num_classes]
    if not fitting:
        raise ConfigError(
            f"{type(head).__name__} has no linear layer with {num_classes} outputs (its linear layers: "
            f"{sorted(linears) or 'none'}), so there is no feature to learn weights from. Name the layer that classifies "
            "with default_hooks.purification.classifier='path.below.cls_head', or prune by score='entropy', which needs "
            "no feature."
        )
    return fitting[-1]


class FeatureRecorder:
    """Keeps what a classifier received in the last forward pass, while it is listening.

    Args:
        layer: The linear layer to listen to.
    """

    def __init__(self, layer: nn.Linear) -> None:
        self.in_features = layer.in_features
        # A kept feature keeps its graph alive, so nothing is kept in validation or once the weights are learned.
        self.listening = False
        self._received: list[torch.Tensor] = []
        self._handle = layer.register_forward_pre_hook(self._keep)

    def _keep(self, _layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if self.listening and torch.is_grad_enabled():
            self._received.append(inputs[0])

    def take(self, batch_size: int) -> torch.Tensor:
        """The feature of each sample of the last batch, shape (batch_size, d), and forget it.

        A head that classifies each segment or position of a clip gives several rows a sample, or calls the layer several
        times (``TRNHead``); they are averaged.

        Raises:
            ConfigError: If the rows do not divide among the samples.
        """
        received, self._received = self._received, []
        if not received or any(feature.numel() % (batch_size * self.in_features) for feature in received):
            shapes = [tuple(feature.shape) for feature in received] or None
            raise ConfigError(
                f"the classifier received features of shape {shapes} for a batch of {batch_size} samples; they do not "
                "divide among them. Name another layer with default_hooks.purification.classifier."
            )
        rows = [feature.reshape(batch_size, -1, self.in_features) for feature in received]
        return torch.cat(rows, dim=1).mean(dim=1)

    def remove(self) -> None:
        """Stop listening."""
        self._handle.remove()
