"""The examples of every formula run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import d2sp_mm.functional

MODULES = [m.name for m in pkgutil.iter_modules(d2sp_mm.functional.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    result = doctest.testmod(importlib.import_module(f"d2sp_mm.functional.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
