"""The lowest scores, within the room of each class."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from d2sp_mm.functional.selection import class_capacity, select_lowest


@given(
    arrays(np.float64, 20, elements=st.floats(0, 1)),
    arrays(np.int64, 20, elements=st.integers(0, 2)),
    st.integers(0, 25),
    st.lists(st.integers(0, 6), min_size=3, max_size=3),
)
def test_select_lowest_keeps_its_promises(scores, labels, count, room):
    taken = select_lowest(scores, labels, count, room)
    lowest = sorted(range(20), key=lambda i: (scores[i], i))[:count]
    expected = []
    for c in range(3):
        expected += [i for i in lowest if labels[i] == c][: room[c]]
    assert taken.tolist() == sorted(expected)


def test_select_lowest_never_takes_the_unscored():
    assert select_lowest([np.nan, 0.5], [0, 0], 2, [5]).tolist() == [1]


def test_class_room_respects_what_is_gone():
    assert class_capacity([10, 10, 2], [3, 5, 0], cap=0.4, floor=2).tolist() == [1, 0, 0]
