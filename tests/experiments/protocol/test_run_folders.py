from __future__ import annotations

from pathlib import Path

from d2sp_mm.experiments.protocol.run_folders import run_folders, trained_epochs


def log(work_dir: Path, start: str, epochs: int) -> None:
    path = work_dir / start / "vis_data" / "scalars.json"
    path.parent.mkdir(parents=True)
    trained = [f'{{"loss": 1.0, "epoch": {epoch}}}\n' for epoch in range(1, epochs + 1)]
    path.write_text("".join([*trained, '{"acc/top1": 0.5}\n']))


def test_a_run_of_its_own_is_its_work_dir(tmp_path):
    assert run_folders(tmp_path) == [tmp_path] and trained_epochs(tmp_path) == 0
    log(tmp_path, "20260101_000000", 3)
    (tmp_path / "purification").mkdir()
    assert run_folders(tmp_path) == [tmp_path] and trained_epochs(tmp_path) == 3


def test_passes_come_in_the_order_in_which_they_began_and_are_counted_together(tmp_path):
    for number, (name, epochs) in enumerate((("pass_1", 3), ("pass_2", 2), ("final", 4)), 1):
        log(tmp_path / name, f"2026010{number}_000000", epochs)
    assert [folder.name for folder in run_folders(tmp_path)] == ["pass_1", "pass_2", "final"]
    assert trained_epochs(tmp_path) == 9
