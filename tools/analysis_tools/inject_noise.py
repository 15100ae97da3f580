"""Plant wrong labels and corrupted clips into an existing training set of MMAction2."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from d2sp_mm.annotations import KINDS, Annotations, read_annotations
from d2sp_mm.annotations.pose_pickle import split_names
from d2sp_mm.annotations.truth import NOISES
from d2sp_mm.errors import D2SPError
from d2sp_mm.experiments.noise.confusion import SOURCES, choose_confusion
from d2sp_mm.experiments.noise.inject import CORRUPTION_KINDS, FrameNames, InjectedNoise, inject_noise
from d2sp_mm.experiments.noise.instance_dependent import INSTANCE_DEPENDENT, clip_features, instance_dependent_chances
from d2sp_mm.io.whole_files import atomic_write


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Plant wrong labels and corrupted clips into an existing training set of MMAction2",
        epilog="Where clips of a video or rawframe list are corrupted, OUT/data is the data_prefix to train with: it "
        "holds the corrupted copies, and a symbolic link to every other clip.",
    )
    parser.add_argument("annotation", type=Path, help="the annotation file")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument("--data-root", type=Path, help="the folder of the clips (data_prefix)")
    parser.add_argument("--mislabel-rate", type=float, default=0.0, help="share of all samples, default %(default)s")
    parser.add_argument("--low-quality-rate", type=float, default=0.0, help="share of all samples, default %(default)s")
    parser.add_argument(
        "--confusion",
        default="symmetric",
        help=f"symmetric (default), asymmetric, {INSTANCE_DEPENDENT} (clips that look like another class), "
        f"{', '.join(SOURCES)}, or a .json, .csv or .npy file; row = true class",
    )
    parser.add_argument("--num-classes", type=int, help="default: the highest label plus one")
    parser.add_argument("--corrupt", nargs="+", metavar="KIND", help=f"default all; {_corrupt_help()}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=KINDS, help="kind of annotation, default: told by the file")
    parser.add_argument("--split", default=None, help="split of a pose file, default train where the file has splits")
    parser.add_argument("--delimiter", default=" ", help="delimiter of a video list")
    parser.add_argument("--with-offset", action="store_true", help="the rawframe list has offsets")
    parser.add_argument("--filename-tmpl", default="img_{:05}.jpg", help="frame names of a rawframe clip")
    parser.add_argument("--start-index", type=int, default=1, help="number of the first frame of a rawframe clip")
    return parser.parse_args(argv)


def _corrupt_help() -> str:
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in CORRUPTION_KINDS.items() if names)


def read(args: argparse.Namespace) -> Annotations:
    """Read the annotation; of a pose file with splits the one named, or train."""
    split = args.split
    if split is None and args.kind in (None, "pose") and args.annotation.suffix == ".pkl":
        split = "train" if split_names(args.annotation) else None
    return read_annotations(args.annotation, args.kind, args.delimiter, args.with_offset, split)


def run(args: argparse.Namespace, console: Console) -> InjectedNoise:
    """Do what the command line says."""
    annotations = read(args)
    num_classes = args.num_classes or int(annotations.labels.max()) + 1
    chances, confusion = None, args.confusion
    if confusion == INSTANCE_DEPENDENT:
        chances = instance_dependent_chances(clip_features(annotations, args.data_root), annotations.labels, num_classes)
        confusion = "symmetric"
    with Progress(console=console) as bar:

        def progress(samples: Iterable[int], total: int) -> Iterable[int]:
            return bar.track(samples, total=total, description="Corrupting clips")

        return inject_noise(
            annotations,
            args.out,
            args.annotation.name,
            choose_confusion(confusion, num_classes),
            args.mislabel_rate,
            args.low_quality_rate,
            args.seed,
            data_root=args.data_root,
            kinds=args.corrupt,
            frame_names=FrameNames(args.filename_tmpl, args.start_index),
            progress=progress,
            chances=chances,
        )


def main(argv: Sequence[str] | None = None) -> None:
    """Plant the noise, write ``noise.json`` with the arguments, and print what was planted."""
    args = parse_args(argv)
    console = Console()
    try:
        injected = run(args, console)
    except D2SPError as error:
        sys.exit(f"inject_noise: {error}")
    counts = {noise: int((injected.plan.noise == noise).sum()) for noise in NOISES}
    arguments = {name: str(value) if isinstance(value, Path) else value for name, value in vars(args).items()}
    record = {"arguments": arguments, "samples": len(injected.keys), "planted": counts}
    atomic_write(args.out / "noise.json", (json.dumps(record, indent=2) + "\n").encode())
    table = Table("noise", "samples", title="Planted noise")
    for noise, count in counts.items():
        table.add_row(noise, str(count))
    console.print(table)
    console.print(f"Annotation: {injected.annotation}", soft_wrap=True, highlight=False, markup=False)
    console.print(f"Truth: {injected.truth}", soft_wrap=True, highlight=False, markup=False)
    if injected.data_prefix:
        console.print(f"data_prefix: {injected.data_prefix}", soft_wrap=True, highlight=False, markup=False)


if __name__ == "__main__":
    main()
