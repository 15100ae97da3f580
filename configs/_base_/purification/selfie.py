# The baseline SELFIE: consistent samples are relabelled, others of large loss pruned.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(refurbish=dict(type="d2sp_mm.Selfie", rate=0.2, start=0.6, window=15)),
    )
)
