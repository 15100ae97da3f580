"""Rows of annotation files and samples of datasets: what is written is what was trained on, or nothing is."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mmaction.datasets import PoseDataset, RawframeDataset, VideoDataset
from mmaction.registry import DATASETS
from mmengine.dataset import ConcatDataset, RepeatDataset

from d2sp_mm.datasets.entries import entries_of
from d2sp_mm.datasets.sample_map import SampleMap
from d2sp_mm.datasets.training_list import check_purified_lists, read_training_list
from d2sp_mm.errors import DataError
from d2sp_mm.runs.annotation_part import purified_bytes

NUM_CLASSES = 3
KINDS = {"video": VideoDataset, "rawframe": RawframeDataset, "offset": RawframeDataset, "pose": PoseDataset}


def one_based(found):
    return [{**entry, "label": entry["label"] - 1} for entry in found]


def merged(found):
    return [{**entry, "label": entry["label"] // 2} for entry in found]


def turned(found):
    return [{**entry, "label": (2, 0, 1)[entry["label"]]} for entry in found]


def without_class_1(found):
    return [entry for entry in found if entry["label"] != 1]


def of_even_names(found):
    return [entry for entry in found if int(name_of(entry)[-1]) % 2 == 0]


def sorted_by_name(found):
    return sorted(found, key=name_of)


def with_suffix(found):
    field = "filename" if found and "filename" in found[0] else "frame_dir"
    return [{**entry, field: f"{entry[field]}.avi"} for entry in found]


def in_full(found):
    field = "filename" if found and "filename" in found[0] else "frame_dir"
    return [{**entry, field: str(Path(entry[field]).absolute())} for entry in found]


def twice(found):
    return [*found, *found]


def label_of_the_place(found):
    return [{**entry, "label": number % NUM_CLASSES} for number, entry in enumerate(found)]


def frequent_classes(found):
    times = Counter(entry["label"] for entry in found)
    return [entry for entry in found if times[entry["label"]] > 1]


def name_of(entry):
    return str(entry.get("filename") or entry["frame_dir"])


#: What a dataset of the user's own does to what it has read; of the first group all can be written as purified.
FINE = (list, one_based, merged, turned, without_class_1, of_even_names, sorted_by_name, in_full)
ODD = (with_suffix, twice, label_of_the_place, frequent_classes)


def dataset_class(kind, change):
    """A dataset of the user's own over a stock one."""
    base = KINDS[kind]

    def load_data_list(self):
        return change(base.load_data_list(self))

    return type(f"My{base.__name__}", (base,), {"load_data_list": load_data_list})


@st.composite
def files(draw, change):
    """An annotation file: its kind, its bytes, and the settings of the dataset that reads it."""
    kind = draw(st.sampled_from(list(KINDS)))
    prefix = draw(st.sampled_from(["", "root", "root/", "root//", "./root", "{here}/root"]))
    absolute = draw(st.booleans()) and prefix.startswith("{here}")
    labels = st.integers(*{one_based: (1, NUM_CLASSES), merged: (0, 2 * NUM_CLASSES - 1)}.get(change, (0, NUM_CLASSES - 1)))
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 5), st.integers(0, 1), st.integers(8, 9), labels),
            min_size=2,
            max_size=12,
        )
    )
    path = "{here}/root/c{}" if absolute else "c{}"
    key = dict(video="video", rawframe="img", offset="img", pose="video")[kind]
    options = dict(data_prefix={key: prefix}, with_offset=kind == "offset")
    if kind != "offset":
        del options["with_offset"]
    if kind == "pose":
        entries = [dict(frame_dir=f"c{name}", total_frames=frames, label=label) for name, _, frames, label in rows]
        return kind, pickle.dumps(entries), options, len(rows)
    delimiter = draw(st.sampled_from([" ", ","])) if kind == "video" else " "
    if kind == "video":
        options["delimiter"] = delimiter
    middle = dict(video=lambda o, f: [], rawframe=lambda o, f: [f], offset=lambda o, f: [o, f])[kind]
    ends = st.sampled_from(["\n", "\r\n"])
    lines = [delimiter.join(map(str, [path.replace("{}", str(n)), *middle(o, f), k])) + draw(ends) for n, o, f, k in rows]
    text = "".join(lines)
    return kind, (text if draw(st.booleans()) else text.rstrip("\r\n")).encode(), options, len(rows)


@st.composite
def sets(draw):
    """A training set of one or two files, and what is decided of it."""
    changes = [draw(st.sampled_from([*FINE, *FINE, *ODD])) for _ in range(draw(st.integers(1, 2)))]
    parts = []
    for change in changes:
        kind, content, options, rows = draw(files(change))
        count = st.integers(1, rows)
        choices = [st.none(), count, count.map(lambda n: -n), st.lists(st.integers(0, rows - 1), min_size=1, unique=True)]
        parts.append((change, kind, content, options, draw(st.one_of(*choices[: draw(st.sampled_from([1, 3, 4]))]))))
    return parts, draw(st.integers(1, 2)), draw(st.randoms(use_true_random=False))


def build(parts, folder, times, names):
    built = []
    for (change, kind, _, options, indices), name in zip(parts, names):
        prefix = {key: value.replace("{here}", str(folder)) for key, value in options["data_prefix"].items()}
        settings = {**options, "data_prefix": prefix, "ann_file": str(name), "pipeline": [], "indices": indices}
        # Serialising collects garbage, which takes longer than all the rest.
        settings["serialize_data"] = False
        built.append(dataset_class(kind, change)(**settings))
    whole = built[0] if len(built) == 1 else ConcatDataset(built)
    return RepeatDataset(whole, times) if times > 1 else whole


def samples_of(dataset):
    return [
        (*entries.identity(sample), entries.labels[sample])
        for part in SampleMap(dataset).parts
        for entries in [entries_of(part)]
        for sample in range(len(entries))
    ]


@settings(max_examples=300, deadline=None, suppress_health_check=[*HealthCheck], phases=[Phase.generate], derandomize=True)
@given(sets())
def test_what_the_dataset_reads_from_the_purified_list_is_what_the_ledger_keeps(tmp_path_factory, whole):
    parts, times, random = whole
    folder = tmp_path_factory.mktemp("set")
    names = [folder / f"list{number}{'.pkl' if part[1] == 'pose' else '.txt'}" for number, part in enumerate(parts)]
    for name, part in zip(names, parts):
        name.write_bytes(part[2].replace(b"{here}", str(folder).encode()))
    try:
        dataset = build(parts, folder, times, names)
    except Exception:
        # A set that cannot be read at all, such as one from which everything is filtered.
        return
    before, samples = samples_of(dataset), SampleMap(dataset)
    found = read_training_list(samples, trial="")
    assert len(set(found.keys)) == len(found.keys) == len(before)
    if found.problem:
        odd = [part for part in parts if part[0] not in FINE or isinstance(part[4], list)]
        empty = any(not len(part) for part in samples.parts)
        assert "reads no sample" in found.problem if empty and not odd else odd, found.problem
        assert "write_annotation=False" in found.problem
        return
    labels = np.array(found.labels)
    keep = np.array([random.random() < 0.7 for _ in labels])
    for part, first in zip(samples.parts, samples.offsets):
        keep[first + random.randrange(len(part))] = True
    known = sorted(set(labels.tolist()))
    now = np.where([random.random() < 0.3 for _ in labels], [random.choice(known) for _ in labels], labels)
    purified = [name.with_name(f"{name.stem}_purified{name.suffix}") for name in names]
    try:
        for number, path in enumerate(purified):
            path.write_bytes(purified_bytes(found.parts, number, found.keys, keep, labels, now))
        check_purified_lists(samples, purified, keep, now)
    except DataError:
        # A class that one file of two does not know, or a filter that depends on the other samples.
        assert len(parts) > 1 or parts[0][0] is frequent_classes
    else:
        expected = [(*sample[:-1], label) for sample, label, kept in zip(before, now.tolist(), keep) if kept]
        assert samples_of(build(parts, folder, times, purified)) == expected
    for number, name in enumerate(names):
        assert purified_bytes(found.parts, number, found.keys, np.ones(len(labels), dtype=bool), labels, labels) == (
            name.read_bytes()
        )


def stock(tmp_path, text, **options):
    name = tmp_path / "list.txt"
    name.write_text(text)
    return SampleMap(DATASETS.build(dict(type="VideoDataset", ann_file=str(name), pipeline=[], **options)))


def own(tmp_path, text, change, kind="video"):
    name = tmp_path / "list.txt"
    name.write_text(text)
    return SampleMap(dataset_class(kind, change)(ann_file=str(name), pipeline=[]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (twice, "sample 4 .* 'a'.*less often"),
        (label_of_the_place, "label 0 is read as class 1 for 'b' and as class 0 for 'a'"),
        (lambda found: [*with_suffix(found), dict(filename="z.avi", label=0)], r"sample 0 .*'a\.avi'.*stands on no line"),
        (lambda found: [{**entry, "label": str(entry["label"])} for entry in found], "read as '0'; a class index"),
    ],
)
def test_what_cannot_be_written_is_known_before_training_with_the_first_sample(tmp_path, change, words):
    found = read_training_list(own(tmp_path, "a 0\nb 0\nc 1\nd 2\n", change), trial="")
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(found.problem)
    assert found.parts == [] and "write_annotation=False" in found.problem


def test_paths_of_the_datasets_own_making_are_found_by_their_order(tmp_path):
    found = read_training_list(own(tmp_path, "a 0\nb 0\nc 1\nd 2\n", with_suffix), trial="")
    assert not found.problem
    assert found.keys == ["a", "b", "c", "d"]


def test_a_subset_by_a_list_of_numbers_is_refused_because_no_shorter_list_fits_it(tmp_path):
    found = read_training_list(stock(tmp_path, "a 0\nb 1\nc 2\nd 0\n", indices=[1, 3]), trial="")
    assert "cannot read the purified list" in found.problem


def test_classes_that_count_from_1_or_are_merged_keep_the_numbers_of_the_file(tmp_path):
    found = read_training_list(own(tmp_path, "a 1\nb 2\nc 3\n", one_based), NUM_CLASSES, trial="")
    assert found.labels == [0, 1, 2] and [found.parts[0].file_label(number) for number in range(4)] == [1, 2, 3, 4]
    assert any("label 1 as 0, 2 as 1, 3 as 2" in note for note in found.notes)
    found = read_training_list(own(tmp_path, "a 0\nb 1\nc 1\nd 2\n", merged), 2, trial="")
    assert found.labels == [0, 0, 0, 1] and found.parts[0].file_label(0) == 1
    assert any("labels 0, 1 are one class, 0" in note and "label 1" in note for note in found.notes)


def test_a_class_that_the_file_has_no_label_for_is_refused_before_training(tmp_path):
    found = read_training_list(own(tmp_path, "a 0\nb 1\nc 2\n", merged), 3, trial="")
    assert "reads no label of it as class 2" in found.problem


def test_labels_that_get_data_info_changes_are_those_that_count(tmp_path):
    class Late(VideoDataset):
        def get_data_info(self, idx):
            info = super().get_data_info(idx)
            return {**info, "label": info["label"] - 1}

    (tmp_path / "list.txt").write_text("a 1\nb 2\n")
    found = read_training_list(SampleMap(Late(ann_file=str(tmp_path / "list.txt"), pipeline=[])), trial="")
    assert found.labels == [0, 1] and not found.problem


def test_a_list_that_changed_since_is_refused(tmp_path):
    found = read_training_list(stock(tmp_path, "a 0\nb 1\nc 2\n"))
    labels, keep = np.array(found.labels), np.array([True, True, False])
    (tmp_path / "list.txt").write_text("a 0\nb 2\nc 2\n")
    with pytest.raises(DataError, match="'b' has another label there now than the 1"):
        purified_bytes(found.parts, 0, found.keys, keep, labels, labels)
    (tmp_path / "list.txt").write_text("a 0\nc 2\n")
    with pytest.raises(DataError, match="no sample 'b' any more"):
        purified_bytes(found.parts, 0, found.keys, keep, labels, labels)


def test_a_format_of_the_users_own_is_told_in_a_lines_worth(tmp_path):
    class Table(VideoDataset):
        def load_data_list(self):
            return [dict(filename="a", label=0), dict(filename="b", label=1)]

    (tmp_path / "list.txt").write_text("name;class" * 5000)
    found = read_training_list(SampleMap(Table(ann_file=str(tmp_path / "list.txt"), pipeline=[])), trial="")
    assert "line 1: the label is missing" in found.problem and len(found.problem) < 700
    assert found.keys == ["a", "b"]
