"""What a person decided stands over what stages decide, and can be taken back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.errors import DataError
from d2sp_mm.ledger import Decision, Ledger, Override
from d2sp_mm.ledger.override import apply_overrides, override_epochs, overrides_of
from d2sp_mm.runs.override_file import read_overrides, write_overrides
from d2sp_mm.stages import RandomPruning
from d2sp_mm.stages.pruning import within_class_limits

N, C = 12, 3
KEYS = [f"a,\"{i}\"\n\udcff.mp4" for i in range(N)]
LABELS = np.arange(N) % C


def decided(rounds: int = 2) -> Ledger:
    """Rounds that prune one sample and relabel two others, one of them back and forth."""
    ledger = Ledger(KEYS, LABELS, C)
    for epoch in range(rounds):
        ledger.next_epoch = epoch + 1
        new = (ledger.corrected_labels[[4, 5]] + 1) % C
        ledger.apply(Decision(epoch, "label", prune=np.array([epoch]), relabel=np.array([4, 5]), new_labels=new, stage="r"))
    return ledger


def state(ledger: Ledger) -> tuple[list[bool], list[int]]:
    return ledger.keep.tolist(), ledger.corrected_labels.tolist()


def test_a_override_stands_whatever_a_later_round_decides():
    ledger = decided()
    overrides = {0: Override(True, 0), 4: Override(True, 1), 7: Override(False, 1), 8: Override(True, 0)}
    apply_overrides(ledger, overrides)
    assert overrides_of(ledger) == overrides
    everything = np.arange(N)
    taken = ledger.apply(Decision(5, "label", prune=everything[:9], relabel=everything, new_labels=np.full(N, 2)))
    assert overrides_of(ledger) == overrides
    assert ledger.keep[[0, 4, 8]].all() and ledger.corrected_labels[[0, 4, 8]].tolist() == [0, 1, 0]
    assert not ledger.keep[[1, 2, 3, 5, 6, 7]].any()
    # What is logged and drawn is what was done.
    assert sorted(taken.prune) == [1, 2, 3, 5, 6] and 0 not in taken.relabel


def test_scores_are_filtered_with_the_samples_they_belong_to():
    ledger = decided(0)
    apply_overrides(ledger, {2: Override(True, 2), 6: Override(True, 0)})
    prune, relabel = np.array([1, 2, 3]), np.array([5, 6, 7])
    scored = dict(prune_scores=prune / 10, relabel_scores=relabel / 10)
    decision = Decision(1, "label", prune=prune, relabel=relabel, new_labels=np.array([0, 1, 2]), **scored, stage="r")
    ledger.apply(decision)
    found = {int(s): v for s, v in zip(ledger.decisions.columns["sample"], ledger.decisions.columns["score"])}
    assert {s: v for s, v in found.items() if s not in (2, 6)} == {1: 0.1, 3: 0.3, 5: 0.5, 7: 0.7}


def test_without_overrides_the_stages_decisions_are_back():
    ledger = decided()
    before = state(ledger)
    apply_overrides(ledger, {0: Override(True, 2), 4: Override(False, 1), 9: Override(False, 0)})
    assert state(ledger) != before
    apply_overrides(ledger, {9: Override(False, 0)})
    assert (ledger.keep[9], ledger.keep[0], ledger.corrected_labels[4]) == (False, False, before[1][4])
    apply_overrides(ledger, {})
    assert state(ledger) == before
    assert "override" not in [ledger.stages[s] for s in ledger.decisions.columns["stage"]]


def test_the_same_overrides_again_change_nothing_not_even_when_they_were_taken_over():
    ledger = decided()
    apply_overrides(ledger, {0: Override(True, 0)})
    history = ledger.decisions.columns
    ledger.next_epoch = 9
    apply_overrides(ledger, {0: Override(True, 0)})
    assert override_epochs(ledger) == {0: 1}
    for name, column in ledger.decisions.columns.items():
        np.testing.assert_array_equal(column, history[name])


def test_overrides_go_through_a_saved_state():
    ledger = decided()
    apply_overrides(ledger, {0: Override(True, 0), 7: Override(False, 2)})
    other = Ledger(KEYS, LABELS, C)
    other.load(ledger.state())
    assert overrides_of(other) == overrides_of(ledger)
    assert state(other) == state(ledger)


@pytest.mark.parametrize("label", [-1, C])
def test_a_label_out_of_range_is_refused_and_changes_nothing(label):
    ledger = decided()
    before = state(ledger)
    with pytest.raises(DataError, match=rf"a,.3.*label {label}; labels are 0 to 2"):
        apply_overrides(ledger, {3: Override(True, label)})
    assert state(ledger) == before and not ledger.overridden.any()


def test_a_class_is_not_emptied():
    ledger = decided(0)
    with pytest.raises(DataError, match="overrides would leave class 1 without any sample; keep one"):
        apply_overrides(ledger, {i: Override(False, 1) for i in range(1, N, C)})
    assert ledger.keep.all()


def test_unchanged_overrides_keep_the_epoch_from_which_they_hold():
    ledger = decided(0)
    apply_overrides(ledger, {0: Override(True, 0), 1: Override(True, 1)})
    ledger.next_epoch = 3
    apply_overrides(ledger, {0: Override(True, 0), 1: Override(False, 1), 2: Override(True, 2)})
    assert override_epochs(ledger) == {0: -1, 1: 2, 2: 2}
    other = Ledger(KEYS, LABELS, C)
    other.load(ledger.state())
    assert override_epochs(other) == override_epochs(ledger)


def test_overrides_take_nothing_of_the_rate_and_are_no_candidates():
    ledger = Ledger([str(i) for i in range(40)], np.arange(40) % 2, 2)
    apply_overrides(ledger, {i: Override(i % 2 == 0, i % 2) for i in range(8)})
    stage = RandomPruning(rate=0.2, class_cap=1.0)
    scores = np.linspace(0, 1, 40)
    # The lowest are overridden: four kept, four pruned by the person.
    assert stage.lowest(ledger, scores, 1.0).tolist() == list(range(8, 16))
    chosen = within_class_limits(ledger, np.ones(40, dtype=bool), scores, floor=15)
    assert chosen.min() == 8


@given(st.dictionaries(st.integers(0, N - 1), st.tuples(st.booleans(), st.integers(0, C - 1)), max_size=6))
def test_a_file_of_overrides_reads_as_it_was_written(tmp_path_factory, drawn):
    ledger = decided()
    overrides = {
        sample: Override(keep, label, frozenset([(label, "a"), (7, "b_c")]) if keep else frozenset())
        for sample, (keep, label) in drawn.items()
    }
    path = tmp_path_factory.mktemp("v") / "overrides.csv"
    write_overrides(path, ledger, overrides)
    found = read_overrides(path, ledger)
    assert found == overrides
    assert {s: v.undone for s, v in found.items()} == {s: v.undone for s, v in overrides.items()}


def test_a_file_with_other_columns_in_any_order_and_a_mark_of_byte_order_is_read(tmp_path):
    path = tmp_path / "v.csv"
    ledger = Ledger(["a", "b", "c", "d", "e"], [0, 1, 0, 1, 0], 2)
    rows = b"\"x,\ny\",,a,keep\r\n,1,c,relabel\r\n,,b,prune\r\n,1,d,keep\r\n,,e,none\r\n"
    path.write_bytes(b"\xef\xbb\xbfnote,label,key,override\r\n" + rows)
    expected = {0: Override(True, 0), 2: Override(True, 1), 1: Override(False, 1), 3: Override(True, 1), 4: None}
    assert read_overrides(path, ledger) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("key,override\na,keep\n", "lacks the column 'label'"),
        ("", "lacks the column 'key'"),
        ("key,override,label\nz,keep,\n", "line 2: the run has no sample 'z'"),
        ("key,override,label\na,drop,\n", "line 2: override is 'drop'; expected one of keep, prune, relabel, none"),
        ("key,override,label\na,relabel,\n", "line 2: 'relabel' needs a label, 0 to 1"),
        ("key,override,label\na,relabel,2\n", "line 2: label is '2'; expected a class of 0 to 1"),
        ("key,override,label\na,keep,-1\n", "label is '-1'"),
        ("key,override,label\na,keep,1\n", "line 2: 'keep' means the label as given, 0; for 1 write 'relabel'"),
        ("key,override,label\na,keep,\na,prune,\n", "the key 'a' occurs twice"),
        ("key,override,label\na\n", "line 2: override is None"),
        ("key,override,label,undone\na,keep,0,x:r\n", "line 2: undone has 'x:r'; expected epoch:stage"),
    ],
)
def test_bad_files_are_refused_with_the_line(tmp_path, text, words):
    path = tmp_path / "v.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        read_overrides(path, Ledger(["a", "b"], [0, 1], 2))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv: cannot be read"):
        read_overrides(tmp_path / "none.csv", decided())
