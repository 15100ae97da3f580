"""How long a recognizer learned before it began to memorise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: A recognizer that contradicts fewer of its labels has fitted the wrong ones as well.
LEAST_CONTRADICTED = 0.05
#: Share of the way there that counts as early learning.
_EARLY = 0.4


def end_of_early_learning(contradicted: npt.ArrayLike) -> int:
    """The last epoch whose predictions still tell wrong labels.

    Wrong labels are learned last. Where fewer than 5 % of the labels are contradicted, they have been memorised; two
    fifths of the way there, predictions still contradicted them.

    Args:
        contradicted: Share of the labels that each epoch's predictions contradicted, in [0, 1], shape (e,), e at least 1.

    Returns:
        An epoch, counted from 0: the last one, or if labels were memorised the one two fifths of the way to the
        first epoch that had.

    Source:
        ADELE (Liu et al., CVPR 2022) reads the end of early learning off the curve of the fit to the labels; where on
        it is ours (``docs/d2sp.md``).

    Example:
        >>> end_of_early_learning([0.6, 0.4, 0.3, 0.2, 0.1, 0.04, 0.02])
        1
        >>> end_of_early_learning([0.6, 0.5, 0.4, 0.4])
        3
    """
    few = np.flatnonzero(np.asarray(contradicted) < LEAST_CONTRADICTED)
    return max(round(_EARLY * (int(few[0]) + 1)) - 1, 0) if len(few) else len(np.asarray(contradicted)) - 1
