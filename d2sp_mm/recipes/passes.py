"""Purify in passes, then train: each run from scratch, the last one on what the passes left."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from d2sp_mm.errors import ConfigError, DataError
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.ledger.override import apply_overrides
from d2sp_mm.recipes.purify_config import purify_config, stock_form
from d2sp_mm.recipes.read_config import with_names
from d2sp_mm.recipes.unsupported import base_datasets, type_name
from d2sp_mm.runs.override_file import FILE as OVERRIDES
from d2sp_mm.runs.override_file import merged, read_overrides
from d2sp_mm.runs.recorded_run import read_recorded_run, read_settings
from d2sp_mm.runs.run_files import FOLDER
from d2sp_mm.stages.settings import build_stages

#: Name of the file that says what a chain of passes is, in its work dir.
PLAN = "passes.json"
FINAL = "final"
#: MMEngine draws a seed of its own where a config has none; the runs of a chain must find theirs again.
_SEEDS = 2**16


@dataclass(frozen=True)
class Passes:
    """A chain of passes and the training after it.

    Args:
        config: The user's config, with its ``work_dir``.
        recipe: Name or path of a recipe.
        changes: Settings of the recipe by their dotted names.
        number: How many passes; None: two where passes are averaged, else one.

    Raises:
        ConfigError: The config cannot be purified, or the number of passes cannot work.
    """

    config: Config
    recipe: str
    changes: Mapping[str, Any]
    number: int | None = None

    def __post_init__(self) -> None:
        if self.number is not None and self.number < 1:
            raise ConfigError(f"--passes {self.number}: there must be at least one.")
        if not self._hook.get("write_annotation", True):
            raise ConfigError("default_hooks.purification.write_annotation=False leaves no list to train on; leave it out.")
        if not self.epochs[0]:
            raise ConfigError(f"the recipe {self.recipe!r} has no stage, so a pass would decide nothing; name another.")

    @cached_property
    def _hook(self) -> ConfigDict:
        return purify_config(self.config, self.recipe, self.changes).default_hooks.purification

    @property
    def _averages(self) -> bool:
        return bool(self._hook.get("average_passes", False))

    @property
    def passes(self) -> int:
        """How many passes there are."""
        return self.number or (2 if self._averages else 1)

    @property
    def names(self) -> list[str]:
        """The runs in order."""
        return [*(f"pass_{number}" for number in range(1, self.passes + 1)), FINAL]

    @property
    def work_dir(self) -> Path:
        """The folder of all runs."""
        return Path(self.config.work_dir)

    @property
    def epochs(self) -> list[int]:
        """How many epochs each run trains."""
        whole, stages = self.config.train_cfg.max_epochs, build_stages(self._hook.get("stages") or {})
        last = max((stage.decision_epochs(whole)[-1] + 1 for stage in stages.values()), default=0)
        return [last] * self.passes + [whole]

    def plan(self, seed: int) -> dict[str, Any]:
        """What the chain is, as its work dir has it or will have it; another one there is refused.

        Args:
            seed: The seed of the final run where neither config nor work dir has one; each pass has the next.

        Raises:
            ConfigError: The work dir holds another chain.
            DataError: Its plan is damaged.
        """
        path = self.work_dir / PLAN
        own = {"recipe": self.recipe, "passes": self.passes, "seed": (self.config.get("randomness") or {}).get("seed")}
        if not path.is_file():
            plan: dict[str, Any] = {**own, "seed": seed % _SEEDS if own["seed"] is None else own["seed"], "ended": []}
            self._write(plan)
            return plan
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            there = {name: found[name] for name in (*own, "ended")}
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} is damaged ({error}); remove it, or the --work-dir.") from error
        for name, value in own.items():
            if value not in (None, there[name]):
                raise ConfigError(
                    f"{self.work_dir} holds passes with {name}={there[name]!r}, and this call asks for {value!r}; go on"
                    " with the same command, or name another --work-dir."
                )
        return there

    def end(self, plan: dict[str, Any], name: str) -> dict[str, Any]:
        """Write down that a run has ended; of a pass, hand on what it left to the work dir of the chain.

        Args:
            plan: The plan; changes.
            name: The run.

        Returns:
            The plan.
        """
        if name != FINAL:
            self._hand_on(name)
        plan["ended"].append(name)
        self._write(plan)
        return plan

    def config_of(self, name: str, plan: Mapping[str, Any]) -> Config:
        """The config of one run, which goes on where it has begun.

        Args:
            name: One of :attr:`names`.
            plan: The plan.
        """
        number = self.names.index(name)
        config = self._final() if name == FINAL else self._pass(number)
        config.work_dir = str(self.work_dir / name)
        config.experiment_name = f"{config.get('experiment_name') or Path(config.filename or 'config').stem}_{name}"
        # The final run draws as the user's own would, the passes as nothing else does.
        seed = plan["seed"] if name == FINAL else plan["seed"] + 1 + number
        config.randomness = ConfigDict({**(config.get("randomness") or {}), "seed": seed})
        # Weights that training begins with are taken over once; what the run has saved comes before them.
        if (self.work_dir / name / "last_checkpoint").is_file() or any((self.work_dir / name).glob("epoch_*.pth")):
            config.resume, config.load_from = True, None
        return config

    def _pass(self, number: int) -> Config:
        config = purify_config(self.config, self.recipe, self.changes)
        hook = config.default_hooks.purification
        hook.end_with_decisions = True
        if number:
            hook.continue_from = str(self.work_dir)
        return config

    def _final(self) -> Config:
        """The user's config, on the purified lists."""
        config = stock_form(with_names(self.config))
        config = Config(copy.deepcopy(config._cfg_dict), filename=config.filename)
        run = read_recorded_run(self.work_dir)
        paths = [None if run.files.is_empty(run.ledger, n) else path for n, path in enumerate(run.files.purified)]
        dataset = config.train_dataloader.dataset
        for base, path in zip(list(base_datasets(dataset)), paths, strict=True):
            # A subset was taken before; the list has what is left of it.
            base.pop("indices", None)
            base["ann_file"] = "" if path is None else str(path.resolve())
        config.train_dataloader.dataset = _without_empty(dataset)
        return config

    def _hand_on(self, name: str) -> None:
        """Copy what a pass left, so that reports and ``tools/ledger.py`` work on the chain as on a run."""
        source, target = self.work_dir / name, self.work_dir / FOLDER
        settings = read_settings(source / FOLDER / "settings.json")
        for path in sorted((source / FOLDER).iterdir()):
            # A person's overrides of the chain stay; a pass has taken over those that there were when it began.
            if path.name != "settings.json" and path.is_file() and not (path.name == OVERRIDES and target.is_dir()):
                atomic_write(target / path.name, path.read_bytes())
        for path in target.iterdir():
            # A list of which nothing is left has none any more.
            if path.name not in (OVERRIDES, *(left.name for left in (source / FOLDER).iterdir())):
                path.unlink()
        atomic_write(target / "settings.json", (json.dumps(settings, indent=2) + "\n").encode())
        for path in source.glob("*.py"):
            atomic_write(self.work_dir / path.name, path.read_bytes())
        if (target / OVERRIDES).is_file():
            run = read_recorded_run(self.work_dir)
            apply_overrides(run.ledger, merged({}, read_overrides(target / OVERRIDES, run.ledger)))
            run.files.write(run.ledger, run.ended)

    def _write(self, plan: Mapping[str, Any]) -> None:
        atomic_write(self.work_dir / PLAN, (json.dumps(plan, indent=2) + "\n").encode())


def _without_empty(dataset: Any) -> Any:
    """A dataset's config without the parts of a concatenation of which nothing is left."""
    if type_name(dataset) == "ConcatDataset":
        parts = [part for part in map(_without_empty, dataset.datasets) if part is not None]
        return ConfigDict({**dataset, "datasets": parts}) if parts else None
    inner = dataset.get("dataset")
    if inner is not None:
        left = _without_empty(inner)
        return None if left is None else ConfigDict({**dataset, "dataset": left})
    return None if dataset.get("ann_file") == "" else dataset
