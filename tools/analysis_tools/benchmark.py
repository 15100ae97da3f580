"""Compare purification with baselines and controls, over data sets, noises and seeds.

    python tools/analysis_tools/benchmark.py short
    python tools/analysis_tools/benchmark.py full --jobs 2 --page docs/benchmark_full.md
    python tools/analysis_tools/benchmark.py my_suite.py --out work_dirs/mine --methods plain oracle d2sp small-loss

A second call resumes an interrupted one. Results are a line a trial in OUT/results.jsonl; tables and pictures are
made from that file alone (--page-only trains nothing).
"""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import signal
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

import d2sp_mm.compat  # noqa: F401 - configs may import what cannot be imported without the bridges
from d2sp_mm.errors import ConfigError, D2SPError
from d2sp_mm.experiments.benchmark.page import noise_tables, write_page
from d2sp_mm.experiments.benchmark.results import Results
from d2sp_mm.experiments.benchmark.suite import PLAIN, Suite, read_suite, suite_names
from d2sp_mm.experiments.benchmark.suite_runner import SuiteRunner
from d2sp_mm.experiments.benchmark.summary import summarize_all

_EPILOG = """A suite is a file such as configs/benchmark/short.py: seeds, data_sets, noises, methods. A data set is a config
that trains plainly, and the annotation whose labels are taken as true; noise is planted into copies.
"""


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suite", help=f"one of {', '.join(suite_names())}, or the path of a suite file")
    parser.add_argument("--out", type=Path, help="default: work_dirs/benchmark/SUITE")
    parser.add_argument("--jobs", type=int, default=2, help="runs at the same time (default: %(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", help="in place of the suite's")
    parser.add_argument("--methods", nargs="+", help="out of the suite's; plain is always among them")
    parser.add_argument("--page", type=Path, help="the page (default: OUT/results.md)")
    parser.add_argument("--page-only", action="store_true", help="train nothing; make the page from the results")
    args = parser.parse_args(argv)
    if args.jobs < 1:
        parser.error(f"--jobs {args.jobs} must be at least 1")
    return args


def choose(suite: Suite, args: argparse.Namespace) -> Suite:
    """The part of a suite that the command line asks for."""
    if args.seeds:
        suite = dataclasses.replace(suite, seeds=tuple(dict.fromkeys(args.seeds)))
    if args.methods:
        unknown = sorted(set(args.methods) - set(suite.methods))
        if unknown:
            raise ConfigError(f"--methods {unknown[0]}: the suite has {', '.join(suite.methods)}.")
        wanted = {PLAIN, *args.methods}
        suite = dataclasses.replace(suite, methods={n: m for n, m in suite.methods.items() if n in wanted})
    return suite


def main(argv: Sequence[str] | None = None) -> None:
    """Run the suite, print its tables and write its page."""
    # Both say on every call what nobody here can change.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    args, console = parse_args(argv), Console()
    try:
        suite = choose(read_suite(args.suite), args)
        out = args.out or Path("work_dirs/benchmark") / suite.name
        results = Results(out / "results.jsonl")
        runner = SuiteRunner(suite, out)
        if not args.page_only:
            runner.run(results, args.jobs, console)
        rows = runner.current(results)
        if not rows:
            raise ConfigError(f"{results.path} holds no results of this suite as it is now; call without --page-only first.")
        summary = summarize_all(rows, suite.pairs)
        for (data_set, noise), figures in summary.items():
            for table in noise_tables(suite, figures, noise):
                table.title = f"{data_set}, {noise}. {table.title}"
                console.print(table)
        # What the page says made it is what makes the figures, too.
        words = [word for word in (sys.argv[1:] if argv is None else argv) if word != "--page-only"]
        command = shlex.join(["python", "tools/analysis_tools/benchmark.py", *words])
        written = write_page(suite, rows, summary, args.page or out / "results.md", command)
    except D2SPError as error:
        sys.exit(f"benchmark: {error}")
    except KeyboardInterrupt:
        sys.exit("benchmark: interrupted; call again to resume.")
    console.print("\nWritten:", results.path, *written, sep="\n  ", highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    # A batch system ends a job so; the runs must not go on without this process.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
