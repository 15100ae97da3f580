# Fine-grained correction alone.
_base_ = "d2sp.py"

default_hooks = dict(purification=dict(stages=dict(prune=None)))
