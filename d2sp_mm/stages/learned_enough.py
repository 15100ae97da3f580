"""Whether a model has learned enough for its predictions to say anything."""

from __future__ import annotations

from d2sp_mm.ledger.ledger import Ledger

#: Share of the way from guessing the largest class to agreeing with every label.
LEAST_PROGRESS = 0.25


def reason_to_distrust(ledger: Ledger, epoch: int, window: int) -> str | None:
    """Why decisions of this moment are little better than chance; None if nothing speaks for it.

    Args:
        ledger: The ledger, with the observations of ``epoch`` written.
        epoch: The epoch that just ended, counted from 0.
        window: Number of epochs looked at.

    Returns:
        A sentence with the figures and the way out, or None.

    Source:
        Our own. On the toy set agreement was .55 to .65 at decisions that were good, and .24 at ones that were not.
    """
    seen, agree = 0, 0
    for block in ledger.observations.blocks(window, epoch):
        predictions = block.predictions()
        counted = (predictions >= 0) & ledger.keep[block.samples]
        seen += int(counted.sum())
        agree += int((counted & (predictions == ledger.corrected_labels[block.samples])).sum())
    if not seen:
        return None
    agreement = agree / seen
    largest = float(ledger.class_counts.max() / ledger.class_counts.sum())
    if agreement >= largest + LEAST_PROGRESS * (1 - largest):
        return None
    return (
        f"the predictions of the last {window} epochs agree with {agreement:.0%} of the labels, and the largest class alone "
        f"has {largest:.0%}: the model has learned too little for verdicts. Train longer, let the stages start later, "
        "or look at them with dry_run=True."
    )
