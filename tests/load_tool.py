"""The scripts of tools/, as modules."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def tool_path(name: str) -> Path:
    """Where a script of ``tools/`` lies, in whichever folder of it."""
    (path,) = (Path(__file__).resolve().parents[1] / "tools").rglob(f"{name}.py")
    return path


def load_tool(name: str) -> ModuleType:
    """Import a script of ``tools/``."""
    spec = importlib.util.spec_from_file_location(f"{name}_tool", tool_path(name))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def json_of(tool: ModuleType, capsys: pytest.CaptureFixture[str], *words: Any) -> Any:
    """What a tool prints with ``--json``."""
    capsys.readouterr()
    tool.main([*map(str, words), "--json"])
    return json.loads(capsys.readouterr().out)
