"""The sample-weighted class scores of the coarse stage."""

from __future__ import annotations

import torch


def weigh_scores(scores: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Multiply the class scores of each sample by its weight, ``w_i * l_i``.

    The cross entropy of the result is the weighted loss of the coarse stage: a clip whose weight is low has flattened
    probabilities, so its label pulls less. At weight 1 the scores come back bit for bit.

    Args:
        scores: Class scores before softmax, shape (n, c).
        weights: One weight a sample in (0, 1], shape (n,).

    Returns:
        Weighted scores, shape (n, c), in the wider of both data types.

    Source:
        Self-Cure Network (CVPR 2020), equation 3, "logit-weighted cross entropy".

    Example:
        >>> weigh_scores(torch.tensor([[2.0, 0.0]]), torch.tensor([0.5]))
        tensor([[1., 0.]])
    """
    return scores * weights.unsqueeze(1)
