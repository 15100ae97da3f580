"""Where early learning ends, of curves of how much is contradicted."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.functional.early_learning import end_of_early_learning


@pytest.mark.parametrize(
    ("contradicted", "last"),
    [
        ([0.7], 0),
        ([0.01], 0),
        (np.linspace(0.8, 0.05, 40), 39),
        # Memorised after 25 of 60 epochs: ten of them.
        (np.concatenate([np.linspace(0.6, 0.06, 24), np.full(36, 0.01)]), 9),
        # Once memorised, what follows says nothing.
        ([0.6, 0.5, 0.4, 0.2, 0.04, 0.3, 0.3], 1),
    ],
)
def test_it_ends_on_the_way_to_where_labels_are_memorised_or_not_at_all(contradicted, last):
    assert end_of_early_learning(contradicted) == last
