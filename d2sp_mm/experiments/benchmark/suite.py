"""What a benchmark compares, as its suite file says."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from mmengine.config import Config

from d2sp_mm.errors import ConfigError
from d2sp_mm.paths import find_home

#: Roles of methods, in the order of the tables.
ROLES = ("control", "baseline", "ours")
#: Settings that :func:`d2sp_mm.experiments.benchmark.run_config.run_config` has values of its own for.
OVERWRITTEN = (
    "val_dataloader",
    "val_evaluator",
    "train_cfg.val_begin",
    "train_cfg.val_interval",
    "default_hooks.checkpoint.interval",
    "default_hooks.checkpoint.max_keep_ckpts",
    "default_hooks.checkpoint.save_best",
    "randomness",
)
#: How a method trains; see :mod:`d2sp_mm.experiments.benchmark.protocols`.
PROTOCOLS = ("in_run", "oracle", "passes", "out_of_fold", "threshold_samples", "image_quality")
SOURCES = ("toy", "annotation", "keypoint_video")
PLAIN, ORACLE = "plain", "oracle"


@dataclass(frozen=True)
class DataSet:
    """A clean set and the config that trains on it.

    Args:
        config: The config of the plain run: a path below ``configs/`` of this project, any other path, or ``package::path``.
        source: Where the clean clips are from: ``toy`` (:func:`d2sp_mm.experiments.toy.dataset.make_toy_dfer`),
            ``annotation`` (an existing file, whose labels are taken as true) or ``keypoint_video`` (a pose
            annotation, which is drawn).
        settings: Arguments of the source.
        options: Values of the config by dotted names, for all methods alike. What is tested is ``test_dataloader``.
    """

    config: str
    source: str = "annotation"
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Noise:
    """What is planted into the training set.

    Args:
        mislabel_rate: Share of samples that get a wrong label, in [0, 1).
        low_quality_rate: Share of other samples that are corrupted, in [0, 1).
        confusion: ``instance_dependent`` (:func:`d2sp_mm.experiments.noise.instance_dependent.instance_dependent_chances`),
            ``symmetric``, ``asymmetric``, a name of :data:`d2sp_mm.experiments.noise.confusion.SOURCES`, or a file; see
            :func:`d2sp_mm.experiments.noise.confusion.choose_confusion`.
        corrupt: Ways to corrupt; all if empty.
    """

    mislabel_rate: float = 0.0
    low_quality_rate: float = 0.0
    confusion: str = "symmetric"
    corrupt: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is planted."""
        return not (self.mislabel_rate or self.low_quality_rate)


@dataclass(frozen=True)
class Method:
    """A way to train on a noisy set.

    Args:
        recipe: Name of a recipe, or path of a config with one; see :func:`d2sp_mm.recipes.read_recipe`.
        role: One of ``ROLES``.
        protocol: One of ``PROTOCOLS``.
        settings: Arguments of the protocol.
        options: Values of the purification hook by dotted names below ``default_hooks.purification``.
        about: What it is, for the tables.
        data_sets: The data sets that it can work on; all if empty.
    """

    recipe: str = "none"
    role: str = "baseline"
    protocol: str = "in_run"
    settings: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    data_sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """Everything that one benchmark compares.

    Args:
        name: The suite file's name.
        seeds: One run of each combination a seed; it seeds noise, set and training.
        data_sets: By their names.
        noises: By their names.
        methods: By their names; ``plain`` is always there.
        only: ``(data set, noise)`` pairs to run; all if empty.
    """

    name: str
    seeds: tuple[int, ...]
    data_sets: Mapping[str, DataSet]
    noises: Mapping[str, Noise]
    methods: Mapping[str, Method]
    only: tuple[tuple[str, str], ...] = ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Data set and noise of every noisy set, in the order in which they are trained on and shown."""
        return self.only or tuple((data_set, noise) for data_set in self.data_sets for noise in self.noises)


def suite_names() -> list[str]:
    """The suites that the project brings, sorted."""
    return sorted(path.stem for path in _folder().glob("*.py"))


def read_suite(name: str) -> Suite:
    """Read a suite.

    Args:
        name: One of :func:`suite_names`, or the path of a file of the user's own (it ends in ``.py``).

    Raises:
        ConfigError: There is no such suite, or it names what is not there.
    """
    path = Path(name) if name.endswith(".py") else _folder() / f"{name}.py"
    if not path.is_file():
        raise ConfigError(f"suite {name!r} is unknown; choose one of {', '.join(suite_names())}, or give a path (.py).")
    content = Config.fromfile(str(path), import_custom_modules=False)
    for key in ("seeds", "data_sets", "noises", "methods"):
        if not content.get(key):
            raise ConfigError(f"suite {name!r}: {key} is missing or empty; see configs/benchmark/short.py.")
    suite = Suite(
        name=path.stem,
        seeds=tuple(content.seeds),
        data_sets=_read(DataSet, content.data_sets, "data_sets"),
        noises=_read(Noise, content.noises, "noises"),
        methods=_read(Method, content.methods, "methods"),
        only=tuple((pair[0], pair[1]) for pair in content.get("only", ())),
    )
    _check(suite)
    return suite


_Part = TypeVar("_Part", DataSet, Noise, Method)


def _read(kind: type[_Part], parts: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, _Part]:
    known = {entry.name for entry in dataclasses.fields(kind)}
    found = {}
    for name, settings in parts.items():
        unknown = sorted(set(settings) - known)
        if unknown:
            raise ConfigError(f"suite: {where}.{name} has no setting {unknown[0]!r}; it has {', '.join(sorted(known))}.")
        plain = settings.to_dict() if hasattr(settings, "to_dict") else dict(settings)
        arguments: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in plain.items()}
        found[name] = kind(**arguments)
    return found


def _check(suite: Suite) -> None:
    choices = [("methods", "role", ROLES), ("methods", "protocol", PROTOCOLS), ("data_sets", "source", SOURCES)]
    for where, entry, allowed in choices:
        for name, part in getattr(suite, where).items():
            if getattr(part, entry) not in allowed:
                raise ConfigError(
                    f"suite {suite.name!r}: {where}.{name}.{entry}={getattr(part, entry)!r}; choose one of {allowed}."
                )
    for name, part in suite.data_sets.items():
        lost = sorted(option for option in part.options if option.startswith(OVERWRITTEN))
        if lost:
            instead = f"set {lost[0].replace('val_', 'test_', 1)!r}" if lost[0].startswith("val_") else "leave it out"
            raise ConfigError(
                f"suite {suite.name!r}: data_sets.{name}.options sets {lost[0]!r}, but a benchmark tests after the last "
                f"epochs, on the test set, and seeds every run itself; {instead}."
            )
    for name, method in suite.methods.items():
        unknown = sorted(set(method.data_sets) - set(suite.data_sets)) if isinstance(method.data_sets, tuple) else ["?"]
        if unknown:
            raise ConfigError(
                f"suite {suite.name!r}: methods.{name}.data_sets={method.data_sets!r}; give a list out of "
                f"{', '.join(suite.data_sets)}."
            )
    if PLAIN not in suite.methods:
        raise ConfigError(f"suite {suite.name!r}: methods has no {PLAIN!r}, which all others are compared with.")
    for data_set, noise in suite.only:
        if data_set not in suite.data_sets or noise not in suite.noises:
            raise ConfigError(f"suite {suite.name!r}: only names {(data_set, noise)}, which is not in data_sets and noises.")


def _folder() -> Path:
    return find_home() / "configs" / "benchmark"
