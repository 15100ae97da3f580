from tests.compat.environments import ALONE, check_python, make_site


def test_bridge_lets_mmaction_import_and_takes_the_stand_in_away(tmp_path):
    site = make_site(tmp_path / "site", without=("importlib_metadata",))
    code = ALONE.format(bridge="missing_importlib_metadata") + (
        "try: import mmaction.utils.dependency\n"
        "except ModuleNotFoundError as error: print(error.name, bridge.needed())\n"
        "bridge.apply()\n"
        "import mmaction.utils.dependency as module\n"
        "print('importlib_metadata' in sys.modules, bridge.needed(), module.satisfy_requirement('numpy>=1.0'))"
    )
    assert check_python(code, site).split() == ["importlib_metadata", "True", "False", "False", "True"]


def test_bridge_does_nothing_where_the_backport_is_installed():
    code = ALONE.format(bridge="missing_importlib_metadata") + (
        "print(bridge.needed()); bridge.apply(); print('mmaction' in sys.modules)"
    )
    assert check_python(code).split() == ["False", "False"]
