# The baseline small loss: the samples of largest loss are pruned (d2sp_mm/stages/baselines/losses.py).
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(prune=dict(type="d2sp_mm.SmallLoss", rate=0.2, start=0.6, window=5)),
    )
)
