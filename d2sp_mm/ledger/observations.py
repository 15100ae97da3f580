"""The last epochs' observations of every sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import DataError
from d2sp_mm.functional.certainty import mean_of_seen
from d2sp_mm.io.saved_state import require_keys, saved_array, saved_number
from d2sp_mm.ledger.packing import ProbCodes, WeightCodes, fitting_bits


class Block:
    """Some samples, next to each other, and what some epochs saw of them.

    Args:
        samples: Which samples, m of them.
        last: How many epochs were asked for.
        slots: Where those lie that are held, e of them.
        codes: The codes of all samples in all slots.
        prob_codes: What reads them.
        before: Mean probabilities of all samples in earlier passes, shape (c, n), or None.
        passes: How many passes those were.
    """

    def __init__(
        self,
        samples: slice,
        last: int,
        slots: list[int],
        codes: npt.NDArray[Any],
        prob_codes: ProbCodes,
        before: npt.NDArray[np.float16] | None = None,
        passes: int = 0,
    ) -> None:
        self.samples = samples
        self._last, self._slots, self._codes, self._prob_codes = last, slots, codes, prob_codes
        self._before, self._passes = before, passes

    @property
    def shape(self) -> tuple[int, int]:
        """Samples and classes, (m, c)."""
        return self.samples.stop - self.samples.start, self._prob_codes.num_classes

    def epoch_probs(self) -> Iterator[npt.NDArray[np.float32]]:
        """Probabilities of each epoch that is held, shape (m, c), class by class in memory; NaN where not seen."""
        for slot in self._slots:
            yield self._prob_codes.decode(self._codes[slot][:, self.samples]).T

    def mean_probs(self) -> npt.NDArray[np.float64]:
        """Mean over the epochs in which a sample was seen, shape (m, c), class by class in memory; NaN if in none.

        Earlier passes count as much as this one, each.
        """
        own = mean_of_seen((probs.T for probs in self.epoch_probs()), self.shape[::-1])
        if self._before is None:
            return own.T
        before = self._before[:, self.samples].astype(np.float64)
        mean = (self._passes * before + own) / (self._passes + 1)
        return np.where(np.isnan(own), before, np.where(np.isnan(before), own, mean)).T

    def predictions(self) -> npt.NDArray[np.int64]:
        """Arg-max classes of all epochs that were asked for, shape (last, m); -1 where a sample was not seen."""
        found = np.full((self._last, self.shape[0]), -1, dtype=np.int64)
        for row, slot in enumerate(self._slots):
            found[row] = self._prob_codes.predictions(self._codes[slot][:, self.samples])
        return found


#: Samples that are looked at together: what is computed of them stays in the cache.
_BLOCK = 8192


class Observations:
    """A window over the last epochs: each sample's class probabilities and learned weight.

    A ring of ``window`` epochs; an epoch overwrites the oldest. Of large sets the values are packed (:func:`fitting_bits`),
    which nothing outside this class knows; ``bytes_per_sample`` tells its memory.

    Args:
        num_samples: Number of samples n.
        num_classes: Number of classes c.
        window: How many epochs are kept, at least 1.
    """

    def __init__(self, num_samples: int, num_classes: int, window: int) -> None:
        bits = fitting_bits(num_samples, num_classes)
        self.window = window
        self.num_classes = num_classes
        self.num_samples = num_samples
        self._prob_codes, self._weight_codes = ProbCodes(num_classes, bits), WeightCodes(bits)
        self._epochs = np.full(window, -1, dtype=np.int64)
        codes, weights = self._prob_codes, self._weight_codes
        self._probs = np.full((window, codes.planes, num_samples), codes.unseen, dtype=codes.dtype)
        self._weights = np.full((window, num_samples), weights.none, dtype=weights.dtype)
        #: How many earlier passes :meth:`mean_probs` takes in.
        self.passes_before = 0
        self._before: npt.NDArray[np.float16] | None = None

    def average_with(self, earlier: Observations, last: int) -> None:
        """Take in what an earlier pass saw, with all that it took in itself: means are over the passes from now on.

        Args:
            earlier: The observations of a pass over the same samples.
            last: How many of its last epochs count.

        Source:
            Our own: runs agree on the truth more than on the noise.
        """
        if not earlier.epochs:
            return
        means = earlier.mean_probs(last, max(earlier.epochs))
        self._before, self.passes_before = means.T.astype(np.float16), earlier.passes_before + 1

    @property
    def bytes_per_sample(self) -> int:
        """What the ring takes for each sample."""
        return self.window * (self._prob_codes.bytes_per_sample + self._weight_codes.dtype.itemsize)

    def add(
        self,
        epoch: int,
        indices: npt.NDArray[np.int64],
        probs: npt.NDArray[np.floating[Any]],
        weights: npt.NDArray[np.floating[Any]] | None = None,
    ) -> None:
        """Write what one epoch saw, in place of the oldest epoch; an epoch that is given again is replaced.

        Args:
            epoch: Epoch, counted from 0.
            indices: Samples seen, unique, shape (k,).
            probs: Their class probabilities, shape (k, c).
            weights: Their learned weights in (0, 1), shape (k,), or None where none are learned.

        Raises:
            DataError: If probabilities or weights hold NaN or infinity.
        """
        for name, values in (("class scores", probs), ("sample weights", weights)):
            if values is not None and not np.isfinite(values).all():
                bad = int(indices[~np.isfinite(values.reshape(len(indices), -1)).all(axis=1)][0])
                raise DataError(
                    f"epoch {epoch}: the {name} of sample {bad} are not finite, so nothing can be decided from them. "
                    "Training has diverged: lower the learning rate, clip gradients, or check the sample."
                )
        slot = epoch % self.window
        self._epochs[slot] = epoch
        self._weights[slot] = self._weight_codes.none
        if len(indices) < self.num_samples:
            self._probs[slot] = self._prob_codes.unseen
        for begin in range(0, len(indices), _BLOCK):
            part = slice(begin, begin + _BLOCK)
            self._probs[slot][:, _samples(indices[part])] = self._prob_codes.encode(probs[part])
            if weights is not None:
                self._weights[slot][_samples(indices[part])] = self._weight_codes.encode(weights[part])

    def _slots(self, last: int, epoch: int) -> list[int]:
        """Ring slots of the ``last`` epochs up to and with ``epoch``; an epoch that is not held is left out."""
        wanted = range(max(epoch - last + 1, 0), epoch + 1)
        return [e % self.window for e in wanted if self._epochs[e % self.window] == e]

    @property
    def epochs(self) -> list[int]:
        """The epochs that are held, ascending."""
        return sorted(int(epoch) for epoch in self._epochs if epoch >= 0)

    def complete(self, last: int, epoch: int, weights: bool = False) -> bool:
        """Whether all of the ``last`` epochs up to ``epoch`` are held, and with learned weights if those are asked for."""
        slots = self._slots(last, epoch)
        seen = self._weight_codes.any_there if weights else self._prob_codes.any_seen
        return len(slots) == last and all(seen((self._weights if weights else self._probs)[slot]) for slot in slots)

    def blocks(self, last: int, epoch: int) -> Iterator[Block]:
        """All samples in turn, some thousands at a time, with what the ``last`` epochs that are held saw of them.

        What is computed of them then stays in the cache, which for large sets is many times faster.
        """
        slots, before = self._slots(last, epoch), (self._before, self.passes_before)
        for begin in range(0, self.num_samples, _BLOCK):
            here = slice(begin, min(begin + _BLOCK, self.num_samples))
            yield Block(here, last, slots, self._probs, self._prob_codes, *before)

    def predictions(self, last: int, epoch: int) -> npt.NDArray[np.int64]:
        """Arg-max classes of the ``last`` epochs, shape (last, n); -1 where a sample was not seen."""
        result = np.empty((last, self.num_samples), dtype=np.int64)
        for block in self.blocks(last, epoch):
            result[:, block.samples] = block.predictions()
        return result

    def epoch_probs(self, last: int, epoch: int) -> Iterator[npt.NDArray[np.float64]]:
        """Probabilities of each of the ``last`` epochs that is held, shape (n, c); NaN where a sample was not seen."""
        for slot in self._slots(last, epoch):
            yield self._prob_codes.decode(self._probs[slot]).T.astype(np.float64)

    def label_probs(self, labels: npt.NDArray[np.int64], last: int, epoch: int) -> npt.NDArray[np.float64]:
        """Probability of each sample's label in the ``last`` epochs that are held, shape (e, n); NaN where not seen."""
        slots = self._slots(last, epoch)
        found = np.empty((len(slots), len(labels)), dtype=np.float64)
        for block in self.blocks(last, epoch):
            own, places = labels[block.samples], np.arange(len(labels[block.samples]))
            for row, probs in enumerate(block.epoch_probs()):
                found[row, block.samples] = probs[places, own]
        return found

    def mean_label_probs(self, labels: npt.NDArray[np.int64], last: int, epoch: int) -> npt.NDArray[np.float64]:
        """Mean probability of each sample's label over the epochs in which it was seen, shape (n,); NaN if in none."""
        return mean_of_seen(self.label_probs(labels, last, epoch), labels.shape)

    def epoch_bytes(self, epoch: int) -> bytes:
        """What one epoch saw, as bytes, to be compared; none where the epoch is not held."""
        return b"".join(self._probs[slot].tobytes() + self._weights[slot].tobytes() for slot in self._slots(1, epoch))

    def mean_probs(self, last: int, epoch: int) -> npt.NDArray[np.float64]:
        """Mean probabilities over the epochs in which a sample was seen, shape (n, c); NaN if in none."""
        found = np.empty((self.num_samples, self.num_classes), dtype=np.float64)
        for block in self.blocks(last, epoch):
            found[block.samples] = block.mean_probs()
        return found

    def mean_weights(self, last: int, epoch: int) -> npt.NDArray[np.float64]:
        """Mean learned weight over the epochs in which a sample had one, shape (n,); NaN if in none."""
        rows = (self._weight_codes.decode(self._weights[slot]) for slot in self._slots(last, epoch))
        return mean_of_seen(rows, self._weights.shape[1:])

    def state(self) -> dict[str, Any]:
        """The numbers and arrays that :meth:`load` takes back."""
        before = np.empty((0, self.num_samples), dtype=np.float16) if self._before is None else self._before
        own = {"epochs": self._epochs, "probs": self._probs, "weights": self._weights}
        return {**own, "passes_before": self.passes_before, "before": before}

    def load(self, state: dict[str, Any]) -> None:
        """Take over a saved state. The window may have been longer or shorter; what fits is kept.

        Raises:
            DataError: If an entry is missing, or the saved state has another number of samples or classes.
        """
        require_keys(state, self.state(), "the saved observations")
        epochs = saved_array(state, "epochs", np.int64, (None,), -1).copy()
        planes, n = self._probs.shape[1:]
        probs = saved_array(state, "probs", self._probs.dtype, (len(epochs), planes, n))
        weights = saved_array(state, "weights", self._weights.dtype, (len(epochs), n))
        passes = saved_number(state, "passes_before")
        before = saved_array(state, "before", np.float16, (self.num_classes if passes else 0, n))
        self.passes_before, self._before = passes, before.copy() if passes else None
        self._epochs[:] = -1
        for slot in np.argsort(epochs):
            if epochs[slot] < 0:
                continue
            own = epochs[slot] % self.window
            self._epochs[own] = epochs[slot]
            self._probs[own], self._weights[own] = probs[slot], weights[slot]


def _samples(indices: npt.NDArray[np.int64]) -> slice | npt.NDArray[np.int64]:
    """Indices, as a slice where they are consecutive: that is many times faster."""
    consecutive = len(indices) and indices[-1] - indices[0] == len(indices) - 1 and (np.diff(indices) == 1).all()
    return slice(int(indices[0]), int(indices[-1]) + 1) if consecutive else indices
