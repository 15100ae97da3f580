import pytest
from mmengine.config import Config, config

from d2sp_mm.compat import slow_pretty_text

TEXTS = {"model": {"type": "R3D", "layers": [1, 2]}, "lr": 0.1}


@pytest.fixture
def calls(monkeypatch):
    """Every text that reaches yapf, with MMEngine's module as it is published before the bridge."""
    seen = []
    published = getattr(config.FormatCode, "__wrapped__", config.FormatCode)

    def count(text, **kwargs):
        seen.append(text)
        return published(text, **kwargs)

    monkeypatch.setattr(config, "FormatCode", count)
    return seen


def test_the_same_config_is_formatted_once_and_reads_as_before(calls):
    before = Config(TEXTS).pretty_text
    assert slow_pretty_text.needed()
    slow_pretty_text.apply()
    assert not slow_pretty_text.needed()
    found = [Config(TEXTS).pretty_text for _ in range(3)]
    assert found == [before] * 3
    assert len(calls) == 2


def test_a_changed_config_is_formatted_anew(calls):
    slow_pretty_text.apply()
    changed = Config(TEXTS)
    first = changed.pretty_text
    changed.lr = 0.2
    assert "lr = 0.1" in first
    assert "lr = 0.2" in changed.pretty_text
    assert len(calls) == 2


def test_few_texts_are_kept(calls):
    slow_pretty_text.apply()
    for _ in range(2):
        for number in range(slow_pretty_text._TEXTS + 1):
            assert Config({"lr": number}).pretty_text.strip() == f"lr = {number}"
    assert len(calls) == 2 * (slow_pretty_text._TEXTS + 1)

