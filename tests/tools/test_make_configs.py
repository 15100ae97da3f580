"""The repository's configs: every leaf reads, the sets that they stand on do, and all is what the generator writes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from mmengine.config import Config

from d2sp_mm.registry import HOOKS

ROOT = Path(__file__).resolve().parents[2]
LEAVES = sorted((ROOT / "configs" / "d2sp").rglob("*.py"))
CLASSES = {
    "dfew": 7,
    "ferv39k": 7,
    "mafw": 11,
    "afew": 7,
    "crema-d": 6,
    "toy-dfer": 7,
    "uci-gfe-pose": 9,
    "uci-gfe-video": 9,
}


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: path.stem)
def test_a_leaf_reads_and_has_what_its_name_says(path):
    config = Config.fromfile(path, import_custom_modules=False)
    _, recipe, data = path.stem.split("_")[-3:] if path.stem.count("_") > 2 else path.stem.split("_")
    if data != "clips":
        assert config.model.cls_head.num_classes == CLASSES[data]
        folder = data.removesuffix("-pose").removesuffix("-video").replace("-", "_")
        assert config.train_dataloader.dataset.dataset.ann_file.replace("-", "_").startswith(f"data/{folder}")
    stages = config.default_hooks.purification.get("stages") or {}
    expected = {"none": set(), "d2sp": {"prune", "correct"}, "correct-only": {"correct"}}.get(recipe, {"prune"})
    assert {name for name, stage in stages.items() if stage} == expected
    HOOKS.build(config.default_hooks.purification)
    assert config.train_dataloader.sampler.type == "d2sp_mm.PurifiedSampler"
    assert "d2sp_mm" not in str(config.val_dataloader.to_dict())


@pytest.mark.parametrize("path", sorted((ROOT / "configs/_base_/datasets").glob("*.py")), ids=lambda path: path.stem)
def test_a_set_trains_and_tests_on_lists_of_its_own(path):
    config = Config.fromfile(path)
    train, val = config.train_dataloader.dataset.dataset, config.val_dataloader.dataset
    assert (train.ann_file, train.get("split")) != (val.ann_file, val.get("split"))
    assert config.test_dataloader == config.val_dataloader
    name = path.stem.removesuffix("-faces")
    if name in ("dfew", "ferv39k", "mafw", "afew", "crema-d"):
        fold = "fold1_" if name in ("dfew", "mafw", "crema-d") else ""
        assert (train.ann_file, val.ann_file) == (f"data/{name}/{fold}train.txt", f"data/{name}/{fold}test.txt")
        assert train.data_prefix == val.data_prefix and next(iter(train.data_prefix.values())).startswith(f"data/{name}/")


def test_the_generated_files_are_those_that_the_generator_writes():
    command = [sys.executable, "-W", "ignore", str(ROOT / "tools" / "dev" / "make_configs.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"run tools/dev/make_configs.py:\n{done.stdout}{done.stderr[-2000:]}"


def test_every_folder_has_a_readme_and_a_metafile_that_name_its_configs():
    for folder in sorted({path.parent for path in LEAVES}):
        readme = (folder / "README.md").read_text(encoding="utf-8")
        models = yaml.safe_load((folder / "metafile.yml").read_text(encoding="utf-8"))["Models"]
        named = Counter(model["Config"] for model in models)
        leaves = [path for path in LEAVES if path.parent == folder]
        assert named == Counter(path.relative_to(ROOT).as_posix() for path in leaves)
        assert not [path.name for path in leaves if f"]({path.name})" not in readme]
