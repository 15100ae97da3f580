"""Keys that name every sample once, made from paths that may occur more than once."""

from __future__ import annotations

from collections.abc import Sequence


def unique_keys(paths: Sequence[str]) -> list[str]:
    """Append ``#2``, ``#3``, ... to the second, third, ... occurrence of a path.

    A number is skipped where the name it would give is itself a path of the file, so keys are always unique. The
    number counts occurrences in this one file: in a file with fewer lines the same clip may carry another number.

    Args:
        paths: The paths in the order of the file.

    Returns:
        One key a path, in the same order, all different.

    Source:
        Our own. Clips cut from one long video share its path (``with_offset`` lists of MMAction2).
    """
    reserved = set(paths)
    last_number: dict[str, int] = {}
    keys = []
    for path in paths:
        if path not in last_number:
            last_number[path] = 1
            keys.append(path)
            continue
        number = last_number[path] + 1
        while f"{path}#{number}" in reserved:
            number += 1
        last_number[path] = number
        keys.append(f"{path}#{number}")
        reserved.add(keys[-1])
    return keys
