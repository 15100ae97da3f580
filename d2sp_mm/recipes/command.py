"""What the commands that train have in common: a runner from MMAction2's script, and errors of one line."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from d2sp_mm.compat.cpu_distributed import leave_at_once
from d2sp_mm.engine.training_parts import check_full_batch
from d2sp_mm.errors import D2SPError


def build_runner(script: Mapping[str, Any], config: Config) -> Runner:
    """The runner of a config, as MMAction2's script builds it.

    Args:
        script: The names of ``tools/train.py`` of MMAction2.
        config: The config.

    Raises:
        ConfigError: It purifies, and the training set does not fill a single batch.
    """
    runner: Runner = script["Runner"].from_cfg(config) if "runner_type" not in config else script["RUNNERS"].build(config)
    if (config.get("default_hooks") or {}).get("purification"):
        check_full_batch(runner.train_loop.dataloader)
    return runner


@contextmanager
def errors_of_one_line(command: str, work_dir: str | None, go_on: str) -> Iterator[None]:
    """End the process with one line where bad input or a full disk stops it; the other ranks do not wait for this one.

    Args:
        command: Name of the command, as the line begins.
        work_dir: Where it writes, for what MMEngine does not name.
        go_on: How a user goes on when there is space again.

    Raises:
        SystemExit: With the line.
    """
    try:
        yield
    except D2SPError as error:
        leave_at_once()
        raise SystemExit(f"{command}: {error}") from error
    except OSError as error:
        # MMEngine's own files: logs, scalars, the name of the last checkpoint.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        leave_at_once()
        place = error.filename or work_dir or "the work dir"
        raise SystemExit(f"{command}: {place}: {error.strerror}; free space, {go_on}.") from error
