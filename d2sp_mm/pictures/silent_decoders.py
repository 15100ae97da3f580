"""Keeping what decoders print of a damaged file from the terminal."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def silent_decoders() -> Iterator[None]:
    """Drop what FFmpeg, decord and OpenCV write to the error stream of the process; what Python writes is let through.

    Those libraries write to the descriptor, not to ``sys.stderr``, up to hundreds of lines a file.
    """
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    # A process without an error stream has nothing to keep clean.
    except (AttributeError, OSError, ValueError):
        yield
        return
    before = sys.stderr
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        if _is_the_descriptor(before):
            sys.stderr = io.TextIOWrapper(io.FileIO(kept, "w", closefd=False), errors="backslashreplace", write_through=True)
        yield
    finally:
        sys.stderr = before
        os.dup2(kept, 2)
        os.close(kept)


def _is_the_descriptor(stream: object) -> bool:
    """Whether a stream writes to descriptor 2; a test or a notebook may have put another one there."""
    try:
        return bool(stream.fileno() == 2)  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
