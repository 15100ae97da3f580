# The baseline confident learning, by cleanlab (pip install cleanlab), on the predictions of training.
_base_ = "../default_runtime.py"

default_hooks = dict(
    purification=dict(
        type="d2sp_mm.PurificationHook",
        stages=dict(prune=dict(type="d2sp_mm.ConfidentLearning", start=0.6, window=5)),
    )
)
