"""Which checkpoint a run goes on from."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from mmengine.runner import BaseLoop, Runner

from d2sp_mm.errors import DataError
from d2sp_mm.io.whole_files import atomic_write

_NAME = "last_checkpoint"
_CHECKPOINT = re.compile(r"epoch_(\d+)\.pth")


def repair_last_checkpoint(runner: Runner) -> None:
    """See to it that a resume goes on from a whole checkpoint, before MMEngine reads which one it is.

    MMEngine's own hook empties ``last_checkpoint`` before it writes the name, and writes the checkpoint that it names in
    place; a process that was killed meanwhile leaves a name of nothing, or of a part. The newest whole one in the work
    dir is named instead. Only the main process may call it, before the others read the file.

    Args:
        runner: The runner, before it resumes. One that tests or starts afresh is left alone.

    Raises:
        DataError: If what is to be resumed from is damaged, and there is nothing else.

    Source:
        Our own; ``find_latest_checkpoint`` of MMEngine 0.10.7 is what reads the file.
    """
    if not runner._resume or not isinstance(runner._train_loop, BaseLoop):
        return
    if runner._load_from is not None:
        if _is_part(Path(runner._load_from)):
            raise DataError(f"load_from={runner._load_from!r} is a part of a checkpoint only; name another one.")
        return
    folder = Path(runner.work_dir)
    file = folder / _NAME
    if not file.is_file():
        return
    named = file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    # What a URL names cannot be looked at here; a folder is a checkpoint of DeepSpeed.
    if named and ("://" in named or (Path(named).exists() and not _is_part(Path(named)))):
        return
    whole = [path for path in folder.iterdir() if _CHECKPOINT.fullmatch(path.name) and not _is_part(path)]
    if not whole:
        raise DataError(
            f"{file} names {named!r}, which is no whole checkpoint, and {folder} holds no other; name one by "
            "load_from=..., or start afresh without --resume."
        )
    # A folder may hold those of an older run as well, of which more epochs were trained.
    newest = max(whole, key=lambda path: (path.stat().st_mtime_ns, int(path.stem.partition("_")[2])))
    runner.logger.warning(f"{file} names {named!r}, no whole checkpoint; naming {newest} instead.")
    atomic_write(file, str(newest).encode("utf-8", "surrogateescape"))


def _is_part(path: Path) -> bool:
    """Whether a file is empty, or the beginning of a zip archive (torch's format) without the directory at its end."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        begin = stream.read(2)
    return not begin or (begin == b"PK" and not zipfile.is_zipfile(path))
