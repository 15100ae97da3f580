"""All checks in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mmengine.config import Config

from d2sp_mm.doctor.annotation_lists import read_lists
from d2sp_mm.doctor.class_counts import check_class_counts
from d2sp_mm.doctor.clips import check_clips
from d2sp_mm.doctor.environment import check_environment
from d2sp_mm.doctor.finding import Finding
from d2sp_mm.doctor.list_checks import check_given_list, check_lists
from d2sp_mm.doctor.model import check_model
from d2sp_mm.doctor.purified import purified_form
from d2sp_mm.doctor.settings import check_settings


def examine(
    config: Config,
    recipe: str | None = None,
    options: Mapping[str, Any] | None = None,
    clips: int | None = None,
    processes: int = 1,
    progress: Callable[[Iterable[Any], int], Iterable[Any]] = lambda items, total: items,
) -> Iterator[tuple[str, list[Finding]]]:
    """Check everything that can be checked without training.

    Args:
        config: A config, purified or not; not changed.
        recipe: The recipe that is meant; None takes the config's own, or ``d2sp`` where it has none.
        options: Values by dotted names, as ``--cfg-options`` has them; those of the recipe are merged after it.
        clips: How many clips of each list are decoded, spread evenly; None all, 0 none.
        processes: How many processes decode.
        progress: Shows how far decoding has come, given the loop and its length.

    Returns:
        Title and findings of one kind of check after the other.

    Source:
        Our own.
    """
    yield "Environment", check_environment(config)
    purified, findings = purified_form(config, recipe, options)
    if purified is None or any(finding.level == "fail" for finding in findings):
        yield "Config", findings
        return
    lists, unread = read_lists(purified)
    yield "Config", findings + check_settings(purified, lists["train"].draws if "train" in lists else None)
    num_classes = int(purified.model.cls_head.num_classes)
    tried = check_given_list(purified, lists["train"].samples) if "train" in lists else []
    yield "Annotation lists", unread + check_lists(lists, num_classes) + tried
    if "train" in lists:
        yield "Classes", check_class_counts(purified, lists["train"].class_labels(num_classes))
    if "train" in lists and not unread:
        yield "Model", check_model(purified)
    if clips != 0 and lists:
        # In many configs test is val once more.
        twice = {"test"} if purified.get("test_dataloader") == purified.get("val_dataloader") else set()
        counts = {name: len(read.entries) for name, read in lists.items() if name not in twice}
        yield "Clips", check_clips(purified, counts, clips, processes, progress)
