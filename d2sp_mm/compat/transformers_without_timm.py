"""Bridge: with ``transformers`` installed, ``import mmaction.models`` wants what VindLU needs, or fails whole.

MMAction2 1.2.0 imports the multimodal model VindLU as soon as ``transformers>=4.28.0`` is there. VindLU also needs
``timm``, which is not checked, and names that later releases of ``transformers`` have removed. Either lack makes every
recognizer unimportable. Where MMAction2 sees no ``transformers`` it registers placeholders for VindLU instead; the
bridge does the same where VindLU cannot be imported.

Upstream: no issue that we know of; the condition is the last but one statement of
https://github.com/open-mmlab/mmaction2/blob/v1.2.0/mmaction/utils/dependency.py
"""

from __future__ import annotations

import importlib
import sys
import types

from d2sp_mm.compat.installed import module_installed, release_of

_VINDLU = "mmaction.models.multimodal.vindlu"
_FIRST_TRANSFORMERS = (4, 28, 0)
_WANTED = {
    "timm.models.layers": ("DropPath",),
    "transformers.models.beit.modeling_beit": (
        "BeitAttention",
        "BeitDropPath",
        "BeitEmbeddings",
        "BeitLayer",
        "BeitRelativePositionBias",
    ),
    "transformers.modeling_utils": (
        "PreTrainedModel",
        "apply_chunking_to_forward",
        "find_pruneable_heads_and_indices",
        "prune_linear_layer",
    ),
    "transformers.file_utils": ("ModelOutput", "add_start_docstrings"),
}


def needed() -> bool:
    """Tell whether MMAction2 is about to import VindLU and that import would fail.

    Only where both ``transformers`` and ``timm`` are installed are they imported, which VindLU would do anyway.
    """
    if not module_installed("mmaction") or _VINDLU in sys.modules or "mmaction.models" in sys.modules:
        return False
    release = release_of("transformers")
    return release is not None and release >= _FIRST_TRANSFORMERS and missing_piece() is not None


def missing_piece() -> str | None:
    """Name the first thing that VindLU imports and that is not there.

    Returns:
        For example ``"timm.models.layers"``; None where everything is there.

    Source: the import lines of MMAction2 1.2.0, ``mmaction/models/multimodal/vindlu/``.
    """
    for top_level in ("timm", "transformers"):
        if not module_installed(top_level):
            return top_level
    for module_name, names in _WANTED.items():
        try:
            module = importlib.import_module(module_name)
        except ImportError:
            return module_name
        for name in names:
            if not hasattr(module, name):
                return f"{module_name}.{name}"
    return None


def apply() -> None:
    """Put a stand-in where MMAction2 looks for VindLU, with the placeholders that it registers by itself elsewhere.

    Source: ``mmaction/models/multimodal/__init__.py`` of MMAction2 1.2.0, its branch without ``transformers``.
    """
    if not needed():
        return
    importlib.import_module("d2sp_mm.compat.vindlu_placeholder").register(missing_piece() or "timm")
    stand_in = types.ModuleType(_VINDLU, "Stand-in for VindLU, whose own needs are not installed.")
    stand_in.__all__ = []  # type: ignore[attr-defined]
    sys.modules[_VINDLU] = stand_in
