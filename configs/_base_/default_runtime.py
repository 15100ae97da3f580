# The run-time settings that all purification bases inherit.
_base_ = "mmaction::_base_/default_runtime.py"

# Bridges the defects of published packages (README, "Troubleshooting"). Repeat it where a config sets custom_imports anew.
custom_imports = dict(imports=["d2sp_mm.compat"], allow_failed_imports=False)

# MMEngine removes the oldest checkpoint before it writes the next: with a single one, a run that is killed then has none.
# In sets of facial expressions val is the test set, so the last epoch counts and no best one is kept.
default_hooks = dict(checkpoint=dict(interval=1, max_keep_ckpts=2, save_best=None))
