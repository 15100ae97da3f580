"""Whether a run can write where it is to write."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mmengine.config import Config

from d2sp_mm.errors import ConfigError


def check_work_dir(config: Config) -> None:
    """Refuse a work dir that cannot be made or written to, before anything is built.

    Args:
        config: A config with its ``work_dir``; the folder is made.

    Raises:
        ConfigError: If nothing can be written there, with the system's reason.

    Source:
        Our own.
    """
    folder = Path(config.get("work_dir") or "work_dirs")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Permissions do not tell: a disk may be full, or mounted for reading only.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
    except OSError as error:
        raise ConfigError(
            f"work_dir={str(folder)!r} cannot be written to: {error.strerror or error}; name another --work-dir."
        ) from error
