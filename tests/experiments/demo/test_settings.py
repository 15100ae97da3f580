from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.experiments.demo.settings import DemoSettings, prepare_out_folder


def _write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return path


def test_only_what_a_demo_wrote_is_removed(tmp_path: Path) -> None:
    settings = DemoSettings(out=tmp_path / "out")
    prepare_out_folder(settings)
    out = settings.out
    names = ("plain/old.pth", "passes/final/x", "frames/x", "summary.json", "curves.png", "seed1/demo.json")
    own = [_write(out / name) for name in names]
    foreign = [_write(out / name) for name in ("notes.txt", "mine/x", "seed2/mine.txt", "data/train.txt")]
    prepare_out_folder(settings)
    assert not any(path.exists() for path in own)
    assert all(path.exists() for path in foreign)


def test_links_are_removed_not_followed(tmp_path: Path) -> None:
    settings = DemoSettings(out=tmp_path / "out")
    prepare_out_folder(settings)
    kept = _write(tmp_path / "elsewhere" / "x")
    (settings.out / "plain").symlink_to(kept.parent)
    prepare_out_folder(settings)
    assert kept.exists() and not (settings.out / "plain").exists()


def test_other_peoples_folders_are_refused(tmp_path: Path) -> None:
    _write(tmp_path / "thesis.tex")
    with pytest.raises(ConfigError, match="holds other files and no demo"):
        prepare_out_folder(DemoSettings(out=tmp_path))
    with pytest.raises(ConfigError, match="is a file"):
        prepare_out_folder(DemoSettings(out=tmp_path / "thesis.tex"))


def test_a_full_disk_is_told_before_anything_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=900e6))
    # 2800 clips of 16 frames of 64 x 64 pixels take 551 MB while the runs train.
    with pytest.raises(DataError, match=r"need about 951 MB, but .* has 900 MB free"):
        prepare_out_folder(DemoSettings(out=tmp_path))
    assert not list(tmp_path.iterdir())
    prepare_out_folder(DemoSettings(out=tmp_path, num_test=600))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epochs": 0}, "epochs 0 must be at least 1"),
        ({"jobs": 0}, "jobs 0"),
        ({"seed": -1}, "seed -1"),
        ({"out": Path("a,b")}, "holds ',', which MMEngine's --cfg-options cannot carry"),
        ({"out": Path("with space")}, "holds ' '"),
    ],
)
def test_settings_that_cannot_work(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        DemoSettings(**wrong)
