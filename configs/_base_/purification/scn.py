# The baseline Self-Cure Network: the recognizer trains on the weighted loss, labels of low weight are corrected.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        weighting="joint",
        stages=dict(correct=dict(type="d2sp_mm.ScnRelabeling", start=0.25, rounds=15, interval=0.05)),
    )
)
