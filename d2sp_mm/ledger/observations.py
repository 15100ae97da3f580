"""The last epochs' observations of every sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import DataError
from d2sp_mm.functional.mean_of_seen import mean_of_seen
from d2sp_mm.ledger.required_keys import require_keys
from d2sp_mm.ledger.saved_state import saved_array


class Observations:
    """A window over the last epochs: each sample's class probabilities and learned weight.

    A ring of ``window`` epochs; an epoch overwrites the oldest. Memory is ``window * (2 c + 4)`` bytes a sample.

    Args:
        num_samples: Number of samples n.
        num_classes: Number of classes c.
        window: How many epochs are kept, at least 1.
    """

    def __init__(self, num_samples: int, num_classes: int, window: int) -> None:
        self.window = window
        self.num_classes = num_classes
        self._epochs = np.full(window, -1, dtype=np.int64)
        # Half precision resolves a probability to 5e-4, far below what training noise moves it between two epochs.
        self._probs = np.full((window, num_samples, num_classes), np.nan, dtype=np.float16)
        self._weights = np.full((window, num_samples), np.nan, dtype=np.float32)

    @property
    def bytes_per_sample(self) -> int:
        """What the ring takes for each sample."""
        return self.window * (self.num_classes * self._probs.itemsize + self._weights.itemsize)

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
        self._probs[slot] = np.nan
        self._weights[slot] = np.nan
        self._probs[slot, indices] = probs
        if weights is not None:
            self._weights[slot, indices] = weights

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
        held = self._weights if weights else self._probs[..., 0]
        return len(slots) == last and not np.isnan(held[slots]).all(axis=1).any()

    def predictions(self, last: int, epoch: int) -> npt.NDArray[np.int64]:
        """Arg-max classes of the ``last`` epochs, shape (last, n); -1 where a sample was not seen."""
        result = np.full((last, self._probs.shape[1]), -1, dtype=np.int64)
        for row, slot in enumerate(self._slots(last, epoch)):
            probs = self._probs[slot].astype(np.float32)
            seen = ~np.isnan(probs[:, 0])
            result[row, seen] = probs[seen].argmax(axis=1)
        return result

    def epoch_probs(self, last: int, epoch: int) -> Iterator[npt.NDArray[np.float64]]:
        """Probabilities of each of the ``last`` epochs that is held, shape (n, c); NaN where a sample was not seen."""
        for slot in self._slots(last, epoch):
            yield self._probs[slot].astype(np.float64)

    def label_probs(self, labels: npt.NDArray[np.int64], last: int, epoch: int) -> npt.NDArray[np.float64]:
        """Probability of each sample's label in the ``last`` epochs that are held, shape (e, n); NaN where not seen."""
        samples = np.arange(len(labels))
        rows = [self._probs[slot][samples, labels].astype(np.float64) for slot in self._slots(last, epoch)]
        return np.array(rows).reshape(len(rows), len(labels))

    def mean_label_probs(self, labels: npt.NDArray[np.int64], last: int, epoch: int) -> npt.NDArray[np.float64]:
        """Mean probability of each sample's label over the epochs in which it was seen, shape (n,); NaN if in none."""
        return mean_of_seen(self.label_probs(labels, last, epoch), labels.shape)

    def epoch_bytes(self, epoch: int) -> bytes:
        """What one epoch saw, as bytes, to be compared; none where the epoch is not held."""
        return b"".join(self._probs[slot].tobytes() + self._weights[slot].tobytes() for slot in self._slots(1, epoch))

    def mean_probs(self, last: int, epoch: int) -> npt.NDArray[np.float64]:
        """Mean probabilities over the epochs in which a sample was seen, shape (n, c); NaN if in none."""
        return mean_of_seen([self._probs[slot] for slot in self._slots(last, epoch)], self._probs.shape[1:])

    def mean_weights(self, last: int, epoch: int) -> npt.NDArray[np.float64]:
        """Mean learned weight over the epochs in which a sample had one, shape (n,); NaN if in none."""
        return mean_of_seen([self._weights[slot] for slot in self._slots(last, epoch)], self._weights.shape[1:])

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays that :meth:`load` takes back."""
        return {"epochs": self._epochs, "probs": self._probs, "weights": self._weights}

    def load(self, state: dict[str, npt.NDArray[Any]]) -> None:
        """Take over a saved state. The window may have been longer or shorter; what fits is kept.

        Raises:
            DataError: If an entry is missing, or the saved state has another number of samples or classes.
        """
        require_keys(state, self.state(), "the saved observations")
        epochs = saved_array(state, "epochs", np.int64, (None,), -1)
        probs = saved_array(state, "probs", np.float16, (len(epochs), *self._probs.shape[1:]))
        weights = saved_array(state, "weights", np.float32, (len(epochs), *self._weights.shape[1:]))
        self._epochs[:] = -1
        for slot in np.argsort(epochs):
            if epochs[slot] >= 0:
                own = epochs[slot] % self.window
                self._epochs[own] = epochs[slot]
                self._probs[own] = probs[slot]
                self._weights[own] = weights[slot]
