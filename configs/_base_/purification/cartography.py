# The baseline dataset cartography: the samples of lowest confidence over all epochs are pruned.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(prune=dict(type="d2sp_mm.LowConfidence", rate=0.2, start=0.6)),
    )
)
