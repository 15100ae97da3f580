# The run-time settings that all purification bases inherit.
_base_ = "mmaction::_base_/default_runtime.py"

# Bridges the defects of published packages (README, "Troubleshooting"). Repeat it where a config sets custom_imports anew.
custom_imports = dict(imports=["d2sp_mm.compat"], allow_failed_imports=False)

# A resumed run is the unbroken one. Checkpoints appear whole or not at all. Two are kept, so that there is one to go back
# to.
# In sets of facial expressions val is the test set, so the last epoch counts and no best one is kept.
default_hooks = dict(
    checkpoint=dict(type="d2sp_mm.AtomicCheckpointHook", interval=1, max_keep_ckpts=2, save_best=None),
    exact_resume=dict(type="d2sp_mm.ExactResumeHook"),
)
