"""Readers of files from elsewhere succeed or raise our own error, whatever is in the file."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from d2sp_mm.annotations import KINDS, read_annotations, write_annotations
from d2sp_mm.annotations.truth import read_truth
from d2sp_mm.errors import D2SPError
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.runs.ledger_table import HEADER as LEDGER_HEADER
from d2sp_mm.runs.ledger_table import read_ledger_table, write_ledger_table

#: What breaks readers: numbers that are none, or too large, ends of lines, quotes, bytes that are not UTF-8, markup.
_TOKENS = [
    b"", b" ", b",", b"\t", b"\n", b"\r", b"\r\n", b"\x00", b"\xff", b"\xc3", b'"', b"'", b"#2", b"-1", b"1.5", b"nan",
    b"inf",
    b"1e400", b"9" * 30, b"9" * 5000, b"1_0", b"+1", "\u0663".encode(), "\u00b2".encode(), b"\xef\xbb\xbf", b"\x0c", b"\x85",
    "\u2028".encode(), b"[red]", b"<b>", b"=1+1",
]  # fmt: skip
EXAMPLES = int(os.environ.get("D2SP_FUZZ_EXAMPLES", "300"))
_FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_LISTS = b"a/b.mp4 0\nc d.mp4 1\ne.mp4 2\n"
_FRAMES = b"a/b 16 0\nc 8 1\n"
_OFFSET = b"a/b 0 16 0\nc 4 8 1\n"
_TRUTH = b"key,true_label,noise\na,0,clean\nb,1,mislabel\nc,2,low_quality\n"
_LEDGER = (",".join(LEDGER_HEADER) + "\na,0,1,1,0.5,0.25,correct,label,3\nb,2,2,0,0,,prune,quality,2\n").encode()


@st.composite
def mutated(draw: st.DrawFn, contents: list[bytes]) -> bytes:
    """A good file with a few places replaced; or anything at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=60))
    content = draw(st.sampled_from(contents))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        stop = draw(st.integers(start, min(start + 4, len(content))))
        new = draw(st.sampled_from(_TOKENS) | st.binary(max_size=3))
        content = content[:start] + new + content[stop:]
    return content


def file_of(folder: Path, content: bytes, name: str = "file") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@given(
    content=mutated([_LISTS, _FRAMES, _OFFSET]),
    kind=st.sampled_from([None, *KINDS[:-1]]),
    delimiter=st.sampled_from([" ", ",", "\t", "ab"]),
    with_offset=st.booleans(),
)
@_FUZZ
def test_a_list_that_is_read_can_be_written(tmp_path, content, kind, delimiter, with_offset):
    file = file_of(tmp_path, content)
    try:
        annotations = read_annotations(file, kind=kind, delimiter=delimiter, with_offset=with_offset)
    except D2SPError as error:
        assert str(file) in str(error) or "with_offset" in str(error)
        return
    assert len(set(annotations.keys)) == len(annotations) > 0 and (annotations.labels >= 0).all()
    write_annotations(annotations, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == content


@given(content=mutated([_TRUTH]))
@_FUZZ
def test_a_truth_that_is_read_is_one(tmp_path, content):
    try:
        truth = read_truth(file_of(tmp_path, content))
    except D2SPError as error:
        assert str(tmp_path) in str(error)
        return
    assert len(set(truth.keys)) == len(truth) > 0 and (truth.true_labels >= 0).all()


@given(content=mutated([_LEDGER]))
@_FUZZ
def test_a_ledger_that_is_read_can_be_written(tmp_path, content):
    try:
        table = read_ledger_table(file_of(tmp_path, content))
    except D2SPError as error:
        assert str(tmp_path) in str(error)
        return
    write_ledger_table(tmp_path / "again", table)
    again = read_ledger_table(tmp_path / "again")
    assert again.keys == table.keys and again.stages == table.stages
    np.testing.assert_array_equal(again.corrected_labels, table.corrected_labels)


_VALUES = (
    st.none() | st.booleans() | st.integers(-2, 3) | st.just(2**70) | st.floats() | st.text(max_size=3)
    | st.binary(max_size=2) | st.just([0, 1]) | st.just(()) | st.just(np.zeros(2))
    | st.just(np.int64(1)) | st.just({}) | st.just({"a"})
)  # fmt: skip
_FIELDS = st.sampled_from(["frame_dir", "filename", "label", "keypoint"]) | st.integers()
_ENTRIES = st.dictionaries(_FIELDS, _VALUES, max_size=4)


def _good_entry(number: int) -> dict[str, Any]:
    return {"frame_dir": f"clip{number}", "label": number, "keypoint": np.zeros((1, 2, 3, 2))}


@given(
    data=st.one_of(
        _VALUES,
        st.lists(st.builds(_good_entry, st.integers(0, 3)) | _ENTRIES | _VALUES, max_size=3),
        st.fixed_dictionaries(
            {"annotations": st.lists(st.builds(_good_entry, st.integers(0, 3)) | _ENTRIES, max_size=3) | _VALUES},
            optional={"split": st.dictionaries(st.just("train"), st.lists(st.just("clip1")) | _VALUES) | _VALUES},
        ),
    ),
    split=st.sampled_from([None, "train"]),
)
@_FUZZ
def test_a_pose_file_that_is_read_can_be_written(tmp_path, data, split):
    file = file_of(tmp_path, pickle.dumps(data), "file.pkl")
    try:
        annotations = read_annotations(file, split=split)
    except D2SPError as error:
        assert str(file) in str(error)
        return
    write_annotations(annotations, tmp_path / "again.pkl")
    assert read_annotations(tmp_path / "again.pkl", split=split).keys == annotations.keys


def _asks_for_gigabytes(content: bytes) -> bool:
    """Whether opcode "r" may stand in a pickle, whose argument is the size of a table; no reader can refuse it in time."""
    return b"r" in content.replace(b"frame_dir", b"")


@given(content=mutated([pickle.dumps([_good_entry(0)])]).filter(lambda content: not _asks_for_gigabytes(content)))
@_FUZZ
def test_a_damaged_pose_file_is_refused(tmp_path, content):
    try:
        read_annotations(file_of(tmp_path, content, "file.pkl"))
    except D2SPError as error:
        assert "file.pkl" in str(error)


class Nasty:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        import os

        return os.system, (self.command,)


def test_a_pose_file_runs_nothing_when_it_is_read(tmp_path):
    done = tmp_path / "done"
    file = file_of(tmp_path, pickle.dumps([{**_good_entry(0), "more": Nasty(f"touch {done}")}]), "file.pkl")
    with pytest.raises(D2SPError, match=r"file\.pkl: .*system"):
        read_annotations(file)
    assert not done.exists()


def ledger() -> Ledger:
    return Ledger(["a", "b", "c", "d"], [0, 1, 0, 1], num_classes=2, window=2)


def state() -> dict[str, Any]:
    kept = ledger()
    for epoch in range(2):
        kept.observe(epoch, np.arange(4), np.full((4, 2), 0.5))
    kept.apply(Decision(1, "label", prune=np.array([0]), relabel=np.array([1]), new_labels=np.array([0])))
    return kept.state()


_ARRAYS = (
    st.sampled_from([np.zeros(4), np.zeros(4, dtype=bool), np.full(4, -1), np.full(4, 9), np.zeros((2, 4)), np.zeros(0)])
    | st.sampled_from([np.array(["x"] * 4), np.full(4, np.nan), np.full((2, 4, 2), np.inf), np.full(4, 1e300)])
    | st.sampled_from([np.array(1), np.zeros((2, 4), np.float32), np.full((2, 4, 2), np.nan, np.float16), np.arange(2)])
    | st.none() | st.text(max_size=3) | st.integers() | st.floats() | st.just({}) | st.just([1, [2]])
)  # fmt: skip


@given(name=st.sampled_from(sorted(state())), value=_ARRAYS)
@_FUZZ
def test_a_saved_ledger_that_is_taken_over_goes_on(name, value):
    """A checkpoint is a file from elsewhere as well."""
    kept = ledger()
    before = copy.deepcopy(kept.state())
    try:
        kept.load({**state(), name: value})
    except D2SPError as error:
        assert "saved" in str(error)
        for entry, array in before.items():
            np.testing.assert_array_equal(kept.state()[entry], array)
        return
    kept.observe(2, np.arange(4), np.full((4, 2), 0.5))
    if kept.class_counts[1] > 1:
        kept.apply(Decision(2, "label", relabel=np.array([3]), new_labels=np.array([0]), stage="other"))
    assert kept.class_counts.sum() == kept.keep.sum()
    assert len(kept.fingerprint(2)) == 16
    _ = kept.decisions.columns, kept.observations.mean_probs(2, 2)
