"""One, two and four processes that see the same decide the same, to the byte."""

from __future__ import annotations

import pytest

from tests.faults.process_counts import COUNTS, FILES, replay, write_awkward_list


@pytest.mark.parametrize("length", ["keep", "shrink"])
def test_any_number_of_processes_leaves_the_same_files(tmp_path, length):
    ann_file = write_awkward_list(tmp_path)
    digests = {count: replay(count, tmp_path / f"of{count}", ann_file, length) for count in COUNTS}
    for count in COUNTS[1:]:
        assert digests[count] == digests[1]
    assert set(digests[1]) == set(FILES)
    # There was something to decide: clips were pruned, the undecodable among them, and labels corrected.
    decided = (tmp_path / "of1" / "purification" / "decisions.csv").read_text()
    assert "undecodable,quality,prune" in decided and "prune,quality,prune" in decided and ",relabel," in decided
