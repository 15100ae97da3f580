"""Write the leaf configs of the sets of facial expressions, and each folder's README.md and metafile.yml.

    python tools/dev/make_configs.py            # into configs/d2sp
    python tools/dev/make_configs.py --check    # exits 1 where a file is not what would be written

A leaf is four bases: model, dataset, schedule, purification. Its recipe is d2sp; --purify NAME replaces it. To add a
network or a set, write its base and name it here.
"""

from __future__ import annotations

import argparse
import functools
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from mmengine.analysis import get_model_complexity_info
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope

import d2sp_mm.compat  # noqa: F401 - MMAction2's models cannot be imported without the bridges
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.paths import find_home

CONFIGS = find_home() / "configs"
RECIPE = "d2sp"
SHAPE = "16 x 112 x 112"
#: Folders of which every leaf is written by hand: title and paper.
BY_HAND = {"stgcn": ("ST-GCN", "Spatial Temporal Graph Convolutional Networks (AAAI 2018)")}


@dataclass(frozen=True)
class Network:
    """A base of a model: its file, the folder of its leaves, what it is called, and what goes with it."""

    base: str
    folder: str
    title: str
    paper: str
    schedule: str = "sgd_50e"


@dataclass(frozen=True)
class Dataset:
    """A base of a dataset: its file, what it is called, its classes and folds."""

    base: str
    title: str
    classes: int
    folds: int


NETWORKS = (
    Network("resnet18-lstm", "resnet18-lstm", "ResNet18+LSTM", "Long-term Recurrent Convolutional Networks (CVPR 2015)"),
    Network("c3d", "c3d", "C3D", "Learning Spatiotemporal Features with 3D Convolutional Networks (ICCV 2015)"),
    Network("r3d_r18", "r3d", "R3D-18", "A Closer Look at Spatiotemporal Convolutions (CVPR 2018)"),
    Network("mc3_r18", "mc3", "MC3-18", "A Closer Look at Spatiotemporal Convolutions (CVPR 2018)"),
    Network("r2plus1d_r18", "r2plus1d", "R(2+1)D-18", "A Closer Look at Spatiotemporal Convolutions (CVPR 2018)"),
    Network("i3d_r50", "i3d", "I3D-R50", "Quo Vadis, Action Recognition? (CVPR 2017)"),
    Network("tsm_r50", "tsm", "TSM-R50", "TSM: Temporal Shift Module (ICCV 2019)"),
    Network("former-dfer", "former-dfer", "Former-DFER", "Former-DFER (ACM Multimedia 2021)"),
    Network("videomae_vit-s", "videomae", "VideoMAE-S", "VideoMAE (NeurIPS 2022)", schedule="adamw_50e"),
)
DATASETS = (
    Dataset("dfew", "DFEW", 7, 5),
    Dataset("ferv39k", "FERV39k", 7, 1),
    Dataset("mafw", "MAFW", 11, 5),
    Dataset("afew", "AFEW", 7, 1),
    Dataset("crema-d", "CREMA-D", 6, 5),
)


def cost_of(network: Network) -> tuple[int, int]:
    """Parameters, and multiply-adds of a clip, as MMEngine counts them."""
    from mmaction.registry import MODELS

    settings = Config.fromfile(CONFIGS / "_base_" / "models" / f"{network.base}.py").model
    # MMEngine names each operator that it does not count: normalisation, pooling, activations.
    MMLogger.get_current_instance().setLevel("ERROR")
    with DefaultScope.overwrite_default_scope("mmaction"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MODELS.build(settings)
        model.train(False)
        model.forward = functools.partial(model.forward, mode="tensor")
        clip = model.data_preprocessor({"inputs": [torch.zeros(1, 3, 16, 112, 112)], "data_samples": None})["inputs"]
        counted = get_model_complexity_info(model, inputs=(clip,), show_table=False, show_arch=False)
    return counted["params"], counted["flops"]


def name_of(network: Network, dataset: Dataset) -> str:
    """A leaf's name, without suffix."""
    return f"{network.base}_{RECIPE}_{dataset.base}"


def leaf(network: Network, dataset: Dataset, cost: tuple[int, int]) -> str:
    """The text of a leaf."""
    name = name_of(network, dataset)
    path = f"configs/d2sp/{network.folder}/{name}.py"
    fold = ", fold 1 of 5" if dataset.folds > 1 else ""
    every_fold = "\n# Every fold: tools/analysis_tools/run_folds.py with the same arguments." if dataset.folds > 1 else ""
    head = "" if dataset.classes == 7 else f"\nmodel = dict(cls_head=dict(num_classes={dataset.classes}))\n"
    return f"""# {network.title} on {dataset.title}{fold}, pruned, then corrected (--purify NAME: by another recipe):
#
#     python tools/train.py {path} \\
#         --work-dir work_dirs/{name}
#{every_fold}
# {cost[0] / 1e6:.1f} M parameters, {cost[1] / 1e9:.1f} G multiply-adds a clip of {SHAPE}. Not run yet: no result is claimed.
_base_ = [
    "../../_base_/models/{network.base}.py",
    "../../_base_/datasets/{dataset.base}.py",
    "../../_base_/schedules/{network.schedule}.py",
    "../../_base_/purification/{RECIPE}.py",
]
{head}"""


def readme(network: Network, cost: tuple[int, int]) -> str:
    """The text of a folder's README."""
    named = [(dataset.title, name_of(network, dataset)) for dataset in DATASETS]
    rows = "".join(f"* {title}: [{name}]({name}.py)\n" for title, name in named)
    schedule = Config.fromfile(CONFIGS / "_base_" / "schedules" / f"{network.schedule}.py")
    return f"""# {network.title}

{network.paper}. {cost[0] / 1e6:.1f} M parameters, {cost[1] / 1e9:.1f} G multiply-adds a clip of {SHAPE} (MMEngine's count).
{schedule.train_cfg.max_epochs} epochs of {schedule.optim_wrapper.optimizer.type}, batches of 32, from scratch unless
`load_from` or `model.backbone.pretrained` names weights. None of these has been run on the set it is for, so that no result
is claimed. The recipe is `d2sp`; `--purify NAME` replaces it (`none` observes only). Written by `tools/dev/make_configs.py`.

{rows}{by_hand_list(network.folder, network.base)}"""


def by_hand(folder: str, base: str | None = None) -> list[str]:
    """Names of the leaves that are written by hand: those of another base, or all."""
    names = sorted(path.stem for path in (CONFIGS / "d2sp" / folder).glob("*.py"))
    return [name for name in names if base is None or not name.startswith(f"{base}_")]


def by_hand_list(folder: str, base: str | None = None) -> str:
    """A README's list of the leaves that are written by hand."""
    names = by_hand(folder, base)
    title = "\nSmall ones, for the demo and for sets of one's own:\n\n" if names else ""
    return title + "".join(f"* [{name}]({name}.py)\n" for name in names)


def metafile_of(folder: str, title: str, paper: str, models: list[dict[str, Any]], base: str | None = None) -> str:
    """The text of a folder's metafile, in the form that OpenMMLab's tools read, with the leaves written by hand."""
    collection = {"Name": title, "README": f"configs/d2sp/{folder}/README.md", "Paper": {"Title": paper}}
    others = [
        {"Name": name, "Config": f"configs/d2sp/{folder}/{name}.py", "In Collection": title}
        for name in by_hand(folder, base)
    ]
    return yaml.safe_dump({"Collections": [collection], "Models": models + others}, sort_keys=False)


def metafile(network: Network, cost: tuple[int, int]) -> str:
    """The text of the metafile of a folder of generated leaves."""
    models: list[dict[str, Any]] = [
        {
            "Name": name_of(network, dataset),
            "Config": f"configs/d2sp/{network.folder}/{name_of(network, dataset)}.py",
            "In Collection": network.title,
            "Metadata": {
                "Batch Size": 32,
                "Training Data": dataset.title,
                "Purification": RECIPE,
                "Parameters": cost[0],
                "FLOPs": cost[1],
            },
        }
        for dataset in DATASETS
    ]
    return metafile_of(network.folder, network.title, network.paper, models, network.base)


def files() -> dict[Path, str]:
    """Every file with its text."""
    texts = {}
    for network in NETWORKS:
        folder, cost = CONFIGS / "d2sp" / network.folder, cost_of(network)
        for dataset in DATASETS:
            texts[folder / f"{name_of(network, dataset)}.py"] = leaf(network, dataset, cost)
        texts[folder / "README.md"] = readme(network, cost)
        texts[folder / "metafile.yml"] = metafile(network, cost)
    for name, (title, paper) in BY_HAND.items():
        texts[CONFIGS / "d2sp" / name / "README.md"] = f"# {title}\n\n{paper}.\n{by_hand_list(name)}"
        texts[CONFIGS / "d2sp" / name / "metafile.yml"] = metafile_of(name, title, paper, [])
    return texts


def main(argv: Sequence[str] | None = None) -> None:
    """Write the files, or say which differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing")
    args = parser.parse_args(argv)
    differing = []
    for path, text in files().items():
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        differing.append(path)
        if not args.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(path, text.encode())
    for path in differing:
        print(f"{'differs' if args.check else 'written'}: {path.relative_to(CONFIGS.parent)}")
    sys.exit(1 if args.check and differing else 0)


if __name__ == "__main__":
    main()
