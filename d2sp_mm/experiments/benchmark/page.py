"""The results page, from the results file alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from d2sp_mm.experiments.benchmark import tables
from d2sp_mm.experiments.benchmark.suite import Noise, Suite
from d2sp_mm.experiments.benchmark.summary import Figures, Row
from d2sp_mm.experiments.benchmark.tables import draw_gains
from d2sp_mm.experiments.protocol.markdown_table import as_markdown
from d2sp_mm.io.whole_files import atomic_write

_READ = """\
Means over seeds, with the 95 % bootstrap interval in brackets (seeds drawn anew 9,999 times; over five seeds such an
interval is narrower than it says). Top-1 and UAR are those of the test set, each the mean over the last three epochs of a
run.

* *within*: the model of the run in which the method decides. *scratch*: the model that the plain config trains from scratch
  on what the method left of the noisy set; nothing is decided in that run. Plain training has the first figure alone. The
  oracle, chains of passes and methods with auxiliary runs have the second alone.
* *gap*: what of the distance from plain to oracle a method wins back, 0 % = plain, 100 % = oracle. *vs plain*: difference
  from the plain run of the same seed, in points.
* *cost*: epochs trained for the model in all, in plain runs: 1 x is one training of the noisy set by the whole schedule.
  Within the run that is the run. From scratch it is the final training, shorter by what was pruned, and what was trained
  before it: the method's run up to its last decision, all passes of a chain, all auxiliary runs. What a step costs more or
  less is not in it.
* Corrupted clips: average precision (*AP*) of the quality score; *precision* and *recall* of what was pruned; *left*: share
  of the kept clips that are corrupted. Wrong labels: AP of the label score; precision and recall of what was corrected;
  *right class*: share of the corrections that hit the true label; left: share of the kept clips whose label is wrong. A rule
  that knows one noise only ranks both by the same score, and a clip that was pruned for its label counts as pruned: it
  lowers the precision for corrupted clips, and shows in what is left of wrong labels. Methods that decide within a run prune
  undecodable clips as well.
* Methods that decide within one run start from the plain run's checkpoint before their first decision, so that they share
  its beginning, random numbers included; `scn`, whose loss differs from the start, does not. Runs from scratch have the
  plain run's seed, the final one of a chain as well; each of its passes has another.
"""


def noise_tables(suite: Suite, figures: Figures, noise: str) -> list[Table]:
    """The tables of one noise of one data set."""
    planted = suite.noises[noise]
    wanted = [("Top-1, and what it costs in plain runs", tables.TOP1), ("UAR", tables.UAR)]
    if planted.is_clean:
        wanted = [("Nothing planted: what purification does to a clean set", tables.CLEAN)]
    if planted.low_quality_rate:
        wanted.append(("Corrupted clips", tables.LOW_QUALITY))
    if planted.mislabel_rate:
        wanted.append(("Wrong labels", tables.MISLABEL))
    return [tables.figures_table(title, figures, suite.methods, columns) for title, columns in wanted]


def write_page(
    suite: Suite, rows: Sequence[Row], summary: Mapping[tuple[str, str], Figures], path: Path, command: str
) -> list[Path]:
    """Write the page and its pictures.

    Args:
        suite: What was compared.
        rows: The results, as :meth:`d2sp_mm.experiments.benchmark.suite_runner.SuiteRunner.current` gives them.
        summary: Their figures, by data set and noise.
        path: The Markdown file; pictures go into a folder of its name beside it.
        command: The command that made the results.

    Returns:
        The files written.
    """
    parts = [f"# Benchmark: suite {suite.name}", f"Made by `{command}`; do not edit.", _READ, _methods(suite)]
    written = [path]
    for (data_set, noise), figures in summary.items():
        here = [row for row in rows if (row["data_set"], row["noise"]) == (data_set, noise)]
        seeds = sorted({row["seed"] for row in here})
        parts.append(f"## {data_set}, {_planted(suite.noises[noise])}\n")
        parts.append(f"Config `{suite.data_sets[data_set].config}`, {here[0]['max_epochs']} epochs, seeds {_list(seeds)}.\n")
        picture = path.with_suffix("") / f"{data_set}_{noise}.png"
        draw_gains(picture, f"{data_set}, {_planted(suite.noises[noise])}", figures, suite.methods)
        written.append(picture)
        parts.append(f"![gains]({path.stem}/{picture.name})\n")
        parts += map(as_markdown, noise_tables(suite, figures, noise))
    atomic_write(path, ("\n".join(parts).rstrip() + "\n").encode())
    return written


def _methods(suite: Suite) -> str:
    lines = ["| method | role | what it is |", "|---|---|---|"]
    lines += [f"| `{name}` | {method.role} | {method.about} |" for name, method in suite.methods.items()]
    return "\n".join(lines) + "\n"


def _planted(noise: Noise) -> str:
    parts = []
    if noise.low_quality_rate:
        parts.append(f"{100 * noise.low_quality_rate:.0f} % corrupted")
    if noise.mislabel_rate:
        parts.append(f"{100 * noise.mislabel_rate:.0f} % mislabelled ({noise.confusion})")
    return " and ".join(parts) or "clean"


def _list(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))
