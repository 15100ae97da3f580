"""Runs that are killed and resumed end as the unbroken one: the same weights, ledger, decisions and annotation.

The test command kills a few; ``make test-faults`` many (``write_tables.py``).
"""

from __future__ import annotations

import pytest

from tests.faults.kill_and_resume import Kind, difference, kill_at_point, kill_at_random, train_in_a_fork, write_noisy_list
from tests.faults.kill_points import POINTS


@pytest.mark.parametrize("kind", [Kind(1, 2), Kind(2, 0), Kind(1, 0, observes=True)], ids=str)
def test_a_run_that_is_killed_at_random_moments(kind, tmp_path):
    # Early enough that it is not over by then, should the machine be busier with the unbroken run.
    outcome = kill_at_random(kind, 1, tmp_path, latest=0.5)
    assert outcome.kills > 0
    assert not outcome.differing
    assert outcome.identical == outcome.runs


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The list, and a run that was never killed for each checkpoint hook."""
    folder = tmp_path_factory.mktemp("unbroken")
    ann_file = write_noisy_list(folder)
    for name, more in (("ours", []), ("stock", ["--stock-hook"])):
        assert train_in_a_fork([str(folder / name), str(ann_file), *more]) == 0
    return folder, ann_file


@pytest.mark.parametrize(
    ("point", "when"), [(point, at % 3 + 2 if times > 2 else 2) for at, (point, (*_, times)) in enumerate(POINTS.items())]
)
def test_a_run_that_is_killed_where_it_hurts_most(unbroken, tmp_path, point, when):
    folder, ann_file = unbroken
    other = folder / ("stock" if "in place" in point else "ours")
    assert kill_at_point(point, when, tmp_path / "run", other, ann_file) == []


def test_the_comparison_sees_a_difference(unbroken, tmp_path):
    """Another order of the list is another run."""
    folder, ann_file = unbroken
    other = tmp_path / "train.txt"
    other.write_text("".join(reversed(ann_file.read_text().splitlines(keepends=True))))
    assert train_in_a_fork([str(tmp_path / "run"), str(other)]) == 0
    found = difference(tmp_path / "run", folder / "ours")
    assert any(what.startswith("epoch_6.pth: ") for what in found) and "ledger.csv" in found
