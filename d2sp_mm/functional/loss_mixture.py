"""Which samples belong to the well learned ones, by a mixture of two Gaussians on their losses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
