"""An annotation file of a run, and what of it is left."""

from __future__ import annotations

from d2sp_mm.datasets import IndexedDataset
from d2sp_mm.datasets.training_list import read_training_list
from d2sp_mm.ledger import Ledger
from d2sp_mm.runs.annotation_part import purified_bytes, purified_paths


def test_a_linked_annotation_keeps_its_name_and_entries_that_the_data_set_leaves_out(tmp_path):
    (tmp_path / "blob").write_text("0_good_0.mp4 0\n1_good_1.mp4 1\n2_good_2.mp4 2\n")
    (tmp_path / "list.txt").symlink_to(tmp_path / "blob")
    indexed = IndexedDataset(dict(type="VideoDataset", ann_file=str(tmp_path / "list.txt"), pipeline=[], indices=[0, 2]))
    given = read_training_list(indexed.map)
    ledger = Ledger(given.keys, given.labels, 3)
    (path,) = purified_paths(tmp_path / "out", given.parts)
    assert path.name == "list_purified.txt"
    written = purified_bytes(given.parts, 0, given.keys, ledger.keep, ledger.labels, ledger.corrected_labels)
    assert written == (tmp_path / "blob").read_bytes()
