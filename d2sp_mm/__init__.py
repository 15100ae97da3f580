"""Purify the training set of any MMAction2 recognizer while it trains.

Importing this package imports neither torch nor MMAction2. A config reaches the components by their scope
(``type='d2sp_mm.PurificationHook'``); the bridges for the defects of published packages are applied by importing
:mod:`d2sp_mm.compat`, as the purification bases do.
"""

from d2sp_mm.version import __version__

__all__ = ["__version__"]
