# The control of correction: every label becomes what the model says.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(correct=dict(type="d2sp_mm.PredictionDiffers", start=0.6)),
    )
)
