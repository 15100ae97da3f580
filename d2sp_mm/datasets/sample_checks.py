"""Whether what comes out of a pipeline can be trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import torch
from mmengine.dataset import default_collate, pseudo_collate
from mmengine.registry import FUNCTIONS


def values_of(inputs: Any, name: str = "inputs") -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors of a sample's inputs, each with its name: one, or one for each modality or clip."""
    if isinstance(inputs, torch.Tensor):
        yield name, inputs
    elif isinstance(inputs, Mapping):
        for key in sorted(inputs):
            yield from values_of(inputs[key], f"{name}.{key}")
    elif isinstance(inputs, (list, tuple)):
        for number, one in enumerate(inputs):
            yield from values_of(one, f"{name}[{number}]")


def not_finite(inputs: Any) -> str:
    """What is wrong with the values of a sample: NaN or infinity in words; empty if nothing is.

    Args:
        inputs: The ``inputs`` that a pipeline packs.
    """
    for name, values in values_of(inputs):
        if values.is_floating_point() and not bool(torch.isfinite(values).all()):
            return f"{int((~torch.isfinite(values)).sum())} of {values.numel()} values of its {name} are not finite"
    return ""


def stacking_of(collate_fn: Any) -> str:
    """What must be equal for the samples of a batch to be stacked.

    Args:
        collate_fn: The loader's, or its config; None: MMEngine's default.

    Returns:
        ``shape``: all sizes; ``padded``: the number of dimensions and the size of the first, the others are padded;
        ``nothing``: not known.

    Source:
        ``default_collate`` and ``pseudo_collate`` of MMEngine 0.10.7; after the latter MMAction2's data preprocessor calls
        ``stack_batch``, which pads.
    """
    if collate_fn is None or isinstance(collate_fn, Mapping):
        asked = "pseudo_collate" if collate_fn is None else collate_fn.get("type")
        collate_fn = FUNCTIONS.get(asked) if isinstance(asked, str) else asked
    function = collate_fn.func if isinstance(collate_fn, partial) else collate_fn
    return "shape" if function is default_collate else "padded" if function is pseudo_collate else "nothing"


def form_of(inputs: Any, stacking: str, padded: bool = True) -> str:
    """What of a sample's sizes must be those of the rest of its batch, in words.

    Args:
        inputs: The ``inputs`` that a pipeline packs.
        stacking: From :func:`stacking_of`.
        padded: Whether padding makes sense for such data: it does for pictures, not for the joints of a skeleton.
    """
    some = stacking == "padded" and padded
    return ", ".join(
        f"{name} {values.dim()}-D with {values.shape[0] if values.dim() else 1} first" if some else f"{name} "
        f"{tuple(values.shape)}"
        for name, values in values_of(inputs)
    )
