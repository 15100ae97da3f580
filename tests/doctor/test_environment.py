"""Packages that are not there, or do not go together."""

from __future__ import annotations

import importlib.metadata

import pytest
from mmengine.config import Config

from d2sp_mm.doctor import environment
from d2sp_mm.doctor.environment import check_environment


def test_the_environment_of_the_lock_has_nothing_to_look_at():
    findings = check_environment(Config(dict(pipeline="DecordInit")))
    assert {finding.level for finding in findings} == {"ok"}
    assert [f for f in findings if f.what == f"torch {importlib.metadata.version('torch')}"]
    assert [f for f in findings if "bridged: " in f.what and "DRN" in f.what]


@pytest.mark.parametrize(
    ("versions", "level", "words"),
    [
        ({"mmcv": (2, 2, 0)}, "fail", "asserts mmcv < 2.2.0"),
        ({"numpy": (2, 1, 0)}, "warn", "under numpy 2"),
    ],
)
def test_versions_that_do_not_go_together_are_named(monkeypatch, versions, level, words):
    monkeypatch.setattr(environment, "release_of", versions.get)
    (finding,) = [finding for finding in check_environment(Config(dict(pipeline="DecordInit"))) if finding.level != "ok"]
    assert finding.level == level and words in finding.what and finding.advice


def test_what_is_not_installed_and_two_of_opencv_are_named(monkeypatch):
    monkeypatch.setattr(environment, "module_installed", lambda name: name != "decord")
    assert [f.what for f in check_environment(Config(dict(pipeline="DecordInit"))) if f.level == "fail"] == [
        "decord is not installed"
    ]
    monkeypatch.setattr(environment, "_version", lambda name: "4.11" if name.startswith("opencv-python") else None)
    assert [f for f in check_environment(Config(dict(pipeline="DecordInit"))) if "write the same folder cv2" in f.what]
