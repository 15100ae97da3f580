"""What is refused before training."""

from __future__ import annotations

import pytest

from d2sp_mm.errors import ConfigError
from tests.tiny_run import train


def refused(config, *words):
    with pytest.raises(ConfigError) as caught:
        train(config)
    for word in words:
        assert word in str(caught.value)
