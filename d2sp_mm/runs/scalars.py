"""What MMEngine has logged of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def scalar_files(work_dir: Path) -> list[Path]:
    """The file of each start of a run, the newest last."""
    return sorted(work_dir.glob("*/vis_data/scalars.json"))


def read_scalars(work_dir: Path, every_start: bool = False) -> list[dict[str, Any]]:
    """Return what a run has logged so far.

    Args:
        work_dir: The run's work dir.
        every_start: Whether a resumed run's earlier starts count as well, or the newest alone.

    Returns:
        One dictionary a line of ``vis_data/scalars.json``, in their order; none where there is no file yet. A last line that
        is only half written is left out.

    Source:
        MMEngine's ``LocalVisBackend``.
    """
    files = scalar_files(work_dir)
    lines = []
    for file in files if every_start else files[-1:]:
        lines += file.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n") and line.strip()]
