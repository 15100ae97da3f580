from __future__ import annotations

from d2sp_mm.experiments.costs.measurement import paired_ratio, seconds, start_times


def test_a_ratio_is_taken_pair_by_pair_and_evaluated_by_its_median():
    theirs = [1.0, 10.0, 100.0]
    row = paired_ratio("x", [1.01, 10.1, 150.0], theirs, 0.02)
    assert row.found.startswith("+1.00 % (") and row.holds
    assert not paired_ratio("x", [1.03, 10.3, 103.0], theirs, 0.02).holds


def test_seconds_have_a_unit_that_can_be_read():
    assert seconds("x", [0.012, 0.014, 0.013], 0.02).found == "13 ms (12 to 14), 3 trials"
    row = seconds("x", [2.5], 2.0)
    assert (row.found, row.bound, row.holds) == ("2.5 s, 1 trials", "at most 2 s", False)


def test_starting_is_measured():
    package, light, script = start_times(trials=1)
    assert light.found == "[]" and light.holds
    assert package.holds and script.bound == "at most 1 s"
