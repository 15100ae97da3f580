"""The book that a purification run keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from d2sp_mm.errors import DataError
from d2sp_mm.io.saved_state import require_keys, saved_array, saved_number, saved_text
from d2sp_mm.ledger.decision import REASONS, SCORE_NAMES, Decision
from d2sp_mm.ledger.history import DecisionHistory
from d2sp_mm.ledger.observations import Observations

_REQUIRED = (
    "version", "digest", "num_classes", "corrected_labels", "keep", "undecodable", "stages",
    "next_epoch", "number", "inherited",
)  # fmt: skip
#: What a checkpoint counts epochs in.
_COUNT = np.dtype(np.int16)


class Ledger:
    """What the run has seen of every sample, and every decision taken.

    Samples are numbered from 0 in the order of the training annotation; in files they go by their key.

    Args:
        keys: Key of each sample (its path in the annotation), unique, length n.
        labels: The labels as given, kept for ever, shape (n,), in [0, ``num_classes``).
        num_classes: Number of classes c, at least 2.
        window: How many epochs of observations are kept.
        draws: How often each sample stands in an epoch, shape (n,), as wrappers that repeat samples make it; once if None.
        class_weights: Factor of each class in the loss, shape (c,); 1 if None.

    Raises:
        DataError: If keys repeat or a label is out of range.
    """

    VERSION = 2
    BYTES_PER_DECISION = DecisionHistory.BYTES_PER_ROW

    def __init__(
        self,
        keys: Sequence[str],
        labels: npt.ArrayLike,
        num_classes: int,
        window: int = 1,
        draws: npt.ArrayLike | None = None,
        class_weights: npt.ArrayLike | None = None,
    ) -> None:
        self.keys = list(keys)
        self.labels = np.asarray(labels, dtype=np.int64)
        self.num_classes = num_classes
        if len(set(self.keys)) != len(self.keys):
            raise DataError("sample keys repeat; each sample of the training set needs a key of its own.")
        out = np.flatnonzero((self.labels < 0) | (self.labels >= num_classes))
        if len(out):
            raise DataError(
                f"{len(out)} labels are outside [0, {num_classes}), the first is {self.labels[out[0]]} of "
                f"{self.keys[out[0]]!r}; mend the annotation file (a line without a label reads as -1) or the head's "
                "num_classes."
            )
        n = len(self.keys)
        self.draws = np.ones(n) if draws is None else np.asarray(draws, dtype=np.float64)
        self.class_weights = np.ones(num_classes) if class_weights is None else np.asarray(class_weights, dtype=np.float64)
        self.corrected_labels = self.labels.copy()
        self.keep = np.ones(n, dtype=bool)
        self.undecodable = np.zeros(n, dtype=np.int64)
        # What a checkpoint holds, so that a resumed run goes on with the same numbers.
        self.scores = {name: np.full(n, np.nan, dtype=np.float32) for name in SCORE_NAMES}
        self.observations = Observations(n, num_classes, window)
        self.next_epoch = 0
        #: Every decision on every sample.
        self.decisions = DecisionHistory()
        #: Which pass this is, from 1, and how many rows of the decisions are of those before.
        self.number, self.inherited = 1, 0
        #: What each stage decided by in its last round, to compare the next with; not saved.
        self.last_scores: dict[str, npt.NDArray[np.float64]] = {}

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def digest(self) -> str:
        """Fingerprint of keys and given labels: tells one training set from another."""
        text = "\n".join(self.keys).encode("utf-8", "surrogateescape")
        return hashlib.sha256(text + self.labels.tobytes()).hexdigest()

    def fingerprint(self, epoch: int) -> str:
        """Fingerprint of what an epoch saw and of all that has been decided, to be compared between ranks.

        Args:
            epoch: The epoch that just ended, counted from 0.

        Returns:
            16 hexadecimal digits.
        """
        found = hashlib.blake2b(self.observations.epoch_bytes(epoch), digest_size=8)
        for array in (self.corrected_labels, self.keep, self.undecodable):
            found.update(array.tobytes())
        return found.hexdigest()

    @property
    def bytes_per_sample(self) -> int:
        """What a saved state takes for each sample; besides, each decision on one takes ``BYTES_PER_DECISION``."""
        own = (self._label_type, np.dtype(np.bool_), _COUNT, *(array.dtype for array in self.scores.values()))
        return sum(kind.itemsize for kind in own) + self.observations.bytes_per_sample

    @property
    def _label_type(self) -> np.dtype[Any]:
        """What labels are saved as."""
        return np.dtype(np.int16 if self.num_classes <= np.iinfo(np.int16).max else np.int32)

    @property
    def class_counts(self) -> npt.NDArray[np.int64]:
        """Kept samples of each class by their present label, shape (c,)."""
        return np.bincount(self.corrected_labels[self.keep], minlength=self.num_classes)

    @property
    def class_frequencies(self) -> npt.NDArray[np.float64]:
        """How much each class is trained on, shape (c,): kept samples by their present label, as drawn and as weighted."""
        draws = np.bincount(self.corrected_labels[self.keep], self.draws[self.keep], minlength=self.num_classes)
        return draws * self.class_weights

    @property
    def stages(self) -> list[str]:
        """Names of what decided anything, in the order of their first decision: stages of the config, and others."""
        return self.decisions.stages

    @property
    def overridden(self) -> npt.NDArray[np.bool_]:
        """Samples that a person has decided on, shape (n,): no stage changes them."""
        found = np.zeros(len(self), dtype=bool)
        found[self.decisions.columns["sample"][self.decisions.by_a_person()]] = True
        return found

    def observe(
        self,
        epoch: int,
        indices: npt.NDArray[np.int64],
        probs: npt.NDArray[np.floating[Any]],
        weights: npt.NDArray[np.floating[Any]] | None = None,
        undecodable: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Write down what one epoch saw; arguments as in :meth:`Observations.add`.

        Args:
            epoch: Epoch, counted from 0.
            indices: Samples seen, unique, shape (k,).
            probs: Their class probabilities, shape (k, c).
            weights: Their learned weights, shape (k,), or None.
            undecodable: Samples that could not be decoded in this epoch, shape (f,).

        Raises:
            DataError: If probabilities or weights hold NaN or infinity.
        """
        self.observations.add(epoch, indices, probs, weights)
        if undecodable is not None and len(undecodable):
            self.undecodable[np.unique(undecodable)] += 1
        self.next_epoch = epoch + 1

    def apply(self, decision: Decision) -> Decision:
        """Carry a decision out. Pruning what is pruned, or relabelling to the same label, changes nothing.

        What a person has decided on stays as it is, whatever the stage says of it.

        Returns:
            The decision without what it could not touch.

        Raises:
            DataError: If a new label is out of range or a class would be left without any sample.
        """
        decision = decision.without(self.overridden)
        new = np.asarray(decision.new_labels, dtype=np.int64)
        if len(new) and (new.min() < 0 or new.max() >= self.num_classes):
            raise DataError(f"stage {decision.stage!r}: a new label is outside [0, {self.num_classes}).")
        relabel = np.asarray(decision.relabel, dtype=np.int64)
        differs = self.corrected_labels[relabel] != new
        trust = np.full(len(relabel), np.nan)
        trust[: len(decision.relabel_scores)] = decision.relabel_scores
        relabel, new, trust = relabel[differs], new[differs], trust[differs]
        prune = np.asarray(decision.prune, dtype=np.int64)
        kept = self.keep[prune]
        chosen_by = decision.prune_scores[kept] if len(decision.prune_scores) else None
        prune = prune[kept]
        keep, labels = self.keep.copy(), self.corrected_labels.copy()
        keep[prune], labels[relabel] = False, new
        way_out = "lower its rate, raise its class_floor or min_margin, or check whether the class can be learned at all"
        self.refuse_empty_class(keep, labels, f"stage {decision.stage!r}", way_out)
        for name, values in decision.scores.items():
            scored = ~np.isnan(values)
            self.scores[name][scored] = values[scored]
        self._write(decision, relabel, new, pruned=False, scores=trust)
        self.corrected_labels[relabel] = new
        chosen_by = self.scores["quality_score"][prune] if chosen_by is None else chosen_by
        self._write(decision, prune, self.corrected_labels[prune], pruned=True, scores=chosen_by)
        self.keep[prune] = False
        relabelled = int((self.keep & (self.corrected_labels != self.labels)).sum())
        return replace(decision, pruned=int((~self.keep).sum()), relabelled=relabelled)

    def refuse_empty_class(
        self, keep: npt.NDArray[np.bool_], labels: npt.NDArray[np.int64], who: str, way_out: str
    ) -> None:
        """Raise DataError where a class that has samples would have none."""
        after = np.bincount(labels[keep], minlength=self.num_classes)
        emptied = np.flatnonzero((self.class_counts > 0) & (after == 0))
        if len(emptied):
            raise DataError(f"{who} would leave class {int(emptied[0])} without any sample; {way_out}.")

    def _write(
        self,
        decision: Decision,
        samples: npt.NDArray[np.int64],
        new: npt.NDArray[np.int64],
        pruned: bool,
        scores: npt.NDArray[np.float64],
    ) -> None:
        old, reason = self.corrected_labels[samples], REASONS.index(decision.reason)
        self.decisions.write(
            decision.stage, reason, samples, epoch=decision.epoch, old_label=old, new_label=new, pruned=pruned, score=scores
        )

    def state(self) -> dict[str, Any]:
        """Everything that :meth:`load` needs, as numbers, strings and numpy arrays."""
        return {
            "version": self.VERSION,
            "digest": self.digest,
            "num_classes": self.num_classes,
            "corrected_labels": self.corrected_labels.astype(self._label_type),
            "keep": self.keep,
            "undecodable": np.minimum(self.undecodable, np.iinfo(_COUNT).max).astype(_COUNT),
            "next_epoch": self.next_epoch,
            "number": self.number,
            "inherited": self.inherited,
            "stages": "\n".join(self.stages),
            **{f"scores/{name}": values for name, values in self.scores.items()},
            **{f"observations/{name}": values for name, values in self.observations.state().items()},
            **{f"decisions/{name}": values for name, values in self.decisions.columns.items()},
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over a saved state.

        Raises:
            DataError: If a required entry is missing, the state is of a newer version, or it belongs to another
                training annotation.
        """
        required = [*_REQUIRED, *(f"scores/{s}" for s in SCORE_NAMES), *(f"decisions/{h}" for h in DecisionHistory.COLUMNS)]
        required += [f"observations/{name}" for name in self.observations.state()]
        require_keys(state, required, "the saved ledger")
        version, digest = saved_number(state, "version"), saved_text(state, "digest")
        if version > self.VERSION:
            raise DataError(f"the saved ledger has version {version}, this d2sp_mm reads up to {self.VERSION}.")
        if digest != self.digest:
            raise DataError(
                f"the saved ledger belongs to another training annotation (digest {digest[:12]}, this run's is "
                f"{self.digest[:12]}); resume with the annotation of the saved run, or start afresh without --resume."
            )
        n, c = len(self), self.num_classes
        stages = [name for name in saved_text(state, "stages").split("\n") if name]
        if saved_number(state, "num_classes") != c:
            raise DataError(f"the saved ledger has {saved_number(state, 'num_classes')} classes, this run's head has {c}.")
        labels = saved_array(state, "corrected_labels", self._label_type, (n,), 0, c).astype(np.int64)
        keep = saved_array(state, "keep", np.bool_, (n,)).copy()
        undecodable = saved_array(state, "undecodable", _COUNT, (n,), 0).astype(np.int64)
        next_epoch, number, inherited = (saved_number(state, name) for name in ("next_epoch", "number", "inherited"))
        scores = {name: saved_array(state, f"scores/{name}", np.float32, (n,)).copy() for name in SCORE_NAMES}
        rows = len(saved_array(state, "decisions/sample", np.int64, (None,), 0, n))
        # A person may have decided before the first epoch.
        least = {"epoch": -1}
        most = {"stage": len(stages), "reason": len(REASONS), "sample": n, "old_label": c, "new_label": c}
        history = {
            name: saved_array(state, f"decisions/{name}", dtype, (rows,), least.get(name, 0), most.get(name, np.inf)).copy()
            for name, dtype in DecisionHistory.COLUMNS.items()
        }
        prefix = "observations/"
        # The last that may refuse: until here nothing has changed.
        self.observations.load({k[len(prefix) :]: v for k, v in state.items() if k.startswith(prefix)})
        self.corrected_labels, self.keep, self.undecodable = labels, keep, undecodable
        self.number, self.inherited = number, inherited
        self.next_epoch, self.scores, self.decisions = next_epoch, scores, DecisionHistory(stages, history)
