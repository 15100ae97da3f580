"""What decoders print is dropped, what Python prints is not."""

from __future__ import annotations

import subprocess
import sys

from d2sp_mm.visualization.clip_files import silent_decoders

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
