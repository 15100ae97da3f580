"""The weighted loss of Self-Cure Network."""

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
