"""What ends a command that trains is told in one line."""

from __future__ import annotations

import errno
import sys

import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.recipes.command import errors_of_one_line


@pytest.fixture(autouse=True)
def no_last_value(monkeypatch):
    """What tells the other ranks not to wait is taken back."""
    monkeypatch.setattr(sys, "last_value", None, raising=False)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ConfigError("rate=2 must be a share."), "purify: rate=2 must be a share."),
        (OSError(errno.ENOSPC, "No space left", "a.json"), "purify: a.json: No space left; free space, call again."),
        (OSError(errno.EROFS, "Read-only file system"), "purify: work: Read-only file system; free space, call again."),
    ],
)
def test_bad_input_and_a_full_disk_are_one_line(error, line):
    with pytest.raises(SystemExit) as caught, errors_of_one_line("purify", "work", "call again"):
        raise error
    assert str(caught.value) == line


def test_other_errors_keep_their_traceback():
    with pytest.raises(OSError, match="Bad file"), errors_of_one_line("purify", None, "call again"):
        raise OSError(errno.EBADF, "Bad file descriptor")
