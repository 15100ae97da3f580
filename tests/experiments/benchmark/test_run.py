from __future__ import annotations

import dataclasses

from mmengine.config import Config

from d2sp_mm.experiments.benchmark.run import Run


def test_a_run_of_another_annotation_at_the_same_path_is_not_done(tmp_path, ann_file):
    config = Config(dict(a=1))
    run = Run(tmp_path, config, 1.0, inputs=(ann_file,))
    run.finish()
    assert run.is_done
    ann_file.write_text("x.mp4 0\n")
    assert not run.is_done


def test_a_run_starts_without_what_another_start_left_and_a_chain_of_the_same_settings_goes_on(tmp_path):
    run = Run(tmp_path / "run", Config(dict(a=1)), 1.0)
    chain = Run(tmp_path / "chain", Config(dict(a=1)), 1.0, passes=1)
    for each, left in ((run, "purification"), (run, "2026/vis_data"), (chain, "pass_1")):
        each.prepare()
        (each.work_dir / left).mkdir(parents=True)
    (tmp_path / "run" / "list.txt").touch()
    run.prepare()
    assert sorted(path.name for path in run.folder.iterdir()) == ["begun", "config.py", "list.txt"]
    chain.prepare()
    assert (chain.work_dir / "pass_1").is_dir()
    dataclasses.replace(chain, passes=2).prepare()
    assert not chain.work_dir.exists()
