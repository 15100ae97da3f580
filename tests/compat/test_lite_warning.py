import subprocess
import sys
import warnings

import pytest

from d2sp_mm.compat import lite_warning

_WORDS = "Fail to import ``MultiScaleDeformableAttention`` from somewhere"


@pytest.fixture
def fresh_filters():
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        yield


@pytest.mark.usefixtures("fresh_filters")
def test_this_warning_is_dropped_and_no_other():
    if not lite_warning.needed():
        pytest.skip("MMCV has its operators here")
    lite_warning.apply()
    assert not lite_warning.needed()
    with warnings.catch_warnings(record=True) as said:
        warnings.warn(_WORDS, stacklevel=1)
        warnings.warn("Fail to import something else", stacklevel=1)
    assert [str(warning.message) for warning in said] == ["Fail to import something else"]


@pytest.mark.usefixtures("fresh_filters")
def test_with_operators_or_without_mmcv_nothing_is_dropped(monkeypatch, tmp_path):
    package = tmp_path / "mmcv"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "_ext.cpython-311-x86_64-linux-gnu.so").touch()
    spec = lite_warning.importlib.util.spec_from_file_location(
        "mmcv", package / "__init__.py", submodule_search_locations=[str(package)]
    )
    monkeypatch.setattr(lite_warning.importlib.util, "find_spec", lambda name: spec)
    assert not lite_warning.needed()
    (package / "_ext.cpython-311-x86_64-linux-gnu.so").unlink()
    assert lite_warning.needed()
    monkeypatch.setattr(lite_warning, "module_installed", lambda name: False)
    assert not lite_warning.needed()


def test_a_tool_says_nothing_but_what_it_has_to_say():
    done = subprocess.run([sys.executable, "tools/watch.py", "none"], capture_output=True, text=True)
    assert done.stderr.strip() == "watch: none: no run with purification has begun there; give the work dir of one."
