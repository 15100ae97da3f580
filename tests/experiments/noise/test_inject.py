from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from d2sp_mm.annotations import read_annotations
from d2sp_mm.annotations.truth import read_truth
from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.noise.confusion import symmetric
from d2sp_mm.experiments.noise.inject import CORRUPTION_KINDS, FrameNames, InjectedNoise, inject_noise

Make = Callable[[Path, int], Path]


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _check_truth(injected: InjectedNoise, true_labels: np.ndarray, **settings: str) -> None:
    """The truth meets the noisy annotation, key by key, and names exactly the labels that are wrong."""
    noisy = read_annotations(injected.annotation, **settings)
    truth = read_truth(injected.truth)
    assert noisy.keys == truth.keys == injected.keys
    np.testing.assert_array_equal(truth.true_labels, true_labels)
    np.testing.assert_array_equal(truth.noise == "mislabel", noisy.labels != true_labels)


@pytest.fixture
def video_list(tmp_path: Path, make_video: Make) -> Path:
    for i in range(10):
        make_video(tmp_path / "clips" / "d" / f"{i}.mp4", i)
    (tmp_path / "list.txt").write_text("".join(f"d/{i}.mp4 {i % 3}\r\n" for i in range(10)), newline="")
    return tmp_path / "list.txt"


def _inject_videos(video_list: Path, out: str, seed: int = 0, **settings: object) -> InjectedNoise:
    annotations = read_annotations(video_list)
    root = video_list.parent
    return inject_noise(
        annotations, root / out, "list.txt", symmetric(3), 0.2, 0.6, seed, data_root=root / "clips", **settings
    )


def test_video_list(video_list: Path) -> None:
    before = _tree(video_list.parent)
    injected = _inject_videos(video_list, "out")
    assert {name: content for name, content in _tree(video_list.parent).items() if not name.startswith("out")} == before
    _check_truth(injected, np.arange(10) % 3)
    assert injected.data_prefix == video_list.parent / "out" / "data"
    assert set(injected.plan.kinds.values()) == set(CORRUPTION_KINDS["video"])
    for i, key in enumerate(injected.keys):
        clip = injected.data_prefix / key
        assert clip.is_symlink() == (i not in injected.plan.kinds)
        same = clip.read_bytes() == (video_list.parent / "clips" / f"d/{i}.mp4").read_bytes()
        assert same == (injected.plan.noise[i] != "low_quality")
    lines = injected.annotation.read_bytes().splitlines(keepends=True)
    original = video_list.read_bytes().splitlines(keepends=True)
    assert [a == b for a, b in zip(lines, original)] == (injected.plan.noise != "mislabel").tolist()


def test_a_corrupted_clip_that_cannot_keep_its_path_is_found_under_its_new_one(tmp_path: Path, make_video: Make) -> None:
    make_video(tmp_path / "clips" / "a.mp4", 1)
    for name in ("a.mkv", "b.mkv"):
        (tmp_path / "clips" / "a.mp4").rename(tmp_path / "clips" / name)
        make_video(tmp_path / "clips" / "a.mp4", 2)
    (tmp_path / "list.txt").write_text("a.mkv 0\nb.mkv 1\na.mkv 1\n")
    annotations = read_annotations(tmp_path / "list.txt")
    injected = inject_noise(
        annotations, tmp_path / "out", "list.txt", symmetric(2), 0.0, 1.0, 0, data_root=tmp_path / "clips",
        kinds=["dark"],
    )  # fmt: skip
    assert injected.annotation.read_text() == "a.mkv.mp4 0\nb.mkv.mp4 1\na.mkv.2.mp4 1\n"
    assert injected.data_prefix is not None
    assert all((injected.data_prefix / key).is_file() for key in injected.keys)
    _check_truth(injected, np.array([0, 1, 1]))


def test_the_seed_decides(video_list: Path) -> None:
    trees = [_tree(_inject_videos(video_list, f"out{n}", seed).annotation.parent) for n, seed in enumerate((3, 3, 4))]
    assert trees[0] == trees[1]
    assert trees[0] != trees[2]


def test_noisy_list_loads_in_the_stock_dataset(video_list: Path) -> None:
    datasets = pytest.importorskip("mmaction.datasets")
    injected = _inject_videos(video_list, "out", kinds=["dark"])
    dataset = datasets.VideoDataset(str(injected.annotation), [], dict(video=str(injected.data_prefix)))
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    assert [info["label"] for info in infos] == injected.plan.labels.tolist()
    assert all(Path(info["filename"]).is_file() for info in infos)


def test_labels_alone_need_no_clips(video_list: Path) -> None:
    out = video_list.parent / "out"
    injected = inject_noise(read_annotations(video_list), out, "list.txt", symmetric(3), 0.5, 0.0, 0)
    assert injected.data_prefix is None
    assert sorted(path.name for path in out.iterdir()) == ["list.txt", "truth.csv"]
    _check_truth(injected, np.arange(10) % 3)


@pytest.mark.parametrize("with_offset", [False, True])
def test_rawframe_list(tmp_path: Path, make_frame_folder: Make, with_offset: bool) -> None:
    for i in range(4):
        make_frame_folder(tmp_path / "clips" / str(i), i)
    column = " 2 3" if with_offset else " 6"
    (tmp_path / "list.txt").write_text("".join(f"{i}{column} {i % 2}\n" for i in range(4)))
    annotations = read_annotations(tmp_path / "list.txt", with_offset=with_offset)
    injected = inject_noise(
        annotations, tmp_path / "out", "list.txt", symmetric(2), 0.25, 0.5, 0, data_root=tmp_path / "clips",
        kinds=["occluded", "dark"], frame_names=FrameNames(start_index=1),
    )  # fmt: skip
    _check_truth(injected, np.arange(4) % 2, with_offset=with_offset)
    assert injected.data_prefix is not None
    for i, key in enumerate(injected.keys):
        folder = injected.data_prefix / key
        assert folder.is_symlink() == (i not in injected.plan.kinds)
        if i in injected.plan.kinds:
            frames = [f"img_{number:05}.jpg" for number in (range(3, 6) if with_offset else range(1, 7))]
            assert sorted(path.name for path in folder.iterdir()) == frames
            assert (folder / frames[0]).read_bytes() != (tmp_path / "clips" / str(i) / frames[0]).read_bytes()


def _pose_file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    entries = [
        {"frame_dir": str(i), "label": i % 3, "total_frames": 5, "keypoint": rng.random((1, 5, 4, 2), np.float32),
         "keypoint_score": np.ones((1, 5, 4), np.float32)}
        for i in range(20)
    ]  # fmt: skip
    data = {"split": {"train": [str(i) for i in range(15)], "val": [str(i) for i in range(15, 20)]}}
    (tmp_path / "in.pkl").write_bytes(pickle.dumps({**data, "annotations": entries}))
    return tmp_path / "in.pkl"


def test_pose_file(tmp_path: Path) -> None:
    before = pickle.loads(_pose_file(tmp_path).read_bytes())
    annotations = read_annotations(tmp_path / "in.pkl", split="train")
    injected = inject_noise(annotations, tmp_path / "out", "in.pkl", symmetric(3), 0.2, 0.4, 0)
    _check_truth(injected, np.arange(15) % 3, split="train")
    after = pickle.loads(injected.annotation.read_bytes())
    assert after["split"] == before["split"]
    for i, (new, old) in enumerate(zip(after["annotations"], before["annotations"])):
        assert set(new) == set(old)
        changed = not (
            np.array_equal(new["keypoint"], old["keypoint"])
            and np.array_equal(new["keypoint_score"], old["keypoint_score"])
        )
        assert changed == (i < 15 and injected.plan.noise[i] == "low_quality")
        assert new["keypoint"].shape == old["keypoint"].shape and new["keypoint"].dtype == np.float32
        assert (new["label"] != old["label"]) == (i < 15 and injected.plan.noise[i] == "mislabel")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"kinds": ["jitter"]}, ConfigError, "kinds holds 'jitter'; the ways to corrupt a video clip are occluded"),
        ({"data_root": None}, ConfigError, "data_root is not set"),
        ({"seed": -1}, ConfigError, "seed=-1"),
        ({"data_root": "nowhere"}, DataError, "does not exist; check data_root"),
        ({"out": "clips"}, ConfigError, "is not an empty folder"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    video_list: Path, change: dict, error: type[Exception], message: str
) -> None:
    root = video_list.parent
    settings = {"out": "out", "seed": 0, "data_root": root / "clips", **change}
    settings["out"] = root / settings["out"]
    with pytest.raises(error, match=message):
        inject_noise(
            read_annotations(video_list), file_name="list.txt", matrix=symmetric(3), mislabel_rate=0.2,
            low_quality_rate=0.6, **settings,
        )  # fmt: skip


def test_audio_cannot_be_corrupted(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a.npy 5 0\nb.npy 5 1\n")
    annotations = read_annotations(tmp_path / "list.txt", kind="audio")
    with pytest.raises(ConfigError, match="audio clips cannot be corrupted"):
        inject_noise(annotations, tmp_path / "out", "list.txt", symmetric(2), 0.0, 0.5, 0, data_root=tmp_path)
    inject_noise(annotations, tmp_path / "out", "list.txt", symmetric(2), 0.5, 0.0, 0)
