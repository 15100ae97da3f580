"""The table of MMAction2's configs in the docs holds for a sample of them."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.load_tool import load_tool

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = Path(find_spec("mmaction").origin).parent / ".mim" / "configs"
PAGE = (ROOT / "docs" / "configs.md").read_text(encoding="utf-8")
tool = load_tool("config_table")
ALL = [path for folder in tool.FOLDERS for path in sorted((CONFIGS / folder).rglob("*.py"))]


def section(title: str) -> str:
    return PAGE.partition(f"## {title}")[2].partition("\n## ")[0]


@pytest.mark.parametrize("path", ALL[::6], ids=lambda path: path.stem)
def test_a_config_fares_as_the_page_says(path):
    outcome = tool.try_config(path, CONFIGS, "d2sp")
    assert (f"`{outcome.name}`" in section("Refused")) == bool(outcome.refused), outcome
    assert (f"`{outcome.name}`" in section("Purified, but")) == bool(outcome.failed), outcome
    reason = outcome.refused or outcome.failed
    if reason:
        assert tool.kind_of(reason) in {
            tool.kind_of(line) for line in re.findall(r"^\*\*\d+\*\* \| (.*)$", PAGE, re.MULTILINE)
        }


def test_the_page_counts_what_it_lists():
    counts = [int(n) for n in re.findall(r"^\| [^|]+ \| (\d+)", PAGE, re.MULTILINE)[:4]]
    total, fine, failed, refused = counts
    assert total == len(ALL) == fine + failed + refused
    assert refused == section("Refused").count("* `") and failed == section("Purified, but").count("* `")
    assert sum(int(n) for n in re.findall(r"^\*\*(\d+)\*\*", PAGE, re.MULTILINE)) == failed + refused


def test_what_cannot_be_built_is_told_apart_from_what_is_refused(tmp_path):
    text = "_base_ = 'mmaction::recognition/tsn/tsn_imagenet-pretrained-r50_8xb32-1x1x3-100e_kinetics400-rgb.py'\n"
    path = tmp_path / "broken.py"
    path.write_text(text + "model = dict(backbone=dict(depth=19))\n")
    outcome = tool.try_config(path, tmp_path, "d2sp")
    assert outcome.refused is None and outcome.failed == "KeyError: 'invalid depth 19 for resnet'"
