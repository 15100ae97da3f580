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
from d2sp_mm.stages import baselines

ROOT = Path(__file__).resolve().parents[1]
#: Our registries, each with MMEngine's root of the same kind; the stages have none above them.
ALL = {name: value for name, value in vars(registries).items() if isinstance(value, Registry) and value.scope == "d2sp_mm"}
CASES = [(root, name) for root, registry in ALL.items() for name in registry.module_dict]
PUBLIC = {
    "HOOKS": {"AtomicCheckpointHook", "ExactResumeHook", "PurificationHook"},
    "DATASETS": {"IndexedDataset"},
    "DATA_SAMPLERS": {"PurifiedSampler"},
    "TRANSFORMS": {"CachedDecordInit"},
    "MODELS": {"FormerDFER", "ClipToFramesPreprocessor", "ObservingCrossEntropyLoss", "ResNetLSTM", "WeightHead"},
    "STAGES": {"CoarsePruning", "DoubtfulLabelPruning", "FineCorrection", "RandomPruning", *baselines.__all__},
}


def test_the_registries_hold_the_public_names():
    assert {root: set(registry.module_dict) for root, registry in ALL.items()} == PUBLIC


@pytest.mark.parametrize("root", PUBLIC)
def test_the_names_resolve_without_any_import_of_ours(root):
    """A fresh process for each registry: resolving a name of one imports modules that fill the others."""
    where = "d2sp_mm.registry" if root == "STAGES" else "mmengine.registry"
    code = (
        f"import sys\nfrom {where} import {root} as registry\n"
        # The stages have no root at MMEngine; for them only the modules that fill the registry must be absent.
        "assert not {'d2sp_mm.engine', 'd2sp_mm.datasets', 'd2sp_mm.models', 'd2sp_mm.stages'} & set(sys.modules)\n"
        f"assert {root == 'STAGES'} or 'd2sp_mm' not in sys.modules\n"
        f"print('found', *[getattr(registry.get('d2sp_mm.' + name), '__name__', None) for name in {sorted(PUBLIC[root])!r}])"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"found {' '.join(sorted(PUBLIC[root]))}" in done.stdout.splitlines()


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
    assert entries - {"**kwargs"} == arguments


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
