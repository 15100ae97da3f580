# The baseline mixture of losses: DivideMix's split, and what is noisy by it is pruned.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(prune=dict(type="d2sp_mm.LossMixture", start=0.6, window=5)),
    )
)
