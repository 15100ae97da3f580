import pytest
from mmengine.fileio import list_from_file
from mmengine.fileio.backends import LocalBackend

from d2sp_mm.compat import byte_order_mark


@pytest.fixture(autouse=True)
def published(monkeypatch):
    """MMEngine's method as it is published, before the bridge."""
    monkeypatch.setattr(LocalBackend, "get_text", getattr(LocalBackend.get_text, "__wrapped__", LocalBackend.get_text))


def test_a_mark_is_no_part_of_the_first_line_and_nothing_else_changes(tmp_path):
    marked, plain = tmp_path / "marked.txt", tmp_path / "plain.txt"
    marked.write_bytes("\ufeffé 0\nb 1\n".encode())
    plain.write_bytes("é 0\n\ufeffb 1\n".encode())
    assert list_from_file(str(marked)) == ["\ufeffé 0", "b 1"]
    assert byte_order_mark.needed()
    byte_order_mark.apply()
    assert not byte_order_mark.needed()
    assert list_from_file(str(marked)) == ["é 0", "b 1"]
    assert list_from_file(str(plain)) == ["é 0", "\ufeffb 1"]


def test_other_encodings_are_read_as_before(tmp_path):
    (tmp_path / "old.txt").write_bytes("é 0\n".encode("latin-1"))
    byte_order_mark.apply()
    assert list_from_file(str(tmp_path / "old.txt"), encoding="latin-1") == ["é 0"]
