# For tools/purify.py: two passes, each decided at .6 of the schedule over the half before, by thresholds without a scale.
# Corrections come before pruning, which is of next to nothing where nothing is unusable.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        average_passes=True,
        early_learning=7.0,
        stages=dict(
            correct=dict(
                type="d2sp_mm.FineCorrection",
                start=0.6,
                window=0.5,
                agreement=0.01,
                min_margin=0.5,
                relative=True,
                class_balance=0.5,
            ),
            prune=dict(
                type="d2sp_mm.CoarsePruning",
                score="entropy",
                entropy_of="mean",
                rate=0.1,
                start=0.6,
                window=0.5,
                max_of_median=0.2,
                class_balance=0.5,
            ),
        ),
    )
)
