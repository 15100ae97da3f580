"""The scripts of tools/, as modules."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def load_tool(name: str) -> ModuleType:
    """Import ``tools/<name>.py``."""
    path = Path(__file__).resolve().parents[1] / "tools" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{name}_tool", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def json_of(tool: ModuleType, capsys: pytest.CaptureFixture[str], *words: Any) -> Any:
    """What a tool prints with ``--json``."""
    capsys.readouterr()
    tool.main([*map(str, words), "--json"])
    return json.loads(capsys.readouterr().out)
