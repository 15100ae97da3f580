"""MMAction2's annotation formats, read and written without an OpenMMLab package and without loss."""

from d2sp_mm.annotations.annotations import KINDS, Annotations
from d2sp_mm.annotations.reading import read_annotations
from d2sp_mm.annotations.writing import write_annotations

__all__ = ["KINDS", "Annotations", "read_annotations", "write_annotations"]
