"""What the main process does for all: its result and its errors."""

from __future__ import annotations

import pytest

from d2sp_mm.engine.ranks import from_main
from d2sp_mm.errors import WriteError


def test_the_result_and_any_error_come_back():
    assert from_main(lambda: [1, 2]) == [1, 2]
    for error in (WriteError("no space"), KeyError("a dataset of the user's own")):

        def fail(error=error):
            raise error

        with pytest.raises(type(error)) as raised:
            from_main(fail)
        assert raised.value is error
