"""Some thousand samples of the window of observations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from d2sp_mm.functional.mean_of_seen import mean_of_seen
from d2sp_mm.ledger.prob_codes import ProbCodes


class Block:
    """Some samples, next to each other, and what some epochs saw of them.

    Args:
        samples: Which samples, m of them.
        last: How many epochs were asked for.
        slots: Where those lie that are held, e of them.
        codes: The codes of all samples in all slots.
        prob_codes: What reads them.
    """

    def __init__(
        self, samples: slice, last: int, slots: list[int], codes: npt.NDArray[Any], prob_codes: ProbCodes
    ) -> None:
        self.samples = samples
        self._last, self._slots, self._codes, self._prob_codes = last, slots, codes, prob_codes

    @property
    def shape(self) -> tuple[int, int]:
        """Samples and classes, (m, c)."""
        return self.samples.stop - self.samples.start, self._prob_codes.num_classes

    def epoch_probs(self) -> Iterator[npt.NDArray[np.float32]]:
        """Probabilities of each epoch that is held, shape (m, c), class by class in memory; NaN where not seen."""
        for slot in self._slots:
            yield self._prob_codes.decode(self._codes[slot][:, self.samples]).T

    def mean_probs(self) -> npt.NDArray[np.float64]:
        """Mean over the epochs in which a sample was seen, shape (m, c), class by class in memory; NaN if in none."""
        return mean_of_seen((probs.T for probs in self.epoch_probs()), self.shape[::-1]).T

    def predictions(self) -> npt.NDArray[np.int64]:
        """Arg-max classes of all epochs that were asked for, shape (last, m); -1 where a sample was not seen."""
        found = np.full((self._last, self.shape[0]), -1, dtype=np.int64)
        for row, slot in enumerate(self._slots):
            found[row] = self._prob_codes.predictions(self._codes[slot][:, self.samples])
        return found
