from __future__ import annotations

from d2sp_mm.experiments.costs.workers import worker_costs


def test_batches_with_and_without_the_wrapper(tmp_path):
    rows = worker_costs(tmp_path, pairs=1, samples=12_000, batches=4, clips=16)
    assert sum(row.what.startswith("batches") for row in rows) == 5
    (added,) = (row for row in rows if "adds" in row.what)
    assert abs(float(added.found.split()[0])) < 1000
    memory = [row for row in rows if row.what.startswith("memory")]
    assert len(memory) == 4 and all("MiB" in row.found for row in memory)
