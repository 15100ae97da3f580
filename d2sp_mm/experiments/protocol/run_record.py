"""What a run was asked for, so that another is not taken for it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.io.whole_files import atomic_write


def typed_path(path: Path) -> str:
    """Return a path relative to the current folder where it lies in it, else absolute.

    Args:
        path: Any path. Links are not followed: the interpreter of an environment is one.

    Returns:
        The path.
    """
    absolute, here = Path(os.path.abspath(path)), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


_SHOWN = 3


def write_record(path: Path, settings: Mapping[str, Any]) -> None:
    """Write the settings of a run.

    Args:
        path: The file.
        settings: Anything that JSON can hold; tuples become lists.
    """
    atomic_write(path, (json.dumps(settings, indent=2, sort_keys=True, default=str) + "\n").encode())


def check_record(path: Path, settings: Mapping[str, Any]) -> None:
    """Refuse to go on where a run was started with other settings; a record that is not there says nothing.

    Args:
        path: The file that :func:`write_record` wrote.
        settings: The settings of now.

    Raises:
        ConfigError: They differ; the message names the settings with both values.
        DataError: The file cannot be read.
    """
    try:
        before = dict(_flat(json.loads(path.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); remove the folder, or name another --work-dir.") from error
    now = dict(_flat(json.loads(json.dumps(settings, default=str))))
    differing = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    if differing:
        shown = "; ".join(f"{name} was {before.get(name)!r}, is {now.get(name)!r}" for name in differing[:_SHOWN])
        more = f"; and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else ""
        raise ConfigError(
            f"{path.parent} holds a run of other settings ({shown}{more}); name another --work-dir, or remove the folder."
        )


def _flat(part: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict) and part:
        for key, value in part.items():
            yield from _flat(value, f"{name}.{key}" if name else str(key))
    elif isinstance(part, list) and part:
        for i, value in enumerate(part):
            yield from _flat(value, f"{name}.{i}")
    else:
        yield name, part
