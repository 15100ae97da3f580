"""The regularisation that keeps the learned weights apart."""

from __future__ import annotations

import torch


def rank_regularization(weights: torch.Tensor, beta: float = 0.7, delta: float = 0.15) -> torch.Tensor:
    """Ask that the mean weight of the batch's upper part lies ``delta`` above the mean of the rest.

    ``max(0, delta - (mean(top beta n) - mean(rest)))``. Without it the weights have no reason to differ.

    Args:
        weights: One weight a sample, shape (n,).
        beta: Share of the batch in the upper part, in (0, 1). At least one sample goes to each part.
        delta: Wanted distance of the two means, in [0, 1].

    Returns:
        A scalar; 0 for a batch of one, which has no rest.

    Source:
        Self-Cure Network (CVPR 2020), equation 2; ``delta`` .15 at large batches, .07 at a batch of 64.

    Example:
        >>> rank_regularization(torch.tensor([0.5, 0.5, 0.5, 0.5]), beta=0.5, delta=0.1)
        tensor(0.1000)
    """
    n = weights.numel()
    if n < 2:
        return weights.sum() * 0.0
    num_top = min(max(round(beta * n), 1), n - 1)
    ordered = weights.sort(descending=True).values
    gap = ordered[:num_top].mean() - ordered[num_top:].mean()
    return (delta - gap).clamp(min=0.0)
