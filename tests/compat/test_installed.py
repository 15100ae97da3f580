import sys
import types

from d2sp_mm.compat.installed import module_file_exists, module_installed, release_of


def test_module_is_seen_without_being_imported(tmp_path, monkeypatch):
    (tmp_path / "explodes_when_imported.py").write_text("raise RuntimeError")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert module_installed("explodes_when_imported")
    assert not module_installed("no_such_module_anywhere")


def test_module_put_in_place_by_hand_counts(monkeypatch):
    monkeypatch.setitem(sys.modules, "by_hand", types.ModuleType("by_hand"))
    assert module_installed("by_hand")


def test_file_is_found_without_importing_the_package(tmp_path, monkeypatch):
    package = tmp_path / "exploding_package"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError")
    (package / "inner" / "there.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert module_file_exists("exploding_package", "inner/there.py")
    assert not module_file_exists("exploding_package", "inner/absent.py")
    assert not module_file_exists("no_such_package", "inner/there.py")


def test_release_is_the_leading_numbers(tmp_path, monkeypatch):
    for name, version in {"plain_dist": "4.28.1", "local_dist": "2.13.0+cpu", "dev_dist": "5.0.dev3"}.items():
        info = tmp_path / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert release_of("plain_dist") == (4, 28, 1)
    assert release_of("local_dist") == (2, 13, 0)
    assert release_of("dev_dist") == (5, 0)
    assert release_of("no_such_distribution") is None
