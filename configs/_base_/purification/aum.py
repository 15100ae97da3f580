# The baseline area under the margin, without threshold samples: the lowest rate is pruned.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(prune=dict(type="d2sp_mm.AreaUnderMargin", rate=0.2, start=0.6)),
    )
)
