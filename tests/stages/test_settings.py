"""Names that the ledger has for decisions of no stage are refused to stages."""

from __future__ import annotations

import pytest

from d2sp_mm.errors import ConfigError
from d2sp_mm.stages.settings import build_stages


@pytest.mark.parametrize("name", ["undecodable", "override", "pass_1/prune"])
def test_a_stage_has_a_name_of_its_own(name):
    with pytest.raises(ConfigError, match="call the stage something else"):
        build_stages({name: dict(type="CoarsePruning")})
