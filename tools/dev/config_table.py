"""Purify and build every recognition, audio and skeleton config that MMAction2 brings, and write docs/configs.md.

    python tools/dev/config_table.py --out docs/configs.md    # all of them, some minutes
    python tools/dev/config_table.py --every 10               # each tenth, nothing written

A config counts as purified where tools/purify_config.py turns it into one, and as built where its recognizer, with our loss
in it, and the hook can be built. No weights are loaded and no data is read.
"""

from __future__ import annotations

import argparse
import gc
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope
from rich.console import Console
from rich.progress import track

import d2sp_mm.compat  # noqa: F401 - MMAction2's models cannot be imported without the bridges
from d2sp_mm.errors import ConfigError
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.recipes import purify_config, read_config
from d2sp_mm.recipes.classifier import strip_pretrained
from d2sp_mm.registry import HOOKS

FOLDERS = ("recognition", "recognition_audio", "skeleton")


@dataclass(frozen=True)
class Outcome:
    """What became of a config: its name, the reason where it was refused, the error where building failed."""

    name: str
    refused: str | None = None
    failed: str | None = None


def try_config(path: Path, configs: Path, recipe: str) -> Outcome:
    """Purify and build one."""
    from mmaction.registry import MODELS

    name = path.relative_to(configs).as_posix()
    try:
        purified = purify_config(read_config(str(path)), recipe)
    except ConfigError as error:
        return Outcome(name, refused=str(error).replace(str(path), "the config"))
    try:
        with DefaultScope.overwrite_default_scope("mmaction"):
            MODELS.build(Config(strip_pretrained(purified.model.to_dict()))._cfg_dict)
            HOOKS.build(purified.default_hooks.purification)
    # What building raises is the table's content.
    except Exception as error:
        return Outcome(name, failed=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
    finally:
        gc.collect()
    return Outcome(name)


def spoken(reason: str) -> str:
    """A reason without the config's name, and without the loop's other settings, which are long."""
    reason = reason.split(" cannot be purified: ")[-1]
    reason = re.sub(r"^the config with ", "", reason)
    return re.sub(r"train_cfg=\{'type': ('\w+').*\} is", r"train_cfg.type=\1 is", reason)


def kind_of(reason: str) -> str:
    """What the reasons of one kind share: all but the numbers."""
    return re.sub(r"\d+", "N", spoken(reason))


def share(part: Sequence[Outcome], whole: Sequence[Outcome]) -> str:
    """A count and what share that is."""
    return f"{len(part)} ({len(part) / max(len(whole), 1):.0%})"


def page(outcomes: Sequence[Outcome], recipe: str) -> str:
    """The page of the docs."""
    refused = [outcome for outcome in outcomes if outcome.refused]
    failed = [outcome for outcome in outcomes if outcome.failed]
    trains = [outcome for outcome in outcomes if "it trains nothing" not in (outcome.refused or "")]
    fine = [outcome for outcome in outcomes if not outcome.refused and not outcome.failed]
    lines = [
        "# MMAction2's own configs",
        "",
        f"Written by `python tools/dev/config_table.py --out docs/configs.md` with MMAction2 {version('mmaction2')}, "
        f"MMEngine {version('mmengine')} and torch {version('torch').split('+')[0]}, recipe `{recipe}`.",
        "",
        "Every config of a recognizer that MMAction2 brings (videos, audio, skeletons) went through `--purify`, and what",
        "came out was built: the recognizer with the observing loss in its head, and the hook. No weights were loaded, no",
        "data was read; `tests/integration/test_every_backbone.py` trains one small model of each family that needs no",
        "compiled operators (TIN does).",
        "",
        "| configs | all | of those that train |",
        "|---|---:|---:|",
        f"| there are | {len(outcomes)} | {len(trains)} |",
        f"| purified and built | {share(fine, outcomes)} | {share(fine, trains)} |",
        f"| purified, but cannot be built here | {len(failed)} | {len(failed)} |",
        f"| refused | {len(refused)} | {len(refused) - len(outcomes) + len(trains)} |",
        "",
        "## By family",
        "",
        "| family | purified and built | of those that train | all |",
        "|---|---:|---:|---:|",
    ]
    families: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        families.setdefault("/".join(outcome.name.split("/")[:2]), []).append(outcome)
    lines += [
        f"| {name} | {sum(o in fine for o in found)} | {sum(o in trains for o in found)} | {len(found)} |"
        for name, found in sorted(families.items())
    ]
    for title, found, text in (
        ("Refused, with the reason and the way out", refused, lambda o: o.refused),
        ("Purified, but cannot be built here", failed, lambda o: o.failed),
    ):
        groups: dict[str, list[Outcome]] = {}
        for outcome in found:
            groups.setdefault(kind_of(text(outcome)), []).append(outcome)
        lines += ["", f"## {title}", ""] + ([] if groups else ["None.", ""])
        for _, group in sorted(groups.items(), key=lambda item: -len(item[1])):
            # The first one's own words: numbers are what the others of the group differ in.
            lines += [f"**{len(group)}** | {spoken(text(group[0]))}", "", *(f"* `{outcome.name}`" for outcome in group), ""]
    return "\n".join(lines).rstrip() + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Try the configs and write or print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="the page to write")
    parser.add_argument("--purify", default="d2sp", metavar="RECIPE")
    parser.add_argument("--every", type=int, default=1, help="try each so many-th config, default all")
    args = parser.parse_args(argv)
    if args.out and args.every != 1:
        parser.error("--out is for all configs; leave --every out")
    spec = find_spec("mmaction")
    if spec is None or spec.origin is None:
        raise SystemExit("config_table: MMAction2 is not installed.")
    configs = Path(spec.origin).parent / ".mim" / "configs"
    paths = [path for folder in FOLDERS for path in sorted((configs / folder).rglob("*.py"))][:: args.every]
    console = Console()
    warnings.simplefilter("ignore")
    # TANet initialises itself while it is built, and says so for every layer.
    MMLogger.get_current_instance().setLevel("ERROR")
    outcomes = [try_config(path, configs, args.purify) for path in track(paths, "Trying configs", console=console)]
    for outcome in outcomes:
        if outcome.failed:
            console.print(f"{outcome.name}: {outcome.failed}", soft_wrap=True, highlight=False, markup=False)
    count = sum(not outcome.refused and not outcome.failed for outcome in outcomes)
    console.print(f"{count} of {len(outcomes)} purified and built.")
    if args.out:
        atomic_write(args.out, page(outcomes, args.purify).encode())
        console.print(f"Written: {args.out}", soft_wrap=True, highlight=False, markup=False)


if __name__ == "__main__":
    main()
