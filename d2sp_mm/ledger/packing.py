"""Probabilities and weights in few bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

#: Bits that a probability may be kept in.
BITS = (4, 8, 16)
#: Probabilities of one epoch that are kept as halves; of more, ten epochs would take more than 60 MB.
MOST_HALVES = 3_000_000
#: A probability below 1/900 is 0 in 4 bits; certainties of 12 classes are ranked well, of 60 no longer.
_FEW_CLASSES = 12


def fitting_bits(samples: int, classes: int) -> int:
    """Bits of a probability: 16 where that is small, else 8, or 4 of few classes.

    How long a window is plays no part, so that what is kept beyond what stages look at changes no decision.

    Source:
        Our own; ``docs/d2sp.md`` has what fewer bits change in decisions.
    """
    if samples * classes <= MOST_HALVES:
        return 16
    return 4 if classes <= _FEW_CLASSES else 8


class ProbCodes:
    """Codes of class probabilities, class by class, so that what is computed of many samples runs along memory.

    16 bits are half precision, and nothing else happens. With 4 or 8 bits a code k stands for ``(k / (2^bits - 1))^2``: the
    square root has its steps where entropy needs them, near 0. Decoded rows are normalised. The predicted class of a sample
    is that of its probabilities: where another class has the same code, the code of the predicted one is one higher. So
    predictions are those that were seen, and a sample that was seen has a code above 0.

    Args:
        num_classes: Number of classes c.
        bits: One of ``BITS``.

    Source:
        Our own.
    """

    def __init__(self, num_classes: int, bits: int) -> None:
        self.num_classes = num_classes
        self.bits = bits
        self.dtype = np.dtype(np.float16 if bits == 16 else np.uint8)
        #: Rows of an encoded array: with 4 bits two classes share one.
        self.planes = (num_classes + 1) // 2 if bits == 4 else num_classes

    @property
    def unseen(self) -> float:
        """What all codes of a sample that was not seen are."""
        return np.nan if self.bits == 16 else 0

    @property
    def bytes_per_sample(self) -> int:
        """What one epoch takes for each sample."""
        return self.planes * self.dtype.itemsize

    def any_seen(self, codes: npt.NDArray[Any]) -> bool:
        """Whether any of the samples was seen."""
        return bool((~np.isnan(codes[0])).any() if self.bits == 16 else codes.any())

    def encode(self, probs: npt.NDArray[np.floating[Any]]) -> npt.NDArray[Any]:
        """Codes of probabilities.

        Args:
            probs: Finite, in [0, 1], shape (k, c).

        Returns:
            Shape (``planes``, k).
        """
        by_class = np.ascontiguousarray(probs.T, dtype=np.float32)
        if self.bits == 16:
            return by_class.astype(np.float16)
        top = 2**self.bits - 1
        codes = np.rint(np.sqrt(by_class) * np.float32(top)).astype(np.uint8)
        predicted, samples = np.asarray(probs).argmax(axis=1), np.arange(len(probs))
        highest = codes.max(axis=0, initial=0)
        tied = np.count_nonzero(codes == highest, axis=0) > 1
        # Two classes cannot both have the highest code of all, so there is a code above.
        codes[predicted, samples] = np.clip(highest + tied, 1, top)
        return self._packed(codes) if self.bits == 4 else codes

    def decode(self, codes: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Probabilities of codes.

        Args:
            codes: Shape (``planes``, m).

        Returns:
            Shape (c, m); NaN for a sample that was not seen.
        """
        if self.bits == 16:
            return codes.astype(np.float32)
        probs = self._unpacked(codes).astype(np.float32)
        probs *= probs
        with np.errstate(invalid="ignore", divide="ignore"):
            # 0 / 0 is NaN, as it should be.
            probs *= 1 / probs.sum(axis=0)
        return probs

    def predictions(self, codes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Arg-max class of each sample, the lowest of a tie; -1 where it was not seen.

        Args:
            codes: Shape (``planes``, m).

        Returns:
            Shape (m,).
        """
        if self.bits == 16:
            probs = codes.astype(np.float32)
            seen = ~np.isnan(probs[0])
            return np.where(seen, np.where(seen, probs, 0).argmax(axis=0), -1)
        # Code and class in one number, so that a maximum does it all.
        found = np.zeros(codes.shape[1], dtype=np.int32)
        last = self.num_classes - 1
        for number, row in enumerate(self._unpacked(codes)):
            np.maximum(found, row.astype(np.int32) * self.num_classes + (last - number), out=found)
        return np.where(found >= self.num_classes, last - found % self.num_classes, -1).astype(np.int64)

    def _packed(self, codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        packed = codes[0::2].copy()
        packed[: self.num_classes // 2] |= codes[1::2] << np.uint8(4)
        return packed

    def _unpacked(self, codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        if self.bits == 8:
            return codes
        both = np.empty((2 * self.planes, codes.shape[1]), dtype=np.uint8)
        np.bitwise_and(codes, 15, out=both[0::2])
        np.right_shift(codes, 4, out=both[1::2])
        return both[: self.num_classes]


class WeightCodes:
    """Codes of learned weights in [0, 1].

    Where probabilities have 16 bits a weight is in single precision, with NaN for none. Otherwise it has 8 bits: 0 is none,
    and 1 to 255 are the weights from 0 to 1 in equal steps.

    Args:
        bits: Bits of the probabilities, as in :class:`ProbCodes`.

    Source:
        Our own.
    """

    _STEPS = 254

    def __init__(self, bits: int) -> None:
        self.dtype = np.dtype(np.float32 if bits == 16 else np.uint8)

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
