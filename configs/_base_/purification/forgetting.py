# The baseline forgetting events: the samples that were forgotten most often are pruned.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(prune=dict(type="d2sp_mm.ForgettingEvents", rate=0.2, start=0.6)),
    )
)
