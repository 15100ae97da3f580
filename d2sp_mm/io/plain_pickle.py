"""Reading a pickle of plain data without running what it may name."""

from __future__ import annotations

import io
import pickle
from typing import Any

#: What pose annotations consist of besides Python's own containers, numbers and strings; numpy 2 renamed two modules.
_ALLOWED = {
    *(("builtins", name) for name in ("bytearray", "bytes", "complex", "dict", "frozenset", "list", "set", "slice")),
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("_codecs", "encode"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    *((f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
    *((f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")),
}


def load_plain_pickle(content: bytes) -> Any:
    """Unpickle containers, numbers, strings and numpy arrays.

    Args:
        content: The pickle.

    Raises:
        pickle.UnpicklingError: If it names anything else; nothing of it is imported or called then.
        Exception: Whatever unpickling a damaged file raises.

    Source:
        "Restricting Globals" in the documentation of Python's ``pickle``.
    """
    return _PlainUnpickler(io.BytesIO(content)).load()


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        # The name that the older protocols use.
        module = "builtins" if module == "__builtin__" else module
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, and only plain data and numpy arrays are read")
        # A file that was written under the other numpy is read as well.
        try:
            return super().find_class(module, name)
        except ModuleNotFoundError:
            other = module.replace("numpy._core", "numpy.core") if "_core" in module else module.replace(".core", "._core")
            return super().find_class(other, name)
