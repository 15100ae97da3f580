from __future__ import annotations

from pathlib import Path

import pytest

from d2sp_mm.experiments.demo.clips import Clips, read_clips
from tests.experiments.demo.tiny_set import write_tiny_set


@pytest.fixture
def clips(tmp_path: Path) -> Clips:
    return read_clips(*write_tiny_set(tmp_path))
