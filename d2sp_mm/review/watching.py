"""A run as it goes, for the terminal."""

from __future__ import annotations

import csv
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from d2sp_mm.errors import DataError
from d2sp_mm.runs.recorded_run import read_settings
from d2sp_mm.runs.run_files import FOLDER
from d2sp_mm.runs.scalars import read_scalars, scalar_files

_BARS = " ▁▂▃▄▅▆▇█"
_WIDTH = 60
#: Seconds without a new figure after which a run may have died.
_SILENCE = 600


@dataclass(frozen=True)
class Seen:
    """What a look at a run found.

    Args:
        view: What to show.
        has_ended: Whether it trained to its end.
    """

    view: RenderableType
    has_ended: bool


def look(work_dir: Path) -> Seen:
    """Read what a run has written so far.

    Args:
        work_dir: Its work dir.

    Raises:
        DataError: No purifying run has begun there, or its settings cannot be read.
    """
    folder = work_dir / FOLDER
    if not (folder / "settings.json").is_file():
        raise DataError(f"{work_dir}: no run with purification has begun there; give the work dir of one.")
    # Both files appear whole or not at all, whatever the run does just now.
    settings = read_settings(folder / "settings.json")
    total = int(settings["max_epochs"])
    scalars = read_scalars(work_dir)
    training = [entry for entry in scalars if "loss" in entry]
    epoch = int(training[-1]["epoch"]) if training else 0
    head = Table.grid(padding=(0, 1))
    head.add_row(escape(work_dir.name), f"epoch {epoch} of {total}", ProgressBar(total=total, completed=epoch, width=40))
    parts: list[RenderableType] = [head]
    silent = time.time() - max(path.stat().st_mtime for path in (folder / "settings.json", *scalar_files(work_dir)))
    if silent > _SILENCE and not settings.get("ended"):
        parts.append(Text(f"nothing was written for {silent / 60:.0f} minutes; is it still running?"))
    for name, values in (("loss", _last_of_each_epoch(training, "loss")), ("top-1 of the test", _tests(scalars))):
        if values:
            parts.append(Text(f"{name:18} {values[-1]:.4f}  {_line(values)}"))
    parts.append(_decisions(folder / "decisions.csv"))
    return Seen(Group(*parts), has_ended=bool(settings.get("ended")))


def _last_of_each_epoch(entries: Sequence[dict[str, Any]], name: str) -> list[float]:
    return list({entry["epoch"]: float(entry[name]) for entry in entries}.values())


def _tests(entries: Sequence[dict[str, Any]]) -> list[float]:
    return [float(entry["acc/top1"]) for entry in entries if "acc/top1" in entry]


def _line(values: Sequence[float]) -> str:
    """Bars between the lowest and the highest of the last values."""
    shown = [value for value in values[-_WIDTH:] if math.isfinite(value)]
    if not shown:
        return "not a number"
    low, high = min(shown), max(shown)
    span = (high - low) or 1.0
    return "".join(_BARS[1 + round((value - low) / span * (len(_BARS) - 2))] for value in shown)


def _decisions(path: Path) -> RenderableType:
    """A row a round."""
    if not path.is_file():
        return Text("nothing was decided so far")
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        rows = list(csv.DictReader(file))
    counts = Counter((int(row["epoch"]), row["stage"], row["action"]) for row in rows)
    moves: dict[tuple[int, str, str], Counter[str]] = {key: Counter() for key in counts}
    for row in rows:
        what = row["old_label"] if row["action"] != "relabel" else f"{row['old_label']} to {row['new_label']}"
        moves[int(row["epoch"]), row["stage"], row["action"]][what] += 1
    table = Table("after epoch", "by", "", "samples", "most of class", title_justify="left")
    for key, count in counts.items():
        most = ", ".join(f"{name}: {number}" for name, number in moves[key].most_common(4))
        table.add_row(str(key[0]), escape(key[1]), key[2], str(count), most)
    return table if counts else Text("nothing was decided so far")
