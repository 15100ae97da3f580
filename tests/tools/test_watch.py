"""tools/watch.py, while a run goes on and when it has ended."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from threading import Thread

import pytest

from d2sp_mm.runs.ledger_table import read_ledger_table
from tests.load_tool import load_tool
from tests.tiny_run import CORRECT, PRUNE, tiny_config, train, write_list


@pytest.fixture(scope="module")
def tool():
    return load_tool("watch")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    stages = dict(prune=dict(PRUNE, score="entropy", class_cap=1.0), correct=CORRECT)
    config = tiny_config(folder, write_list(folder / "train.txt", noise=4, mislabel=8), stages=stages)
    config["default_hooks"]["logger"]["interval"] = 1
    train(config)
    return folder


@pytest.fixture
def work_dir(trained, tmp_path):
    shutil.copytree(trained, tmp_path / "w")
    return tmp_path / "w"


def shown(tool, capsys, *words):
    capsys.readouterr()
    tool.main([*map(str, words)])
    return capsys.readouterr().out


def test_it_shows_progress_figures_and_a_row_a_round(tool, work_dir, capsys):
    text = shown(tool, capsys, work_dir, "--once")
    assert "epoch 6 of 6" in text and "loss" in text and "top-1 of the test" in text
    table = read_ledger_table(work_dir / "purification" / "ledger.csv")
    rows = Counter((epoch + 1, stage) for epoch, stage in zip(table.epochs, table.stages) if stage)
    assert len(rows) >= 2
    found = {tuple(line.split()[1:4:2]): line.split() for line in text.splitlines() if line.startswith("│")}
    for (epoch, stage), count in rows.items():
        assert str(count) in found[str(epoch), stage]


def test_it_ends_with_the_run(tool, work_dir, capsys):
    settings = work_dir / "purification" / "settings.json"
    whole = settings.read_text()
    settings.write_text(whole.replace('"ended": true', '"ended": false'))
    assert settings.read_text() != whole

    def finish():
        time.sleep(0.5)
        settings.write_text(whole)

    thread = Thread(target=finish)
    begin = time.monotonic()
    thread.start()
    shown(tool, capsys, work_dir, "--every", 0.05)
    # Joining waits as long by itself, so the time is taken before.
    lasted = time.monotonic() - begin
    thread.join()
    assert lasted >= 0.5


def test_a_run_that_has_only_begun_is_shown(tool, work_dir, capsys):
    (work_dir / "purification" / "decisions.csv").unlink()
    for scalars in work_dir.glob("*/vis_data/scalars.json"):
        scalars.write_text('{"loss": 1.0, "ep')
    text = shown(tool, capsys, work_dir, "--once")
    assert "epoch 0 of 6" in text and "nothing was decided so far" in text


def test_a_run_that_has_been_silent_is_said_to_be(tool, work_dir, capsys):
    settings = work_dir / "purification" / "settings.json"
    settings.write_text(settings.read_text().replace('"ended": true', '"ended": false'))
    assert "still running" not in shown(tool, capsys, work_dir, "--once")
    for path in (settings, *work_dir.glob("*/vis_data/scalars.json")):
        os.utime(path, (time.time() - 1800, time.time() - 1800))
    assert "nothing was written for 30 minutes" in shown(tool, capsys, work_dir, "--once")


def test_a_loss_that_is_no_number_is_shown(tool, work_dir, capsys):
    for scalars in work_dir.glob("*/vis_data/scalars.json"):
        scalars.write_text('{"loss": NaN, "epoch": 1}\n')
    assert "not a number" in shown(tool, capsys, work_dir, "--once")


def test_settings_of_another_form_are_refused(tool, work_dir):
    (work_dir / "purification" / "settings.json").write_text('{"max_epochs": 6, "stages": {}}')
    with pytest.raises(SystemExit, match="lacks 'annotations'"):
        tool.main([str(work_dir), "--once"])


def test_a_folder_without_a_run_is_refused(tool, tmp_path):
    with pytest.raises(SystemExit, match="no run with purification has begun there"):
        tool.main([str(tmp_path)])


def test_no_time_between_looks_is_refused(tool, tmp_path):
    with pytest.raises(SystemExit):
        tool.main([str(tmp_path), "--every", "0"])
