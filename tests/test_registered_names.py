"""Every name that a config may use: it resolves from MMEngine alone, and its arguments are described."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import d2sp_mm.datasets
import d2sp_mm.engine
import d2sp_mm.models  # noqa: F401
from d2sp_mm import registry as registries
from d2sp_mm.registry import Registry

ROOT = Path(__file__).resolve().parents[1]
#: Our registries, each with MMEngine's root of the same kind; the stages have none above them.
ALL = {name: value for name, value in vars(registries).items() if isinstance(value, Registry) and value.scope == "d2sp_mm"}
CASES = [(root, name) for root, registry in ALL.items() for name in registry.module_dict]
PUBLIC = {
    "HOOKS": {"PurificationHook"},
    "DATASETS": {"IndexedDataset"},
    "DATA_SAMPLERS": {"PurifiedSampler"},
    "MODELS": {"ObservingCrossEntropyLoss", "WeightHead"},
    "STAGES": {"CoarsePruning", "FineCorrection", "RandomPruning"},
}


def test_the_registries_hold_the_public_names():
    assert {root: set(registry.module_dict) for root, registry in ALL.items()} == PUBLIC


@pytest.fixture(scope="module")
def resolved():
    """What a fresh process gets for each name, asking MMEngine's roots and importing nothing of ours."""
    code = (
        "import mmengine.registry as roots\n"
        "import sys\n"
        f"for root, name in {[case for case in CASES if case[0] != 'STAGES']!r}:\n"
        "    assert root != 'HOOKS' or 'd2sp_mm' not in sys.modules\n"
        "    found = getattr(roots, root).get('d2sp_mm.' + name)\n"
        "    print(root, name, None if found is None else found.__name__)\n"
        "from d2sp_mm.registry import STAGES\n"
        f"for root, name in {[case for case in CASES if case[0] == 'STAGES']!r}:\n"
        "    found = STAGES.get('d2sp_mm.' + name)\n"
        "    print(root, name, None if found is None else found.__name__)\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.split() for line in done.stdout.splitlines() if line.split()[:1] and line.split()[0] in ALL]
    return {(root, name): found for root, name, found in rows}


@pytest.mark.parametrize(("root", "name"), CASES)
def test_the_name_resolves_without_any_import_of_ours(resolved, root, name):
    assert resolved[root, name] == name


@pytest.mark.parametrize(("root", "name"), CASES)
def test_the_class_describes_every_argument(root, name):
    described = ALL[root].get(name)
    # A dataclass without a text of its own would get its signature as docstring.
    doc = inspect.cleandoc(described.__dict__.get("__doc__") or "")
    assert doc and not doc.startswith(f"{name}(")
    arguments = set(inspect.signature(described.__init__).parameters) - {"self", "args", "kwargs"}
    assert arguments
    block = doc.partition("Args:\n")[2].split("\n\n")[0]
    entries = {line.strip().split(":")[0] for line in block.splitlines() if line[:4] == "    " and line[4:5] != " "}
    assert entries == arguments


@pytest.mark.parametrize(("root", "name"), CASES)
def test_every_argument_has_a_type(root, name):
    signature = inspect.signature(ALL[root].get(name).__init__)
    without = [p.name for p in signature.parameters.values() if p.name != "self" and p.annotation is p.empty]
    assert not without


def test_no_public_class_of_the_glue_is_left_out_of_its_registry():
    """What a location's ``__init__`` exports must be found by its name."""
    for location in ("engine", "datasets", "models"):
        tree = ast.parse((ROOT / "d2sp_mm" / location / "__init__.py").read_text(encoding="utf-8"))
        exported = next(ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign))
        assert exported
        assert set(exported) <= {name for registry in ALL.values() for name in registry.module_dict}
