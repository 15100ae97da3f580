"""The demo from the first drawn face to the last table."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from d2sp_mm.annotations.truth import read_truth
from d2sp_mm.experiments.demo.clips import read_clips
from d2sp_mm.experiments.demo.curves_plot import draw_curves, read_decision_epochs
from d2sp_mm.experiments.demo.settings import PICTURES, RECIPES, DemoSettings, prepare_out_folder
from d2sp_mm.experiments.demo.sheets import draw_corrected, draw_lowest_scored
from d2sp_mm.experiments.demo.summary import (
    Summary,
    enrichment_line,
    epoch_curves,
    runs_table,
    seeds_table,
    spread_over_seeds,
    summarize,
    write_json,
)
from d2sp_mm.experiments.demo.training import train_all
from d2sp_mm.experiments.evaluation import evaluate_purification, report_table
from d2sp_mm.experiments.protocol.markdown_table import as_markdown
from d2sp_mm.experiments.protocol.run_folders import run_folders
from d2sp_mm.experiments.toy.dataset import make_toy_dfer
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.runs.ledger_table import read_ledger_table
from d2sp_mm.runs.scalars import read_scalars


def run_demo(settings: DemoSettings, console: Console) -> Summary:
    """Draw the toy set, train and test the runs, evaluate what the passes decided, and draw the pictures.

    Writes to ``settings.out``: the toy set, a work dir a run, ``summary.json``, ``summary.md`` and the pictures.

    Args:
        settings: What to do.
        console: Where it says what it does.

    Returns:
        The summary.

    Raises:
        ConfigError: A setting cannot work.
        DataError: The disk is too full.
        TrainingError: A run ended with an error.
    """
    prepare_out_folder(settings)
    console.print(f"\n[bold]1. The toy set[/bold], {settings.num_train} training and {settings.num_test} test clips")
    make_toy_dfer(
        settings.data,
        num_train=settings.num_train,
        num_test=settings.num_test,
        low_quality_rate=settings.low_quality_rate,
        mislabel_rate=settings.mislabel_rate,
        confusion=settings.confusion,
        seed=settings.seed,
        workers=settings.jobs,
    )
    runs = f"{len(RECIPES)} times, {settings.jobs} at a time"
    console.print(f"\n[bold]2. Training[/bold] of the same recognizer on it, {runs}")
    try:
        seconds = train_all(settings, console)
    finally:
        shutil.rmtree(settings.frames, ignore_errors=True)
    purification = settings.work_dirs["passes"] / "purification"
    ledger, truth = read_ledger_table(purification / "ledger.csv"), read_truth(settings.data / "truth.csv")
    evaluation = evaluate_purification(ledger, truth)
    write_json(purification / "purification.json", evaluation)
    summary = summarize(settings, seconds, evaluation)
    write_json(settings.out / "summary.json", summary)
    console.print("\n[bold]3. Evaluation and pictures[/bold]")
    _draw_pictures(settings, summary)
    tables = [runs_table(summary["runs"]), report_table(evaluation)]
    line = enrichment_line(summary, settings.num_train)
    for table in tables:
        console.print(table)
    console.print(line, highlight=False)
    atomic_write(settings.out / "summary.md", "\n".join([*map(as_markdown, tables), line + "\n"]).encode())
    _say_what_was_written(settings.out, ("summary.json", "summary.md", *PICTURES), console)
    return summary


def run_demo_over_seeds(settings: DemoSettings, seeds: Sequence[int], console: Console) -> None:
    """Run the demo once a seed, each in its own folder ``seed<N>``, and report mean and deviation.

    Writes ``seeds.json`` (every summary, mean and deviation) and ``seeds.md`` besides.

    Args:
        settings: What to do; its seed is replaced.
        seeds: The seeds.
        console: Where it says what it does.

    Raises:
        ConfigError: A setting cannot work.
        DataError: The disk is too full.
        TrainingError: A run ended with an error.
    """
    prepare_out_folder(settings)
    summaries = []
    for seed in seeds:
        console.rule(f"seed {seed}")
        summaries.append(run_demo(replace(settings, seed=seed, out=settings.out / f"seed{seed}"), console))
    spread = spread_over_seeds(summaries)
    by_seed = {str(seed): summary for seed, summary in zip(seeds, summaries)}
    write_json(settings.out / "seeds.json", {"seeds": by_seed, **spread})
    evaluation = {noise: {name: f["mean"] for name, f in part.items()} for noise, part in spread["purification"].items()}
    tables = [
        seeds_table(spread["runs"], len(seeds)),
        report_table(evaluation, f"Purification against the truth, mean of {len(seeds)} seeds"),
    ]
    lines = [f"Seed {s}: {enrichment_line(summary, settings.num_train)}" for s, summary in zip(seeds, summaries)]
    console.rule("all seeds")
    for table in tables:
        console.print(table)
    for line in lines:
        console.print(line, highlight=False)
    parts = [*map(as_markdown, tables), *(f"* {line}" for line in lines), ""]
    atomic_write(settings.out / "seeds.md", "\n".join(parts).encode())
    _say_what_was_written(settings.out, ("seeds.json", "seeds.md"), console)


def _draw_pictures(settings: DemoSettings, summary: Summary) -> None:
    purification = settings.work_dirs["passes"] / "purification"
    clips = read_clips(settings.data, purification / "ledger.csv")
    lowest, corrected, curves = (settings.out / name for name in PICTURES)
    draw_lowest_scored(lowest, clips)
    draw_corrected(corrected, clips)
    draw_curves(
        curves,
        {name: epoch_curves(read_scalars(run_folders(work_dir)[-1])) for name, work_dir in settings.work_dirs.items()},
        summary["runs"],
        read_decision_epochs(settings.work_dirs["d2sp"] / "purification" / "decisions.csv"),
        clips,
    )


def _say_what_was_written(out: Path, names: Sequence[str], console: Console) -> None:
    console.print("\nWritten:")
    for name in names:
        console.print(f"  {out / name}", highlight=False, soft_wrap=True, markup=False)
