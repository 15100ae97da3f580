from __future__ import annotations

from d2sp_mm.experiments.costs.training import epoch_saving, iteration_costs


def test_iterations_and_epochs_of_the_demos_recognizer(tmp_path):
    rows = iteration_costs(tmp_path, epochs=10, clips=32)
    assert [row.bound for row in rows] == ["at most 2 %"] * 2
    # Two iterations an epoch, every other one with purification, of which the first tenth warms up.
    assert all("9 pairs" in row.found for row in rows)
    (row,) = epoch_saving(tmp_path, epochs=4, clips=32)
    assert "2 pairs of epochs" in row.found
