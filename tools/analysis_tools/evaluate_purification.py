"""Evaluate a purification run against the truth of its training set."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from d2sp_mm.annotations.truth import read_truth
from d2sp_mm.errors import D2SPError, DataError
from d2sp_mm.experiments.evaluation import evaluate_purification, report_table
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.runs.ledger_table import read_ledger_table


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Evaluate a purification run against the known truth")
    parser.add_argument("work_dir", type=Path, help="the run's work dir, or a ledger.csv")
    parser.add_argument("--truth", type=Path, required=True, help="CSV with the header key,true_label,noise")
    return parser.parse_args(argv)


def find_ledger(work_dir: Path) -> Path:
    """Return the ledger of a work dir, or the ledger itself where its path is given."""
    ledger = work_dir / "purification" / "ledger.csv" if work_dir.is_dir() else work_dir
    if not ledger.is_file():
        raise DataError(f"{ledger}: no such ledger; give a work dir that holds purification/ledger.csv, or a ledger.")
    return ledger


def main(argv: Sequence[str] | None = None) -> None:
    """Evaluate, write ``purification.json`` beside the ledger, and print the table."""
    args = parse_args(argv)
    console = Console()
    try:
        ledger = find_ledger(args.work_dir)
        table = read_ledger_table(ledger)
        evaluation = evaluate_purification(table, read_truth(args.truth))
    except D2SPError as error:
        sys.exit(f"evaluate_purification: {error}")
    written = ledger.parent / "purification.json"
    atomic_write(written, (json.dumps(evaluation, indent=2, allow_nan=False) + "\n").encode())
    console.print(report_table(evaluation))
    unscored = [int(np.isnan(scores).sum()) for scores in (table.quality_scores, table.label_scores)]
    console.print(
        f"{len(table)} samples; never scored for quality: {unscored[0]}, for label: {unscored[1]} (ranked as good).",
        highlight=False,
    )
    console.print(f"Written: {written}", highlight=False, soft_wrap=True, markup=False)


if __name__ == "__main__":
    main()
