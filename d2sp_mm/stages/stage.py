"""What all stages have in common: when they decide, and what they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Union

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger.decision import Decision
from d2sp_mm.ledger.ledger import Ledger
from d2sp_mm.stages.checks import check_count, check_share

#: A point of the schedule: epochs if an integer, a share of all epochs if a float.
EpochOrShare = Union[int, float]


@dataclass(frozen=True)
class Stage:
    """Base of all stages.

    Args:
        start: How many epochs are trained before the first decision: a whole number of epochs, or a share of the
            schedule in (0, 1).
        rounds: How often the stage decides, at least 1.
        interval: Distance of two rounds, in epochs or as a share of the schedule; at least one epoch.
        window: How many of the last epochs it looks at: a whole number of at least 1, or a share of the epochs so far in
            (0, 1]; stages that say so take 0 for all of them.
    """

    #: 0 where a stage can look at the whole run.
    least_window: ClassVar[int] = 1
    #: Of stages that decide after the same epoch the smaller goes first: pruning of clips, correction, then what needs
    #: corrected labels. Never the order of the config: MMEngine sorts the keys of a config that it writes.
    turn: ClassVar[int] = 0

    start: EpochOrShare = 0.5
    rounds: int = 1
    interval: EpochOrShare = 1
    window: EpochOrShare = 1

    def __post_init__(self) -> None:
        check_count(self, "rounds", self.rounds, 1)
        if isinstance(self.window, float):
            check_share(self, "window", self.window, high_open=False)
        else:
            check_count(self, "window", self.window, self.least_window)
        for name in ("start", "interval"):
            value = getattr(self, name)
            whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
            share = isinstance(value, float) and 0 < value < 1
            if not (whole or share):
                raise ConfigError(
                    f"{type(self).__name__}: {name}={value!r} must be a number of epochs >= 1 (an integer) or a share "
                    "of the schedule in (0, 1) (a float)."
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
        interval = self._epochs("interval", max_epochs)
        epochs = tuple(start + r * interval - 1 for r in range(self.rounds))
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
        """How many epochs, up to and with ``epoch``, a decision at its end looks at."""
        so_far = epoch + 1
        share = self.window if isinstance(self.window, float) else None
        return max(round(share * so_far), 1) if share else int(self.window) or so_far

    def _epochs(self, name: str, max_epochs: int) -> int:
        value = getattr(self, name)
        return value if isinstance(value, int) else max(round(value * max_epochs), 1)

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
