"""Which checkpoint a run goes on from."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from mmengine.runner import Runner

from d2sp_mm.annotations.atomic_write import atomic_write, remove_leftovers

_NAME = "last_checkpoint"


def mend_last_checkpoint(runner: Runner) -> None:
    """See to it that ``last_checkpoint`` in the work dir names a whole checkpoint, before MMEngine resumes from it.

    MMEngine empties that file before it writes the name, and writes the checkpoint that it names in place; a process that
    was killed meanwhile leaves a name of nothing, or of a part. The newest whole checkpoint is named instead. Temporary
    files of killed processes are removed. Only the main process may call it, before the others read the file.

    Args:
        runner: The runner, before it resumes.

    Source:
        Our own; ``find_latest_checkpoint`` of MMEngine 0.10.7 is what reads the file.
    """
    folder = Path(runner.work_dir)
    remove_leftovers(folder)
    file = folder / _NAME
    if not file.is_file():
        return
    named = file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    # A folder is a checkpoint of DeepSpeed; what a URL names cannot be looked at here.
    if named and ("://" in named or Path(named).is_dir() or _is_whole(Path(named))):
        return
    whole = [path for path in sorted(folder.glob("epoch_*.pth"), key=_epoch_of, reverse=True) if _is_whole(path)]
    if not whole:
        runner.logger.warning(f"{file} names {named!r}, no whole checkpoint, and there is no other to go on from.")
        file.unlink()
        return
    runner.logger.warning(f"{file} names {named!r}, no whole checkpoint; naming {whole[0]} instead.")
    atomic_write(file, str(whole[0]).encode("utf-8", "surrogateescape"))


def _epoch_of(path: Path) -> int:
    digits = re.findall(r"\d+", path.stem)
    return int(digits[-1]) if digits else -1


def _is_whole(path: Path) -> bool:
    """Whether torch's file format, a zip archive with its directory at the end, is all there."""
    return path.is_file() and zipfile.is_zipfile(path)
