from __future__ import annotations

import dataclasses

from d2sp_mm.experiments.benchmark.run_config import run_config, training_set
from d2sp_mm.experiments.benchmark.suite import Noise

HOOK = {"type": "d2sp_mm.PurificationHook"}


def test_a_root_in_the_config_is_kept_where_the_clips_stay_where_they_are(data_set, plant_noise):
    options = {
        "train_dataloader.dataset.dataset.data_root": "data/mine",
        "train_dataloader.dataset.dataset.data_prefix": dict(video="videos"),
        "default_hooks.purification.max_undecodable": 0.9,
    }
    noisy = plant_noise(Noise(mislabel_rate=0.2))
    config = run_config(dataclasses.replace(data_set, options=options), noisy, noisy.ann_file, 0, HOOK)
    found = training_set(config)
    assert "data_root" not in found and found.data_prefix == dict(video="data/mine/videos")
    assert found.ann_file == str(noisy.ann_file)
    # What a user says of the set holds for every method.
    assert config.default_hooks.purification.max_undecodable == 0.9
    assert config.val_dataloader == config.test_dataloader
    assert (config.train_cfg.max_epochs, config.train_cfg.val_begin, config.train_cfg.val_interval) == (40, 38, 1)


def test_all_runs_on_a_noisy_set_share_the_clips_that_one_has_decoded(data_set, plant_noise):
    noisy = plant_noise(Noise(mislabel_rate=0.2))
    config = run_config(data_set, noisy, noisy.ann_file, 0, HOOK)
    opened = [training_set(config).pipeline[0], config.val_dataloader.dataset.pipeline[0]]
    assert [step.type for step in opened] == ["d2sp_mm.CachedDecordInit"] * 2
    assert {step.cache for step in opened} == {str(noisy.ann_file.parent / "frames")}
