"""What a label's loss and margin say over epochs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: The smallest probability above 0 that half precision holds.
LEAST_PROB = 2.0**-24


def label_losses(label_probs: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """``-log p(y)``, with probabilities below what half precision holds taken as ``LEAST_PROB``.

    Args:
        label_probs: Probability of the label, any shape; NaN stays NaN.

    Returns:
        Losses in nats, at least 0, of the same shape.

    Source:
        Cross entropy.

    Example:
        >>> label_losses([1.0, 0.5]).round(3)
        array([-0.   ,  0.693])
    """
    return -np.log(np.maximum(np.asarray(label_probs, dtype=np.float64), LEAST_PROB))


def low_loss_posterior(losses: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Probability of the component with the smaller mean, after a fit to the losses scaled to [0, 1].

    Args:
        losses: One loss a sample, shape (n,); NaN = never seen.

    Returns:
        Probabilities in [0, 1], shape (n,), low = bad; NaN where the loss is. All 1 where the losses do not differ.

    Source:
        DivideMix (Li et al., ICLR 2020, section 3.1), and the settings of its published code: two components, at most 10
        iterations, covariance regularised by 5e-4. The mixture is scikit-learn's; its random state is fixed.

    Example:
        >>> low_loss_posterior([0.1, 0.2, 0.1, 5.0, 5.1]).round(2)
        array([1., 1., 1., 0., 0.])
    """
    from sklearn.mixture import GaussianMixture

    losses = np.asarray(losses, dtype=np.float64)
    known = ~np.isnan(losses)
    posterior = np.full(len(losses), np.nan)
    spread = np.ptp(losses[known]) if known.any() else 0.0
    if spread == 0 or known.sum() < 2:
        posterior[known] = 1.0
        return posterior
    scaled = ((losses[known] - losses[known].min()) / spread)[:, None]
    # The published code stops after 10 iterations; that the fit has not converged by then is no news.
    mixture = GaussianMixture(n_components=2, max_iter=10, tol=1e-2, reg_covar=5e-4, random_state=0).fit(scaled)
    posterior[known] = mixture.predict_proba(scaled)[:, int(mixture.means_.argmin())]
    return posterior


def forgetting_events(predictions: npt.ArrayLike, labels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Count the epochs in which a sample is wrong after it was right when last seen.

    Args:
        predictions: Predicted class of each epoch, shape (e, n), in the order of epochs; -1 where a sample was not seen.
        labels: Label of each sample, shape (n,).

    Returns:
        Counts, shape (n,); infinity for a sample that was seen and never right, NaN for one that was never seen.

    Source:
        Toneva et al., "An Empirical Study of Example Forgetting during Deep Neural Network Learning" (ICLR 2019), algorithm
        1: there as here each time the sample stands in a batch counts, and samples never learned come last.

    Example:
        >>> forgetting_events([[0, 1, 0], [1, 1, 0], [0, 1, 0]], [0, 0, 0])
        array([ 1., inf,  0.])
    """
    predictions, labels = np.asarray(predictions, dtype=np.int64), np.asarray(labels, dtype=np.int64)
    n = len(labels)
    events, was_right, learned, seen = np.zeros(n), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for row in predictions:
        there, right = row >= 0, row == labels
        events += there & was_right & ~right
        was_right = np.where(there, right, was_right)
        learned |= right
        seen |= there
    return np.where(seen, np.where(learned, events, np.inf), np.nan)


def logit_margin(probs: npt.ArrayLike, labels: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """``l_y - max_{k != y} l_k`` of class scores l, from their softmax: a difference of log-probabilities is one of scores.

    Args:
        probs: Probabilities, shape (n, c) with c >= 2; those below what half precision holds count as ``LEAST_PROB``.
        labels: Label of each sample, shape (n,).

    Returns:
        Margins, shape (n,), at most 16.7 from 0; NaN where the probabilities are.

    Source:
        The margin of AUM (Pleiss et al., "Identifying Mislabeled Data using the Area Under the Margin Ranking", NeurIPS
        2020, equation 1). There it is that of the scores themselves; here the scores are known up to half precision.

    Example:
        >>> logit_margin([[0.8, 0.1, 0.1], [0.8, 0.1, 0.1]], [0, 1]).round(3)
        array([ 2.079, -2.079])
    """
    logs = np.log(np.maximum(np.asarray(probs, dtype=np.float64), LEAST_PROB))
    samples, labels = np.arange(len(logs)), np.asarray(labels, dtype=np.int64)
    others = logs.copy()
    others[samples, labels] = -np.inf
    return logs[samples, labels] - others.max(axis=1)
