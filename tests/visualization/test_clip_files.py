"""Files are looked up where MMAction2's pipelines look; what decoders print is dropped, what Python prints is not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from d2sp_mm.visualization.clip_files import frame_files, frame_numbers, silent_decoders, video_file

CODE = """
import os, sys
from d2sp_mm.visualization.clip_files import silent_decoders
os.write(2, b"before\\n")
with silent_decoders():
    os.write(2, b"of the decoder\\n")
    print("of Python", file=sys.stderr)
    try:
        with silent_decoders():
            os.write(2, b"of another\\n")
            raise ValueError
    except ValueError:
        pass
    os.write(2, b"of the decoder\\n")
os.write(2, b"after\\n")
print("last", file=sys.stderr)
"""


def test_a_name_without_a_suffix_is_that_of_an_mp4_if_there_is_one(tmp_path):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "b").touch()
    (tmp_path / "b.mp4").touch()
    names = [str(tmp_path / name) for name in ("a", "a.mp4", "b", "none", "a.avi")]
    assert [os.path.basename(video_file(name)) for name in names] == ["a.mp4", "a.mp4", "b.mp4", "none", "a.avi"]
    assert video_file("") == ""


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (dict(total_frames=2), [["c/img_00001.jpg"], ["c/img_00002.jpg"]]),
        (dict(total_frames=2, start_index=0, offset=5, filename_tmpl="{}.png"), [["c/5.png"], ["c/6.png"]]),
        (
            dict(total_frames=1, filename_tmpl="flow_{}_{:03}.jpg", modality="Flow"),
            [["c/flow_x_001.jpg", "c/flow_y_001.jpg"]],
        ),
        (dict(total_frames=1, filename_tmpl="{}/{:03}.jpg", modality="Flow"), [["c/x/001.jpg", "c/y/001.jpg"]]),
    ],
)
def test_frames_are_named_as_the_template_says(info, expected):
    info = dict(frame_dir="c", **info)
    assert frame_files(info, frame_numbers(info)) == expected


def test_only_what_is_written_to_the_descriptor_meanwhile_is_dropped():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stderr.split("\n") == ["before", "of Python", "after", "last", ""]


def test_a_process_without_an_error_stream_goes_on():
    code = CODE.replace("import os, sys\n", "import os, sys\nos.close(2); sys.stderr = None\n", 1)
    code = "\n".join(line for line in code.split("\n") if "os.write" not in line and "print" not in line) + "\nprint('end')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "end\n"


def test_a_stream_that_a_test_or_a_notebook_put_there_is_left(capsys):
    stream = sys.stderr
    with silent_decoders():
        assert sys.stderr is stream
        print("kept", file=sys.stderr)
    assert capsys.readouterr().err == "kept\n"
