# D2SP: coarse-grained pruning and fine-grained correction after 60 % of the schedule, correction once more after 70 %.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(
            prune=dict(type="d2sp_mm.CoarsePruning", score="rank_sum", rate=0.1, start=0.6, window=5),
            correct=dict(
                type="d2sp_mm.FineCorrection", start=0.6, rounds=2, interval=0.1, window=5, agreement=0.6, min_margin=0.4
            ),
        ),
    )
)
