from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from d2sp_mm.errors import WriteError
from d2sp_mm.io.whole_files import atomic_write, remove_leftovers


def test_writes_into_a_new_folder_and_leaves_nothing_else(tmp_path: Path) -> None:
    atomic_write(tmp_path / "new" / "file", b"content")
    assert (tmp_path / "new" / "file").read_bytes() == b"content"
    assert os.listdir(tmp_path / "new") == ["file"]


def test_the_file_is_as_readable_as_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    atomic_write(tmp_path / "file", b"")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_failure_leaves_the_old_file_and_no_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(WriteError, match=r"/file'.*No space left.*free space"):
        atomic_write(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WriteError, match=r"file/below'.*"):
        atomic_write(tmp_path / "file" / "below", b"new")


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    code = "import os, signal, sys; os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
    code += "from d2sp_mm.io.whole_files import atomic_write; atomic_write(sys.argv[1], b'new')"
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "file")])
    assert killed.returncode == -signal.SIGKILL
    (left,) = os.listdir(tmp_path)
    others = {".hidden", "file", "a.d2sp-tmp", ".x.tmp", left + "x"}
    for name in others:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "below").mkdir()
    (tmp_path / left.replace("file", "other")).symlink_to(tmp_path / "file")
    remove_leftovers(tmp_path)
    assert set(os.listdir(tmp_path)) == {*others, "below", left.replace("file", "other")}
    remove_leftovers(tmp_path / "absent")
