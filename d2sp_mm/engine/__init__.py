"""The hooks, and what they need to run in MMEngine."""

import d2sp_mm.compat  # noqa: F401 - mmaction.models cannot be imported without it
from d2sp_mm.engine import registered_stages  # noqa: F401 - fills the registry
from d2sp_mm.engine.hooks.atomic_checkpoint_hook import AtomicCheckpointHook
from d2sp_mm.engine.hooks.exact_resume_hook import ExactResumeHook
from d2sp_mm.engine.hooks.purification_hook import PurificationHook

__all__ = ["AtomicCheckpointHook", "ExactResumeHook", "PurificationHook"]
