"""A clip that is decoded once gives what decord gives: frames, errors, and what depends on the order of decoding."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from mmaction.datasets.transforms import DecordDecode, DecordInit

from d2sp_mm.datasets import CachedDecordInit, IndexedDataset
from d2sp_mm.doctor.clips import decode_every_frame
from d2sp_mm.errors import words_of
from d2sp_mm.experiments.noise.corrupt_files import truncate_file
from d2sp_mm.experiments.toy.clip import write_mp4

FRAMES = 24


def write_clip(path: Path, seed: int) -> Path:
    """A picture that moves: frames that differ, and can be compressed."""
    picture = np.random.default_rng(seed).integers(0, 255, (64 + FRAMES, 64, 3), dtype=np.uint8)
    write_mp4(path, np.stack([picture[i : i + 64] for i in range(FRAMES)]), 12.5)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", 0)


def decoded(init: DecordInit, clip: Path, indices: Any) -> Any:
    """What the pipeline has of a clip, or the words of its error."""
    try:
        results = init.transform({"filename": str(clip)})
        results["frame_inds"] = np.array(indices)
        return DecordDecode().transform(results)
    except Exception as error:
        return words_of(error)


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, str):
        assert found == expected
        return
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
    # Transforms change pictures in place.
    assert all(picture.flags.writeable for picture in found["imgs"])


def no_decord(*_: Any) -> None:
    raise AssertionError("the clip is decoded again")


def test_frames_are_decords_and_later_come_from_the_array(clip, tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    asked = [rng.integers(-FRAMES, FRAMES, rng.integers(1, 12)) for _ in range(20)] + [np.arange(FRAMES), [FRAMES - 1]]
    expected = [decoded(DecordInit(), clip, indices) for indices in asked]
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    assert_same(decoded(cached, clip, asked[0]), expected[0])
    monkeypatch.setattr(DecordInit, "_get_video_reader", no_decord)
    for indices, one in zip(asked, expected):
        assert_same(decoded(cached, clip, indices), one)
    assert expected[0]["avg_fps"] == 12.5 and expected[0]["total_frames"] == FRAMES


def test_indices_outside_the_clip_are_refused(clip, tmp_path):
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    for _ in range(2):
        assert decoded(DecordInit(), clip, [0, FRAMES]).startswith("IndexError")
        assert decoded(cached, clip, [0, FRAMES]).startswith("IndexError")


def test_what_cannot_be_decoded_says_the_same_each_time(clip, tmp_path):
    truncate_file(clip, np.random.default_rng(0))
    (tmp_path / "text.mp4").write_text("no video")
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    for path in (clip, tmp_path / "text.mp4", tmp_path / "none.mp4", tmp_path / "none"):
        expected = decoded(DecordInit(), path, [0, 5])
        assert isinstance(expected, str)
        assert [decoded(cached, path, [0, 5]) for _ in range(2)] == [expected] * 2
    assert not (tmp_path / "cache").exists()


def test_a_damaged_stream_is_left_to_decord(clip, tmp_path):
    """What FFmpeg puts in place of a damaged part depends on what it decoded before."""
    content, rng = bytearray(clip.read_bytes()), np.random.default_rng(0)
    content[rng.integers(200, len(content) * 8 // 10)] ^= 0x55
    clip.write_bytes(content)
    asked = [np.arange(FRAMES), *(np.sort(rng.integers(0, FRAMES, 4)) for _ in range(10))]
    expected = [decoded(DecordInit(), clip, indices) for indices in asked]
    whole = expected[0]["imgs"]
    guessed = [not np.array_equal([whole[i] for i in indices], one["imgs"]) for indices, one in zip(asked, expected)]
    assert any(guessed), "the stream is not damaged enough"
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    for indices, one in zip(asked, expected):
        assert_same(decoded(cached, clip, indices), one)
    assert not (tmp_path / "cache").exists()


def alike(*clips: Path) -> None:
    """Give the files one size and one time."""
    size = max(clip.stat().st_size for clip in clips)
    for clip in clips:
        os.truncate(clip, size)
        os.utime(clip, ns=(1, 1))


@pytest.mark.parametrize("changed", ["size", "time"])
def test_a_video_that_changed_is_decoded_anew(clip, tmp_path, changed):
    other = write_clip(tmp_path / "other.mp4", 1)
    alike(clip, other)
    if changed == "size":
        os.truncate(other, other.stat().st_size + 1)
    os.utime(other, ns=(1, 1 + (changed == "time")))
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    before = decoded(cached, clip, [0, 5])
    other.replace(clip)
    after = decoded(cached, clip, [0, 5])
    assert not np.array_equal(before["imgs"], after["imgs"])
    assert_same(after, decoded(DecordInit(), clip, [0, 5]))


def test_clips_of_the_same_name_are_told_apart(clip, tmp_path):
    (tmp_path / "b").mkdir()
    other = write_clip(tmp_path / "b" / clip.name, 1)
    alike(clip, other)
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    for path in (clip, other):
        assert_same(decoded(cached, path, [3]), decoded(DecordInit(), path, [3]))


def test_mp4_may_be_left_away(clip, tmp_path, monkeypatch):
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    expected = decoded(cached, clip.with_suffix(""), [3])
    monkeypatch.setattr(DecordInit, "_get_video_reader", no_decord)
    for path in (clip, clip.with_suffix("")):
        assert decoded(cached, path, [3])["imgs"][0].tolist() == expected["imgs"][0].tolist()


@pytest.mark.parametrize("length", [0, 5, 1000])
def test_an_array_that_is_not_whole_is_written_again(clip, tmp_path, length):
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    expected = decoded(cached, clip, [0, 5])
    (file,) = (tmp_path / "cache").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:length])
    assert_same(decoded(cached, clip, [0, 5]), expected)
    assert file.read_bytes() == whole


def test_without_a_place_to_write_clips_are_decoded_each_time(clip, tmp_path):
    (tmp_path / "cache").write_text("a file")
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    for _ in range(2):
        assert_same(decoded(cached, clip, [0, 5]), decoded(DecordInit(), clip, [0, 5]))


def test_many_may_write_at_once(tmp_path):
    clips = [write_clip(tmp_path / f"{number}.mp4", number) for number in range(4)]
    expected = [decoded(DecordInit(), clip, [0, 7]) for clip in clips]
    together = Barrier(8)

    def work(_: int) -> list[Any]:
        # Worker processes have a transform each.
        cached = CachedDecordInit(cache=str(tmp_path / "cache"))
        together.wait()
        return [decoded(cached, clip, [0, 7]) for clip in clips for _ in range(3)]

    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(work, range(8)):
            for i, one in enumerate(found):
                assert_same(one, expected[i // 3])
    assert len(list((tmp_path / "cache").iterdir())) == len(clips)


def test_a_second_writer_takes_nothing_from_a_first_reader(clip, tmp_path, monkeypatch):
    cached = CachedDecordInit(cache=str(tmp_path / "cache"))
    expected = decoded(cached, clip, np.arange(FRAMES))
    reader = cached._get_video_reader(str(clip))
    with monkeypatch.context() as patch:
        # It has looked for the file before the first one wrote it.
        patch.setattr(np, "load", lambda *_, **__: (tmp_path / "none").read_bytes())
        decoded(cached, clip, [0])
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(b"")
    np.testing.assert_array_equal(reader.get_batch(np.arange(FRAMES)).asnumpy(), expected["imgs"])


def test_training_set_and_doctor_read_it(clip, tmp_path):
    truncate_file(Path(shutil.copy(clip, tmp_path / "broken.mp4")), np.random.default_rng(0))
    (tmp_path / "list.txt").write_text("clip.mp4 1\nbroken.mp4 0\n")
    pipeline = [
        dict(type="d2sp_mm.CachedDecordInit", cache=str(tmp_path / "cache")),
        dict(type="SampleFrames", clip_len=8, frame_interval=2, test_mode=True),
        dict(type="DecordDecode"),
        dict(type="FormatShape", input_format="NCTHW"),
        dict(type="PackActionInputs"),
    ]
    prefix = dict(video=str(tmp_path))
    ann_file = str(tmp_path / "list.txt")
    dataset = IndexedDataset(dict(type="VideoDataset", ann_file=ann_file, data_prefix=prefix, pipeline=pipeline))
    for _ in range(2):
        assert dataset.load_sample(0)[0]["inputs"].shape == (1, 3, 8, 64, 64)
        assert dataset.load_sample(1)[1].startswith("RuntimeError: Error reading")
        part, index = dataset.map.locate(0)
        assert [decode_every_frame(part, i)[:12] for i in (index, index + 1)] == ["", "RuntimeError"]


def test_a_clip_whose_name_is_no_text_is_decoded(clip, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xe9.mp4"))
    shutil.copy(clip, odd)
    assert_same(decoded(CachedDecordInit(cache=str(tmp_path / "cache")), odd, [0, 3]), decoded(DecordInit(), odd, [0, 3]))


def test_a_clip_that_cannot_be_kept_is_decoded_whole_once(clip, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    cached = CachedDecordInit(cache=str(tmp_path / "file" / "cache"))
    expected = decoded(DecordInit(), clip, [1])
    assert_same(decoded(cached, clip, [1]), expected)
    monkeypatch.setattr(CachedDecordInit, "_decode", no_decord)
    assert_same(decoded(cached, clip, [1]), expected)
