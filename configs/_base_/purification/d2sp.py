# D2SP: coarse-grained pruning, then fine-grained correction.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(
            prune=dict(type="d2sp_mm.CoarsePruning", score="rank_sum", rate=0.1, start=0.4, window=3),
            correct=dict(type="d2sp_mm.FineCorrection", start=0.6, window=4, agreement=1.0, min_margin=0.2),
        ),
    )
)
