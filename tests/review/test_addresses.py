"""Where other tools find the clips of a run: every part keeps its own folder."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.ledger import Ledger
from d2sp_mm.review.addresses import file_addresses, web_addresses
from d2sp_mm.runs.annotation_part import AnnotationPart
from tests.load_tool import load_tool


def run_of(tmp_path, folders=("siteA", "siteB"), names=("c0.mp4", "c1"), absolute=False):
    """A run over one list a folder, of clips of the same names."""
    parts, keys = [], []
    for number, folder in enumerate(folders):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        for name in names:
            (place / (name if "." in name else f"{name}.mp4")).touch()
        listed = [f"{place}/{name}" if absolute else name for name in names]
        ann_file = tmp_path / f"{number}.txt"
        ann_file.write_text("".join(f"{name} {label}\n" for label, name in enumerate(listed)))
        parts.append(AnnotationPart(str(ann_file), "video", " ", False, None, len(names), str(place)))
        keys += [f"{number}:{name}" for name in listed] if len(folders) > 1 and not absolute else listed
    ledger = Ledger(keys, np.arange(len(keys)) % 2, 2)
    return SimpleNamespace(parts=parts, ledger=ledger)


def test_without_a_root_every_clip_is_where_training_found_it(tmp_path):
    expected = [str(tmp_path / site / name) for site in ("siteA", "siteB") for name in ("c0.mp4", "c1.mp4")]
    assert file_addresses(run_of(tmp_path), "fiftyone", []) == expected
    assert file_addresses(run_of(tmp_path), "fiftyone", [str(tmp_path / "siteA"), str(tmp_path / "siteB")]) == expected
    assert file_addresses(run_of(tmp_path, absolute=True), "fiftyone", []) == expected


def test_one_root_for_lists_of_several_folders_is_refused(tmp_path):
    for ask, root in ((file_addresses, str(tmp_path / "siteA")), (web_addresses, "http://host/clips")):
        with pytest.raises(ConfigError, match=r"1 --root for lists of 2 folders.*0\.txt, .*1\.txt"):
            ask(run_of(tmp_path), "a tool", [root])


def test_one_root_serves_lists_of_one_folder(tmp_path):
    run = run_of(tmp_path, folders=("site", "site"))
    assert file_addresses(run, "fiftyone", [str(tmp_path / "site")])[2] == str(tmp_path / "site" / "c0.mp4")


@pytest.mark.parametrize("absolute", [False, True])
def test_addresses_of_the_web_have_the_suffix_and_the_root_of_their_part(tmp_path, absolute):
    found = web_addresses(run_of(tmp_path, absolute=absolute), "label-studio", ["http://a/x/", "/data/local-files/?d=b"])
    assert found == ["http://a/x/c0.mp4", "http://a/x/c1.mp4", "/data/local-files/?d=b/c0.mp4",
    "/data/local-files/?d=b/c1.mp4"]


def test_what_the_tool_cannot_fetch_is_refused_by_name(tmp_path):
    run = run_of(tmp_path, folders=("site",))
    with pytest.raises(ConfigError, match=r"--root /clips is no address that a browser can fetch.*http\.server"):
        web_addresses(run, "label-studio", ["/clips"])
    with pytest.raises(ConfigError, match="is no address"):
        web_addresses(run, "label-studio", [])
    with pytest.raises(ConfigError, match="--root https://host: that tool reads files"):
        file_addresses(run, "fiftyone", ["https://host"])
    with pytest.raises(ConfigError, match=r"2 of 2 clips are not there, the first is '.*nowhere/c0\.mp4'"):
        file_addresses(run, "fiftyone", [str(tmp_path / "nowhere")])


def test_an_absolute_path_stands_below_its_prefix_whatever_link_leads_there(tmp_path, monkeypatch):
    run = run_of(tmp_path, folders=("site",), absolute=True)
    (tmp_path / "link").symlink_to(tmp_path / "site")
    (part,) = run.parts

    def with_prefix(prefix):
        return SimpleNamespace(ledger=run.ledger, parts=[dataclasses.replace(part, data_prefix=prefix)])

    linked, outside, whole = (with_prefix(prefix) for prefix in (str(tmp_path / "link"), str(tmp_path / "other"), ""))
    assert web_addresses(linked, "label-studio", ["http://a"]) == ["http://a/c0.mp4", "http://a/c1.mp4"]
    with pytest.raises(ConfigError, match=r"'.*site/c0\.mp4' does not lie below .*other, the data_prefix"):
        web_addresses(outside, "label-studio", ["http://a"])
    expected = [f"http://a{tmp_path}/site/c{number}.mp4" for number in range(2)]
    for folder in (tmp_path, tmp_path / "site"):
        monkeypatch.chdir(folder)
        assert web_addresses(whole, "label-studio", ["http://a"]) == expected


@pytest.mark.parametrize("words", [["--root", "a", "b"], ["--root", "a", "--root", "b"]])
def test_a_root_of_each_part_is_given_in_either_way(words):
    args = load_tool("ledger").parse_args(["export", "run", "label-studio", "--out", "x", *words])
    assert args.root == ["a", "b"]


def test_a_clip_that_no_decoder_could_read_may_be_missing(tmp_path):
    run = run_of(tmp_path, folders=("site",))
    (tmp_path / "site" / "c0.mp4").unlink()
    run.ledger.undecodable[0] = 3
    assert file_addresses(run, "fiftyone", [])[0] == str(tmp_path / "site" / "c0.mp4")


def test_a_run_that_wrote_its_ledger_alone_knows_no_clips(tmp_path):
    run = SimpleNamespace(parts=[], ledger=Ledger(["a", "b"], [0, 1], 2))
    with pytest.raises(ConfigError, match="write_annotation=False"):
        file_addresses(run, "fiftyone", [])
