"""A resumed run that goes on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmengine import dist
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.engine import random_state
from d2sp_mm.engine.last_checkpoint import repair_last_checkpoint
from d2sp_mm.errors import DataError
from d2sp_mm.io.saved_state import require_keys
from d2sp_mm.registry import HOOKS

#: Entry of a checkpoint that holds the hook's state.
CHECKPOINT_KEY = "exact_resume"


@HOOKS.register_module()
class ExactResumeHook(Hook):
    """Puts into checkpoints what MMEngine leaves out, so that a resumed run equals the unbroken one bit for bit.

    * The random states of all ranks, and the sampler's seed where the config names none.
    * A resume finds a whole checkpoint where ``last_checkpoint`` is empty or names a part of one.
    * The validation of the epoch before, which a killed run may have owed, is made up for.
    * Persistent worker processes are seeded anew with each epoch (by samplers that can, see ``PurifiedSampler``), and
      validation leaves no trace in the random states.

    It knows nothing of purification: any run of MMEngine's epochs can use it.

    Args:
        isolate: Whether the last of these may change what an unbroken run draws. Without, an unbroken run has the weights
            of one without the hook, and a resumed one may differ where workers are persistent.

    Source:
        The gaps are those of MMEngine 0.10.7; the condition for a validation is that of its ``EpochBasedTrainLoop.run``.
    """

    #: Below the hooks that draw random numbers at the end of an epoch, above CheckpointHook.
    priority = "LOW"

    def __init__(self, isolate: bool = True) -> None:
        self.isolate = isolate
        self._random_states: list[random_state.State] = []
        self._inside_epoch = False
        self._owes_validation = False
        self._loaded: dict[str, Any] | None = None
        self._before_validation: random_state.State | None = None
        self._before_loading: random_state.State | None = None

    def before_run(self, runner: Runner) -> None:
        """See to it that a resume finds a whole checkpoint."""
        if dist.is_main_process():
            repair_last_checkpoint(runner)
        dist.barrier()

    def before_train(self, runner: Runner) -> None:
        """Take over the state of a resumed run."""
        loaded, self._loaded = self._loaded, None
        if runner.iter > 0:
            self._owes_validation = _validates_after(runner)
            if loaded is not None:
                self._resume(runner, loaded)
        loader: Any = runner.train_dataloader
        if hasattr(loader.sampler, "seeds_workers"):
            loader.sampler.seeds_workers = self.isolate and bool(loader.num_workers and loader.persistent_workers)

    def before_train_epoch(self, runner: Runner) -> None:
        """Make up for a validation."""
        self._validate_if_owed(runner)
        self._inside_epoch = True
        # Persistent workers start once in an unbroken run and again in a resumed one, and each start draws a number here.
        seeds = getattr(runner.train_dataloader.sampler, "seeds_workers", False)
        self._before_loading = random_state.capture() if seeds else None

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Continue as if no worker had been started."""
        if self._before_loading is not None:
            random_state.restore(self._before_loading)
            self._before_loading = None

    def after_train_epoch(self, runner: Runner) -> None:
        """Capture the random states of all ranks; a collective call, which saving a checkpoint must not be."""
        self._inside_epoch = False
        own = random_state.capture()
        self._random_states = dist.all_gather_object(own) if dist.is_distributed() else [own]

    def after_train(self, runner: Runner) -> None:
        """Make up for the last validation."""
        self._validate_if_owed(runner)

    def before_val(self, runner: Runner) -> None:
        """Remember the random state: a resumed run does not validate the epoch before, the unbroken one does."""
        if self.isolate:
            self._before_validation = random_state.capture()

    def after_val(self, runner: Runner) -> None:
        """Continue as if there had been no validation."""
        if self._before_validation is not None:
            random_state.restore(self._before_validation)
            self._before_validation = None

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Add the state. Called on rank 0 only, and possibly more than once an epoch."""
        checkpoint[CHECKPOINT_KEY] = {
            "random_states": self._random_states,
            "sampler_seed": getattr(runner.train_dataloader.sampler, "seed", None),
            "inside_epoch": self._inside_epoch,
        }

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Put the state aside: whether this is a resume or a plain ``load_from`` is known only when training starts."""
        self._loaded = checkpoint.get(CHECKPOINT_KEY)

    def _resume(self, runner: Runner, state: Any) -> None:
        what = "the checkpoint's state for an exact resume"
        if not isinstance(state, Mapping):
            raise DataError(f"{what} is a {type(state).__name__}; the file is damaged.")
        require_keys(state, ("random_states", "sampler_seed", "inside_epoch"), what)
        if not isinstance(state["random_states"], list):
            raise DataError(f"{what}: random_states is a {type(state['random_states']).__name__}; the file is damaged.")
        if state["inside_epoch"]:
            runner.logger.warning(
                f"the checkpoint was saved inside epoch {runner.epoch + 1} (iteration {runner.iter}), and MMEngine "
                "begins that "
                "epoch anew: clips that it had seen are trained on again, so the run is not the unbroken one. Save by epoch "
                "(default_hooks.checkpoint.by_epoch=True) for that."
            )
        # A run without a seed of its own has drawn another one by now.
        if isinstance(state["sampler_seed"], int):
            runner.train_dataloader.sampler.seed = state["sampler_seed"]
        if dist.get_rank() < len(state["random_states"]):
            random_state.restore(state["random_states"][dist.get_rank()])

    def _validate_if_owed(self, runner: Runner) -> None:
        """Validate where a killed run may not have; call it when all hooks are ready and before anything is trained."""
        if self._owes_validation:
            self._owes_validation = False
            runner.logger.info(f"validating epoch {runner.epoch} again: it may have been broken off before.")
            runner.val_loop.run()


def _validates_after(runner: Runner) -> bool:
    """Whether the config validates after the epoch that a resumed run begins behind.

    MMEngine writes the checkpoint of an epoch before it validates, and a resumed run starts with the next epoch. So the
    figures and the best checkpoint of a run that was killed in between would be lost.
    """
    if runner.val_loop is None:
        return False
    # Where the interval changes with the epoch, the loop has not looked yet.
    runner.train_loop._decide_current_val_interval()
    last = runner.epoch == runner.max_epochs
    return bool(runner.val_begin <= runner.epoch and (runner.epoch % runner.val_interval == 0 or last))
