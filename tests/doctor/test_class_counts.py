"""Counts of the classes against the limits of the stages."""

from __future__ import annotations

from mmengine.config import Config

from d2sp_mm.doctor.class_counts import check_class_counts


def counted(config: Config, counts: list[int]) -> list[tuple[str, str]]:
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    return [(finding.level, finding.what) for finding in check_class_counts(config, labels)]


def test_class_counts_stand_against_rate_cap_and_floor(config):
    assert [level for level, _ in counted(config, [100, 100, 100, 100])] == ["ok", "ok"]
    (level, what) = counted(config, [100, 100, 100, 0])[1]
    assert level == "warn" and "no training sample of class 3" in what
    (level, what) = counted(config, [100, 100, 9, 8])[1]
    assert level == "warn" and "fewer than 10 samples of classes 2, 3" in what
    config.default_hooks.purification.stages.prune.class_floor = 95
    (level, what) = counted(config, [100, 100, 100, 100])[1]
    assert level == "warn" and "rate=0.1 wants 40 samples, but class_cap=0.3, class_floor=95 leave 20" in what
    config.default_hooks.purification.stages.prune.class_floor = 60
    (level, what) = counted(config, [400, 400, 400, 50])[-1]
    assert level == "warn" and "let nothing go of class 3" in what
