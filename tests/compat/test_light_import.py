from tests.compat.environments import check_python


def test_importing_the_package_alone_is_light_and_applies_nothing():
    code = "import sys, d2sp_mm; print([m for m in ('torch', 'mmengine', 'd2sp_mm.compat') if m in sys.modules])"
    assert check_python(code).strip() == "[]"


def test_bridges_do_nothing_where_no_package_is_installed(tmp_path):
    code = "import sys, d2sp_mm.compat; print('torch' in sys.modules, 'mmengine' in sys.modules)"
    assert check_python(code, site=tmp_path).strip() == "False False"
