# The baseline loss pruning in the manner of InfoBatch: some of what is learned well is pruned at random.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(prune=dict(type="d2sp_mm.LowLossPruning", rate=0.2, start=0.6, window=5)),
    )
)
