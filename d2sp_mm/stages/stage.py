"""What all stages have in common: when they decide, what they need, and checks of their settings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Union

import numpy as np

from d2sp_mm.errors import ConfigError
from d2sp_mm.functional.early_learning import end_of_early_learning
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger


def check_share(owner: object, name: str, value: Any, *, low_open: bool = True, high_open: bool = True) -> None:
    """Refuse a value that is no number in the unit interval, whose ends are open or closed as said."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    low_ok = is_number and (value > 0 if low_open else value >= 0)
    high_ok = is_number and (value < 1 if high_open else value <= 1)
    if not (low_ok and high_ok):
        interval = f"{'(' if low_open else '['}0, 1{')' if high_open else ']'}"
        raise ConfigError(f"{_name(owner)}: {name}={value!r} must be a share in {interval}.")


def check_count(owner: object, name: str, value: Any, low: int) -> None:
    """Refuse a value that is no integer of at least ``low``."""
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise ConfigError(f"{_name(owner)}: {name}={value!r} must be a whole number of at least {low}.")


def _name(owner: object) -> str:
    """What the message calls the owner: a name as it is, anything else by its class."""
    return owner if isinstance(owner, str) else type(owner).__name__


#: A point of the schedule: epochs if an integer, a share of all epochs if a float.
EpochOrShare = Union[int, float]


@dataclass(frozen=True)
class Stage:
    """Base of all stages.

    Args:
        start: How many epochs are trained before the first decision: a whole number of epochs, or a share of the
            schedule in (0, 1].
        rounds: How often the stage decides, at least 1.
        interval: Distance of two rounds, in epochs or as a share of the schedule; at least one epoch.
        window: How many of the last epochs it looks at: a whole number of at least 1, or a share of the epochs so far in
            (0, 1]; stages that say so take 0 for all of them.
        early_learning: Look back at early learning where the labels have been memorised since
            (:func:`d2sp_mm.functional.early_learning.end_of_early_learning`): the window then ends there. The ledger keeps
            all epochs for it.
    """

    #: 0 where a stage can look at the whole run.
    least_window: ClassVar[int] = 1
    #: Of stages that decide after the same epoch the smaller goes first: pruning of clips, correction, then what needs
    #: corrected labels. Never the order of the config: MMEngine sorts the keys of a config that it writes.
    priority: ClassVar[int] = 0

    #: Whether its decisions are worth nothing while the model has learned little, so that a warning is due.
    trusts_predictions: ClassVar[bool] = True

    start: EpochOrShare = 0.5
    rounds: int = 1
    interval: EpochOrShare = 1
    window: EpochOrShare = 1
    early_learning: bool = False

    def __post_init__(self) -> None:
        check_count(self, "rounds", self.rounds, 1)
        if not isinstance(self.early_learning, bool):
            raise ConfigError(f"{type(self).__name__}: early_learning={self.early_learning!r} must be True or False.")
        for name, least, most, of in (
            ("start", 1, "1]", "schedule"),
            ("interval", 1, "1)", "schedule"),
            ("window", self.least_window, "1]", "epochs so far"),
        ):
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= least
            share = isinstance(value, float) and (0 < value < 1 or (value == 1 and most == "1]"))
            if not (whole or share):
                raise ConfigError(
                    f"{type(self).__name__}: {name}={value!r} must be a number of epochs >= {least} (an integer) or a share "
                    f"of the {of} in (0, {most} (a float)."
                )

    @property
    def uses_weights(self) -> bool:
        """Whether the stage reads the learned weights, so that the loss must learn them until its last round."""
        return False

    def decision_epochs(self, max_epochs: int) -> tuple[int, ...]:
        """The epochs after which the stage decides, counted from 0, ascending.

        Args:
            max_epochs: Length of the training schedule.

        Raises:
            ConfigError: If the last round lies behind the end of training, or the first one so early that its window
                is not full.
        """
        name = type(self).__name__
        start = self._epochs("start", max_epochs)
        epochs = self._rounds(start, max_epochs)
        if epochs[-1] >= max_epochs:
            raise ConfigError(
                f"{name}: start={self.start!r}, rounds={self.rounds}, interval={self.interval!r} put the last decision "
                f"after epoch {epochs[-1] + 1}, but training has only max_epochs={max_epochs}; start earlier."
            )
        if start < self.window:
            raise ConfigError(
                f"{name}: window={self.window} epochs are not yet there at start={self.start!r} (epoch {start} of "
                f"{max_epochs}); start later, train longer, or shorten the window."
            )
        return epochs

    def last_epochs(self, epoch: int) -> int:
        """How many epochs, up to and with ``epoch``, a decision at its end looks at if it is not late."""
        so_far = epoch + 1
        share = self.window if isinstance(self.window, float) else None
        return max(round(share * so_far), 1) if share else int(self.window) or so_far

    def needed_epochs(self, epoch: int) -> int:
        """How many epochs, up to and with ``epoch``, the ledger must hold for a decision at its end."""
        return epoch + 1 if self.early_learning else self.last_epochs(epoch)

    def last_look(self, ledger: Ledger, epoch: int) -> int:
        """The last epoch that a decision at the end of ``epoch`` looks at, counted from 0."""
        if not self.early_learning:
            return epoch
        predictions = ledger.observations.predictions(epoch + 1, epoch)
        seen = (predictions >= 0) & ledger.keep
        contradicted = (seen & (predictions != ledger.corrected_labels)).sum(axis=1)
        # An epoch of which nothing is held counts as one that contradicts all.
        there = seen.sum(axis=1)
        return end_of_early_learning(np.where(there > 0, contradicted / np.maximum(there, 1), 1.0))

    def looks_at(self, ledger: Ledger, epoch: int) -> int:
        """How many epochs a decision looks at: :meth:`last_epochs`, but no more than the ledger can hold.

        A round that a resume made late would look at a share of more epochs than were planned for.
        """
        return min(self.last_epochs(epoch), ledger.observations.window)

    def _rounds(self, start: int, max_epochs: int) -> tuple[int, ...]:
        """The epochs of all rounds. Shares are added before they are rounded, so that .3 and three times .1 meet .6."""
        shares = isinstance(self.start, float) and isinstance(self.interval, float)
        epochs = [start]
        for r in range(1, self.rounds):
            planned = _of(self.start + r * self.interval, max_epochs) if shares else 0
            # The interval is at least one epoch.
            epochs.append(max(planned, epochs[-1] + (1 if shares else self._epochs("interval", max_epochs))))
        return tuple(epoch - 1 for epoch in epochs)

    def _epochs(self, name: str, max_epochs: int) -> int:
        value = getattr(self, name)
        return value if isinstance(value, int) else _of(value, max_epochs)

    def decide(self, ledger: Ledger, epoch: int, progress: float = 1.0) -> Decision:
        """Decide from what the ledger holds, changing nothing.

        Args:
            ledger: The ledger, with the observations of ``epoch`` written.
            epoch: The epoch that just ended, counted from 0.
            progress: Share of the stage's rounds that are done with this one, in (0, 1].

        Returns:
            The decision; an empty one where nothing is to change.
        """
        raise NotImplementedError


def _of(share: float, max_epochs: int) -> int:
    """A share of the schedule in epochs, at least one; sums of shares such as .3 + .3 count as the .6 that they mean."""
    return max(round(round(share * max_epochs, 6)), 1)
