from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.errors import ConfigError, DataError

_CASES = {
    "video": (b"a.mp4 3\nd/b.mp4 0\na.mp4 2\n", {}),
    "video_comma": (b"my a.mp4,3\r\nb.mp4, 0\r\n", {"delimiter": ","}),
    "rawframe": (b"a 10 3\n b\t5 0 \na 7 2", {}),
    "rawframe_offset": (b"a 0 10 3\na 10 5 0\n", {"with_offset": True}),
    "audio": ("ä.npy 10 3\nb.npy 5 0\n".encode(), {"kind": "audio"}),
}


def _stock(case: str, path: Path) -> list[tuple[str, int]]:
    datasets = pytest.importorskip("mmaction.datasets")
    if case.startswith("video"):
        delimiter = _CASES[case][1].get("delimiter", " ")
        dataset = datasets.VideoDataset(str(path), [], dict(video=""), delimiter=delimiter)
    elif case.startswith("rawframe"):
        dataset = datasets.RawframeDataset(str(path), [], dict(img=""), with_offset=case.endswith("offset"))
    else:
        dataset = datasets.AudioDataset(str(path), [], dict(audio=""))
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    names = [info.get("filename", info.get("frame_dir", info.get("audio_path"))) for info in infos]
    return [(name, info["label"]) for name, info in zip(names, infos)]


@pytest.mark.parametrize("case", _CASES)
def test_samples_are_those_of_the_stock_dataset(tmp_path: Path, case: str) -> None:
    content, settings = _CASES[case]
    (tmp_path / "list.txt").write_bytes(content)
    annotations = read_annotations(tmp_path / "list.txt", **settings)
    assert annotations.kind == settings.get("kind", case.split("_")[0])
    assert list(zip(annotations.paths, annotations.labels.tolist())) == _stock(case, tmp_path / "list.txt")


def test_keys_labels_and_length(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"a 3\nb 0\na 2\n")
    annotations = read_annotations(tmp_path / "list.txt")
    assert annotations.keys == ["a", "b", "a#2"]
    assert annotations.labels.dtype == np.int64 and annotations.labels.tolist() == [3, 0, 2]
    assert len(annotations) == 3
    with pytest.raises(ValueError, match="read-only"):
        annotations.labels[0] = 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "movie"}, "kind='movie' is unknown; choose one of video"),
        ({"delimiter": ""}, "delimiter=''"),
        ({"split": "train"}, "only a pose file has splits"),
        ({"kind": "video", "with_offset": True}, "with_offset=True: a video file"),
    ],
)
def test_settings_that_do_not_fit_are_refused(tmp_path: Path, settings: dict, message: str) -> None:
    (tmp_path / "list.txt").write_bytes(b"a 1\n")
    with pytest.raises(ConfigError, match=message):
        read_annotations(tmp_path / "list.txt", **settings)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.txt: cannot be read"):
        read_annotations(tmp_path / "nowhere.txt")
