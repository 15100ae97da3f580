# Observe only: training is that of plain MMAction2, bit for bit; the work dir gets a ledger.
_base_ = "../default_runtime.py"

default_hooks = dict(purification=dict(type="d2sp_mm.PurificationHook"))
