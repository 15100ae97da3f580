# D2SP: coarse-grained pruning, then fine-grained correction in two rounds.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(
            prune=dict(type="d2sp_mm.CoarsePruning", score="rank_sum", rate=0.1, start=0.65, window=3),
            correct=dict(
                type="d2sp_mm.FineCorrection", start=0.8, rounds=2, interval=0.1, window=5, agreement=1.0, min_margin=0.4
            ),
        ),
    )
)
