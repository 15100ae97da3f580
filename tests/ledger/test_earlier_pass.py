"""What a pass takes over from the one before."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Decision, Ledger, Override
from d2sp_mm.ledger.earlier_pass import go_on_from
from d2sp_mm.ledger.override import apply_overrides, overrides_of
from tests.ledger.test_ledger import LABELS, empty, observe


def after_a_pass() -> Ledger:
    """Sample 0 corrected to class 1, sample 4 pruned, sample 5 pruned by a person."""
    ledger = empty()
    observe(ledger, 0)
    ledger.apply(Decision(0, "label", relabel=np.array([0]), new_labels=np.array([1]), stage="correct"))
    ledger.apply(Decision(0, "quality", prune=np.array([4]), stage="prune"))
    apply_overrides(ledger, {5: Override(False, int(LABELS[5]))})
    return ledger


@pytest.mark.parametrize("average", [1, 0])
def test_what_a_pass_decided_holds_in_the_next(average):
    first, second = after_a_pass(), empty()
    go_on_from(second, first, average)
    assert second.number == 2 and not second.keep[[4, 5]].any() and second.corrected_labels[0] == 1
    assert second.stages == ["pass_1/correct", "pass_1/prune", "override"]
    assert second.observations.passes_before == average
    assert overrides_of(second) == {5: Override(False, int(LABELS[5]))}
    # Through a checkpoint, and into a third pass, whose earlier stages keep their names.
    resumed = empty()
    resumed.load(second.state())
    assert (resumed.number, resumed.inherited, resumed.observations.passes_before) == (2, second.inherited, average)
    np.testing.assert_array_equal(resumed.observations.mean_probs(1, 0), second.observations.mean_probs(1, 0))
    third = empty()
    go_on_from(third, resumed, average)
    assert third.number == 3 and "pass_1/correct" in third.stages
    np.testing.assert_array_equal(third.keep, second.keep)


def test_a_pass_over_another_set_is_refused():
    with pytest.raises(DataError, match="another annotation"):
        go_on_from(empty(labels=LABELS[::-1].copy()), after_a_pass(), average=0)
