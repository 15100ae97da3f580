"""What purification lacks, or what cannot be purified, is named."""

from __future__ import annotations

import pytest

from d2sp_mm.doctor.purified import purified_form


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.train_dataloader.update(sampler=dict(type="DefaultSampler")), "train_dataloader.sampler.type"),
        (lambda c: c.train_dataloader.update(dataset=c.train_dataloader.dataset.dataset), "train_dataloader.dataset.type"),
        (lambda c: c.model.cls_head.update(loss_cls=dict(type="CrossEntropyLoss")), "model.cls_head.loss_cls.type"),
    ],
)
def test_a_part_that_a_config_by_hand_lacks_is_named(config, change, words):
    change(config)
    lacking = [finding for finding in purified_form(config, None)[1] if finding.level == "fail"]
    assert len(lacking) == 1 and words in lacking[0].what and "d2sp_mm." in lacking[0].advice


def test_a_purified_config_that_cannot_work_is_named(config):
    config.train_cfg.max_epochs = 1
    purified, (finding,) = purified_form(config, None)
    assert purified is None and "max_epochs=1" in finding.what
    config.train_cfg.max_epochs = 6
    config.model.data_preprocessor.blending = dict(type="MixupBlending", num_classes=4, alpha=0.2)
    purified, (finding,) = purified_form(config, None)
    assert purified is None and "MixupBlending" in finding.what
    config.model.data_preprocessor.pop("blending")
    config.train_cfg.max_epochs = 20
    purified, (finding,) = purified_form(config, "random-prune")
    assert list(purified.default_hooks.purification.stages) == ["prune"]
    assert purified.default_hooks.purification.stages.prune.type == "d2sp_mm.RandomPruning"
    assert purified.train_dataloader.dataset.dataset.type == "VideoDataset"
