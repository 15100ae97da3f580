from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from d2sp_mm.annotations.annotations import unique_keys


def test_second_and_third_occurrence_are_numbered() -> None:
    assert unique_keys(["a", "b", "a", "a", "b"]) == ["a", "b", "a#2", "a#3", "b#2"]


def test_a_path_that_looks_like_a_numbered_key_keeps_its_name() -> None:
    assert unique_keys(["a", "a", "a#2", "a"]) == ["a", "a#3", "a#2", "a#4"]


@given(st.lists(st.sampled_from(["a", "a#2", "a#3", "a#2#2", "b"])))
def test_keys_are_unique_and_first_occurrences_keep_their_path(paths: list[str]) -> None:
    keys = unique_keys(paths)
    assert len(set(keys)) == len(keys) == len(paths)
    for i, (path, key) in enumerate(zip(paths, keys)):
        assert key.startswith(path)
        assert (key == path) == (path not in paths[:i])
