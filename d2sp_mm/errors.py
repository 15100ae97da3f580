"""The errors that a user sees. Each message names the setting, its value, and the way out."""

from __future__ import annotations

#: Characters of a user's file that a message quotes.
_QUOTED = 120


def quoted(text: object) -> str:
    """What a message quotes of somebody's file: the text between quotation marks, cut to a line's worth.

    Args:
        text: A line, a field, a label; anything with a ``repr``.
    """
    shown = repr(text)
    return shown if len(shown) <= _QUOTED else f"{shown[:_QUOTED]}... ({len(shown)} characters)"


def words_of(error: BaseException) -> str:
    """Class and words of somebody else's error, cut to two lines' worth: parsers and decoders may quote a whole file.

    Args:
        error: The error.
    """
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text if len(text) <= 2 * _QUOTED else text[: 2 * _QUOTED] + '...'}"


class D2SPError(Exception):
    """Base class of every error that this package raises on purpose."""


class ConfigError(D2SPError, ValueError):
    """A setting, or a combination of settings, that cannot work."""


class DataError(D2SPError, ValueError):
    """A file or an observation that cannot be used as it is."""


class WriteError(D2SPError, OSError):
    """A file that cannot be written: no permission, no space, no such disk."""
