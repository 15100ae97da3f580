# The control of pruning: as many samples at the same time, but at random.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(prune=dict(type="d2sp_mm.RandomPruning", rate=0.1, start=0.6, window=5)),
    )
)
