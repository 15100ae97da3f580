"""Write the page of every setting of every registered name, from docstrings and signatures.

python tools/dev/config_reference.py --out docs/config_reference.md
"""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import d2sp_mm.compat
import d2sp_mm.datasets
import d2sp_mm.engine
import d2sp_mm.models  # noqa: F401 - fills the registries
from d2sp_mm.engine.weight_learner import WeightSettings
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.registry import DATA_SAMPLERS, DATASETS, HOOKS, MODELS, STAGES, TRANSFORMS

_HEAD = """# Settings

Every registered name and its settings, as `type='d2sp_mm.NAME'` in a config. `tools/dev/config_reference.py` writes this
page from the docstrings. Where no default stands, the setting must be given. Options of the command line change them, as
`--cfg-options default_hooks.purification.stages.prune.rate=.05`.
"""
_TITLES = (
    ("Hooks", HOOKS), ("Stages", STAGES), ("Datasets", DATASETS), ("Samplers", DATA_SAMPLERS), ("Transforms", TRANSFORMS),
    ("Models", MODELS),
)  # fmt: skip


def described(kind: type) -> dict[str, str]:
    """What the docstrings of a class and its bases say of each setting."""
    found: dict[str, str] = {}
    for base in kind.__mro__:
        section = re.search(r"\n    Args:\n(.*?)(?=\n\n|\Z)", (base.__doc__ or "") + "\n\n", re.DOTALL)
        for entry in re.split(r"\n(?=        \S)", section[1]) if section else []:
            name, _, text = entry.strip().partition(":")
            name, text = name.lstrip("*"), " ".join(text.split())
            # A class may point to its base, which says it.
            if found.get(name, "See ").startswith("See "):
                found[name] = text
    return found


def defaults(kind: type) -> dict[str, Any]:
    """The settings of a class in the order of its signature, with their defaults."""
    if dataclasses.is_dataclass(kind):
        fields = dataclasses.fields(kind)
        made = {f.name: f.default_factory() for f in fields if f.default_factory is not dataclasses.MISSING}
        return {f.name: made.get(f.name, f.default) for f in fields}
    parameters = inspect.signature(kind).parameters.values()
    return {p.name: p.default for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def section(name: str, kind: type) -> str:
    """A class as a part of the page."""
    lines = [f"### `{name}`", "", _plain(inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " "), ""]
    texts, settings = described(kind), defaults(kind)
    if settings:
        lines += ["| setting | default | |", "|---|---|---|"]
    for setting, default in settings.items():
        missing = default in (inspect.Parameter.empty, dataclasses.MISSING)
        shown = "" if missing else f"`{dict(default) if isinstance(default, Mapping) else default!r}`"
        lines.append(f"| `{setting}` | {shown} | {_plain(texts.get(setting, '')).replace('|', chr(92) + '|')} |")
    return "\n".join([*lines, ""])


def _plain(text: str) -> str:
    """Markdown of a docstring's markup."""
    return re.sub(r":\w+:`~?\.?([^`]*)`", r"`\1`", text).replace("``", "`")


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, registry in _TITLES:
        parts.append(f"## {title}\n")
        own = {name: kind for name, kind in registry.module_dict.items() if kind.__module__.startswith("d2sp_mm.")}
        parts += [section(name, own[name]) for name in sorted(own)]
    parts += ["## How weights are learned\n", section("PurificationHook(weight_learner=dict(...))", WeightSettings)]
    return "\n".join(parts)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    atomic_write(parser.parse_args(argv).out, page().encode())


if __name__ == "__main__":
    main()
