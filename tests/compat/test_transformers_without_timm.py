from d2sp_mm.compat.transformers_without_timm import _WANTED
from tests.compat.environments import ALONE, add_distribution, check_python, make_site

REPORT = ALONE.format(bridge="transformers_without_timm") + "print(bridge.needed(), bridge.missing_piece())"


def files_of(top_level, leave_out=()):
    """Make modules that have the names which VindLU imports."""
    files = {f"{top_level}/__init__.py": ""}
    for module, names in _WANTED.items():
        if module.split(".")[0] != top_level:
            continue
        parts = module.split(".")
        for depth in range(1, len(parts)):
            files.setdefault("/".join(parts[:depth]) + "/__init__.py", "")
        files["/".join(parts) + ".py"] = "\n".join(f"{name} = None" for name in names if name not in leave_out)
    return files


def test_models_import_with_transformers_alone_and_vindlu_says_what_is_missing(tmp_path):
    site = make_site(tmp_path / "site")
    add_distribution(site, "transformers", "4.30.0", files_of("transformers"))
    code = (
        "import d2sp_mm.compat, mmaction.models\n"
        "from mmaction.utils.dependency import WITH_MULTIMODAL\n"
        "from mmaction.registry import MODELS\n"
        "from d2sp_mm.errors import ConfigError\n"
        "try: MODELS.build(dict(type='VindLUVQA'))\n"
        "except ConfigError as error: print(WITH_MULTIMODAL, \"'timm'\" in str(error))"
    )
    assert check_python(code, site).split() == ["True", "True"]


def test_transformers_that_lost_a_name_is_bridged_too(tmp_path):
    site = make_site(tmp_path / "site")
    add_distribution(site, "transformers", "5.0.0", files_of("transformers", leave_out=("apply_chunking_to_forward",)))
    add_distribution(site, "timm", "1.0.0", files_of("timm"))
    found = check_python(REPORT, site).split()
    assert found == ["True", "transformers.modeling_utils.apply_chunking_to_forward"]


def test_bridge_does_nothing_where_all_is_there(tmp_path):
    site = make_site(tmp_path / "site")
    add_distribution(site, "transformers", "4.30.0", files_of("transformers"))
    add_distribution(site, "timm", "0.9.0", files_of("timm"))
    assert check_python(REPORT, site).split() == ["False", "None"]


def test_bridge_does_nothing_without_transformers_or_below_mmactions_bound(tmp_path):
    assert check_python(REPORT).split()[0] == "False"
    site = make_site(tmp_path / "site")
    add_distribution(site, "transformers", "4.27.4", files_of("transformers"))
    assert check_python(REPORT, site).split()[0] == "False"
