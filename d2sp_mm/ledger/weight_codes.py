"""Learned weights as few bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class WeightCodes:
    """Codes of learned weights in [0, 1].

    Where probabilities have 16 bits a weight is in single precision, with NaN for none. Otherwise it has 8 bits: 0 is none,
    and 1 to 255 are the weights from 0 to 1 in equal steps.

    Args:
        prob_bits: Bits of the probabilities, as in :class:`ProbCodes`.

    Source:
        Our own.
    """

    _STEPS = 254

    def __init__(self, prob_bits: int) -> None:
        self.dtype = np.dtype(np.float32 if prob_bits == 16 else np.uint8)

    @property
    def none(self) -> float:
        """The code of a sample without a weight."""
        return np.nan if self.dtype == np.float32 else 0

    def any_there(self, codes: npt.NDArray[Any]) -> bool:
        """Whether any of the codes is a weight."""
        return bool((~np.isnan(codes)).any() if self.dtype == np.float32 else codes.any())

    def encode(self, weights: npt.NDArray[np.floating[Any]]) -> npt.NDArray[Any]:
        """Codes of weights; NaN is none."""
        if self.dtype == np.float32:
            return weights.astype(np.float32)
        there = ~np.isnan(weights)
        return np.where(there, 1 + np.rint(np.where(there, weights, 0) * self._STEPS), 0).astype(np.uint8)

    def decode(self, codes: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Weights of codes; NaN for none."""
        if self.dtype == np.float32:
            return codes.astype(np.float64)
        return np.where(codes > 0, (codes.astype(np.float64) - 1) / self._STEPS, np.nan)
