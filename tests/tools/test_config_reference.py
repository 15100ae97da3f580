"""The page of settings is what the generator writes, and says something of each."""

from __future__ import annotations

import re
from pathlib import Path

from tests.load_tool import load_tool

PAGE = Path(__file__).resolve().parents[2] / "docs" / "config_reference.md"


def test_the_page_is_the_one_that_the_generator_writes():
    written = PAGE.read_text(encoding="utf-8")
    assert written == load_tool("config_reference").page(), "tools/dev/config_reference.py --out docs/config_reference.md"


def test_every_setting_is_described():
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) > 100
    assert [name for name, text in rows if not text or text.startswith("See ")] == []
