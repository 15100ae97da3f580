from __future__ import annotations

from mmengine.config import Config

from d2sp_mm.experiments.benchmark.run import Run


def test_a_run_of_another_annotation_at_the_same_path_is_not_done(tmp_path, ann_file):
    config = Config(dict(a=1))
    run = Run(tmp_path, config, 1.0, inputs=(ann_file,))
    run.finish()
    assert run.is_done
    ann_file.write_text("x.mp4 0\n")
    assert not run.is_done
