# For tools/purify.py: a pass over the whole schedule decides at its end, over the last half of it, or over early learning if
# the labels have been memorised since. Thresholds have no scale of their own; a set without unusable clips keeps nearly all.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(
            prune=dict(
                type="d2sp_mm.CoarsePruning",
                start=1.0,
                window=0.5,
                early_learning=True,
                score="entropy",
                entropy_of="mean",
                rate=0.1,
                max_of_median=0.2,
                class_balance=0.5,
            ),
            correct=dict(
                type="d2sp_mm.FineCorrection",
                start=1.0,
                window=0.5,
                early_learning=True,
                agreement=0.01,
                min_margin=0.4,
                relative=True,
                class_balance=0.5,
            ),
        ),
    )
)
