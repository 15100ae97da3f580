# Correction in rounds from early on, over long windows; pruning of what the model stays unsure of, of nothing if there
# is no such clip, and of what it contradicts but cannot correct. Method card: docs/d2sp-rounds.md.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(
            correct=dict(
                type="d2sp_mm.FineCorrection", start=0.3, rounds=4, interval=0.1, window=0.5, agreement=0.6, min_margin=0.3
            ),
            prune=dict(
                type="d2sp_mm.CoarsePruning", score="entropy", rate=0.1, start=0.6, window=0.5, max_of_median=0.4
            ),
            drop=dict(type="d2sp_mm.DoubtfulLabelPruning", start=0.6, window=0.5, min_margin=0.15, rate=0.3, class_cap=0.5),
        ),
    )
)
