"""All checks in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mmengine.config import Config

from d2sp_mm.doctor.annotation_lists import check_lists, read_lists
from d2sp_mm.doctor.class_counts import check_class_counts
from d2sp_mm.doctor.clips import check_clips
from d2sp_mm.doctor.environment import check_environment
from d2sp_mm.doctor.finding import Finding
from d2sp_mm.doctor.purified import purified_form
from d2sp_mm.doctor.settings import check_settings


def examine(
    config: Config,
    recipe: str | None = None,
    clips: int | None = None,
    processes: int = 1,
    progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, total: items,
) -> Iterator[tuple[str, list[Finding]]]:
    """Check everything that can be checked without training.

    Args:
        config: A config, purified or not; not changed.
        recipe: The recipe that is meant; None takes the config's own, or ``d2sp`` where it has none.
        clips: How many training clips are decoded, spread evenly; None all, 0 none.
        processes: How many processes decode.
        progress: Shows how far decoding has come, given the loop and its length.

    Returns:
        Title and findings of one kind of check after the other.

    Source:
        Our own.
    """
    yield "Environment", check_environment()
    purified, findings = purified_form(config, recipe)
    if purified is None:
        yield "Config", findings
        return
    lists = read_lists(purified)
    train = lists.entries.get("train")
    yield "Config", findings + check_settings(purified, None if train is None else len(train))
    num_classes = int(purified.model.cls_head.num_classes)
    yield "Annotation lists", check_lists(lists, num_classes)
    if train is None:
        return
    labels = [entry.label for entry in train if isinstance(entry.label, int) and 0 <= entry.label < num_classes]
    yield "Classes", check_class_counts(purified, labels)
    if clips != 0:
        yield "Training clips", check_clips(purified, len(train), clips, processes, progress)
