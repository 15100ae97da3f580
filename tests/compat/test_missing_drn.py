from tests.compat.environments import ALONE, check_python, copy_mmaction, make_site, run_python


def test_without_the_bridge_the_defect_is_there():
    assert "No module named 'mmaction.models.localizers.drn'" in run_python("import mmaction.models").stderr


def test_models_import_and_the_missing_one_says_so():
    code = (
        "import d2sp_mm.compat\n"
        "from mmaction.registry import MODELS\n"
        "import mmaction.models\n"
        "from d2sp_mm.errors import ConfigError\n"
        "print(MODELS.get('Recognizer3D').__name__)\n"
        "try: MODELS.build(dict(type='DRN', feature_dim=4))\n"
        "except ConfigError as error: print('2714' in str(error))\n"
    )
    assert check_python(code).split() == ["Recognizer3D", "True"]


def test_bridge_does_nothing_where_the_file_is_there(tmp_path):
    code = ALONE.format(bridge="missing_drn") + (
        "print(bridge.needed()); bridge.apply(); print(bridge._MODULE in sys.modules, 'mmengine' in sys.modules)"
    )
    site = make_site(tmp_path / "site")
    folder = copy_mmaction(site) / "models" / "localizers" / "drn"
    folder.mkdir()
    (folder / "drn.py").write_text("class DRN: pass\n")
    assert check_python(code, site).split() == ["False", "False", "False"]
    (folder / "drn.py").unlink()
    assert check_python(code, site).split() == ["True", "True", "True"]
