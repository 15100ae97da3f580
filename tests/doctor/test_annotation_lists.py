"""What the doctor reads of the lists themselves."""

from __future__ import annotations

from d2sp_mm.doctor.annotation_lists import read_lists
from tests.doctor.dataset_configs import videos_config


def test_a_byte_order_mark_is_told_for_each_list(tmp_path):
    config = videos_config(tmp_path, b"\xef\xbb\xbfa.mp4 0\r\nb.mp4 1\r\n")
    config.val_dataloader = config.train_dataloader
    lists, findings = read_lists(config)
    assert [f.what.partition(":")[0] for f in findings if "byte order mark" in f.what] == ["train", "val"]
    assert lists["train"].entries[0].path == str(tmp_path / "a.mp4")
