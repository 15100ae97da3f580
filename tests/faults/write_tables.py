"""Run the fault suite in full and write what came of it, as docs/robustness.md.

make test-faults                                        # half an hour on two cores
python -m tests.faults.write_tables --runs 2 --out /tmp/robustness.md
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from d2sp_mm.io.whole_files import atomic_write
from tests.compat.environments import ROOT, environment
from tests.faults.bad_input import CASES, Answer, Case, attempt, own_errors
from tests.faults.kill_and_resume import Kind, kill_at_point, kill_at_random, train, train_in_a_fork, write_noisy_list
from tests.faults.kill_points import POINTS
from tests.faults.long_run import CLASSES
from tests.faults.process_counts import COUNTS, FILES, replay, write_awkward_list

KINDS = (Kind(1, 0), Kind(1, 2), Kind(2, 0), Kind(2, 2), Kind(1, 0, observes=True))
_PARTS = ("process-counts", "random-kills", "kill-points", "bad-input", "long-run")
_HEAD = """# Several processes, killed runs, bad input

Written by `make test-faults` (`tests/faults/write_tables.py`); the test command runs a short form of each part.
"""
_console = Console(highlight=False, markup=False)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown, with whatever stands in its cells as text."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(content: object) -> str:
    text = " ".join(str(content).split())
    for special in "\\|<*_[":
        text = text.replace(special, f"\\{special}")
    return text


def bad_input_row(case: Case, answer: Answer) -> tuple[str, ...]:
    """A row of the table of bad input."""
    when = "in training" if case.trains else "before training"
    return case.group, case.what, when, answer.error, answer.message


def process_counts(folder: Path) -> Iterator[str]:
    """The same observations in 1, 2 and 4 processes."""
    yield (
        "## The same decisions in 1, 2 and 4 processes\n\n46 clips in batches of 4, of which 3 cannot be decoded, "
        "are seen with given scores and weights; everything else is the real run, over gloo on the CPU. Digests "
        "(SHA-256, the first 12 digits) of the files that the runs left:\n"
    )
    ann_file, rows = write_awkward_list(folder), []
    for length in ("keep", "shrink"):
        digests = {count: replay(count, folder / f"{length}{count}", ann_file, length) for count in COUNTS}
        for name in FILES:
            found = [digests[count][name] for count in COUNTS]
            rows.append((f"`{length}`", name, *found, "yes" if len(set(found)) == 1 else "NO"))
        _console.print(f"process counts, {length}: {digests}")
    yield table(("epoch length", "file", *(f"{n} process" + "es" * (n > 1) for n in COUNTS), "identical"), rows)


def random_kills(folder: Path, runs: int) -> Iterator[str]:
    """Runs that are killed at random moments."""
    yield (
        "## Killed at random moments and resumed\n\nSIGKILL to all processes of a run at once, up to three times a "
        "run, at moments drawn evenly from its first epoch to nine tenths of its length. Identical: every tensor of "
        "the last and the best checkpoint, `ledger.csv`, `decisions.csv`, `class_histogram.csv` and the purified "
        "annotation, to the last bit, and no temporary file left.\n"
    )
    rows, total = [], [0, 0, 0]
    for kind in KINDS:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            outcome = kill_at_random(kind, runs, Path(own))
        rows.append((kind, outcome.runs, outcome.kills, outcome.identical))
        total = [a + b for a, b in zip(total, rows[-1][1:])]
        _console.print(f"{kind}: {outcome}")
    yield table(("run", "runs", "kills", "identical"), [*rows, ("all", *total)])


def kill_points(folder: Path) -> Iterator[str]:
    """Runs that die where it hurts most."""
    yield (
        "## Killed where it hurts most and resumed\n\nEach time that a run of one process comes by the place, and "
        "the second time with two processes:\n"
    )
    ann_file, rows = write_noisy_list(folder), []
    for name, more in (("ours", []), ("stock", ["--stock-hook"])):
        assert train_in_a_fork([str(folder / name), str(ann_file), *more]) == 0
        train(Kind(2), folder / f"{name}2", ann_file, options=more)
    for point, (*_, times) in POINTS.items():
        other = "stock" if "in place" in point else "ours"
        bad = []
        for when in range(1, times + 1):
            bad += kill_at_point(point, when, folder / f"{point}{when}", folder / other, ann_file)
        two = kill_at_point(point, 2, folder / f"{point} of two", folder / f"{other}2", ann_file, Kind(2))
        rows.append((point, times + 1, "all" if not bad + two else "NOT ALL"))
        _console.print(f"{point}: {bad + two or 'identical'}")
    yield table(("place", "runs", "identical"), rows)


def bad_input(folder: Path) -> Iterator[str]:
    """Settings and files that cannot work."""
    yield "## Bad input\n\nWhat a user is told; `...` stands for the folder.\n"
    rows = []
    for number, case in enumerate(CASES):
        own = folder / f"case{number}"
        own.mkdir()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            answer = attempt(case, own)
        assert answer.error in own_errors(), answer
        rows.append(bad_input_row(case, answer))
    yield table(("what", "is wrong", "told", "error", "in these words"), rows)
    yield (
        "Besides, tried with file systems of their own (`tests/faults/test_bad_input.py`): a work dir that is for "
        "reading only or full is refused before anything is built; a disk that fills up while a checkpoint is "
        "written stops the run, which goes on with `--resume` from the checkpoint before. Clips that are empty, "
        "missing, truncated, no video, or a folder are told once, with the decoder's words, and pruned "
        "(`tests/faults/test_broken_clips.py`).\n"
    )


def long_run(samples: int, epochs: int) -> Iterator[str]:
    """Many epochs over many samples."""
    command = [sys.executable, "-W", "ignore", str(ROOT / "tests" / "faults" / "long_run.py")]
    command += ["--samples", str(samples), "--epochs", str(epochs)]
    env = {**environment(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    grown = json.loads(done.stdout)
    _console.print(f"long run: {grown}")
    yield (
        f"## {epochs} epochs of {samples:,} samples\n\nScores and weights of 7 classes are made up, and gathered, "
        "kept, decided by and saved as in a run; there is no model.\n"
    )
    rows = [
        (f"memory of the process after each of the epochs 10 to {epochs // 2}", _span(grown["first_half"])),
        (f"after each of the epochs {epochs // 2 + 1} to {epochs}", _span(grown["second_half"])),
        ("ledger in the checkpoint", f"{grown['checkpoint']:,} bytes"),
        (f"stated ({grown['decisions']:,} decisions)", f"{grown['stated']:,} bytes"),
    ]
    yield table(("", "measured"), rows)
    size = samples * CLASSES * 4 / 1e6
    yield (
        "What the allocator keeps between two epochs varies; a single epoch's scores, were they kept, are "
        f"{size:,.0f} MB.\n"
    )


def _span(bounds: Sequence[int]) -> str:
    return f"{bounds[0] / 1e6:,.1f} to {bounds[1] / 1e6:,.1f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=8, help="runs of each kind that are killed at random")
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "robustness.md")
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS, help="the others stay as they are in --out")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    old = dict(_sections(args.out.read_text(encoding="utf-8"))) if args.out.is_file() else {}
    for part in _PARTS:
        if part not in args.parts:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            parts = {
                "process-counts": partial(process_counts, folder),
                "random-kills": partial(random_kills, folder, args.runs),
                "kill-points": partial(kill_points, folder),
                "bad-input": partial(bad_input, folder),
                "long-run": partial(long_run, args.samples, args.epochs),
            }
            old[part] = "\n".join(parts[part]())
        # After each part: what half an hour has shown is not lost by what comes then.
        sections = [f"<!-- {part} -->\n{old[part].strip()}\n" for part in _PARTS if part in old]
        atomic_write(args.out, "\n".join([_HEAD, *sections]).encode())
    _console.print(f"Written: {args.out}")


def _sections(text: str) -> Iterator[tuple[str, str]]:
    for section in text.split("<!-- ")[1:]:
        name, _, content = section.partition(" -->\n")
        yield name, content


if __name__ == "__main__":
    main()
