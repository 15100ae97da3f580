"""The hook that runs the stages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine import dist
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.engine.decision_log import log_decision
from d2sp_mm.engine.free_space import check_free_space
from d2sp_mm.engine.given_list import check_batch_labels, check_end, given_list
from d2sp_mm.engine.observer import Observer, report_at_end
from d2sp_mm.engine.overrides import OverrideFile
from d2sp_mm.engine.purified_training import PurifiedTraining
from d2sp_mm.engine.ranks import check_ranks_equal, from_main
from d2sp_mm.engine.registered_stages import build_stages, longest_window, new_ledger
from d2sp_mm.engine.resumed_state import purification_state, take_over
from d2sp_mm.engine.training_parts import find_training_parts
from d2sp_mm.engine.weight_learner import WeightSettings
from d2sp_mm.errors import ConfigError
from d2sp_mm.io.whole_files import remove_leftovers
from d2sp_mm.ledger import Decision, Ledger
from d2sp_mm.ledger.earlier_pass import go_on_from
from d2sp_mm.registry import HOOKS
from d2sp_mm.runs.recorded_run import read_recorded_run
from d2sp_mm.runs.run_files import FOLDER, RunFiles
from d2sp_mm.stages import Stage
from d2sp_mm.stages.purifier import Purifier
from d2sp_mm.stages.settings import stage_settings
from d2sp_mm.stages.stage import check_share

#: Entry of a checkpoint that holds the purification state.
CHECKPOINT_KEY = "purification"


@HOOKS.register_module()
class PurificationHook(Hook):
    """Observes the training forward passes, lets the stages decide between epochs, and carries out what they decided.

    Samples that are pruned are drawn no more; clips that failed to decode are pruned with the next decision, and at the end,
    whatever the stages are. Corrected labels are put into the batch before each iteration, in the main process. Ledger,
    decisions, histogram and purified annotation are written to ``purification/`` in the work dir after every decision. A
    purified annotation is written as a trial, and read again, before the first epoch.

    Args:
        stages: Config of each stage by a name of the user's; a dictionary, so that children and ``--cfg-options`` can
            change one. After the same epoch they decide in the order of :attr:`Stage.priority`, then of their names. None or
            empty observes only.
        dry_run: Score, decide and write everything, but change nothing of the training: the trained weights are those
            of a run without the hook, bit for bit.
        weighting: ``detached`` learns the weights beside the recognizer and leaves its loss as it is; ``joint`` trains the
            recognizer with the weighted loss while weights are learned, as SCN does.
        weight_learner: Settings of :class:`d2sp_mm.engine.weight_learner.WeightSettings` that differ from its defaults.
        keep_epochs: How many epochs of observations the ledger keeps; as many as the stages look at if None. More lets a
            saved ledger be replayed with longer windows.
        classifier: Path of the head's last linear layer below ``cls_head``; found by itself if None.
        max_undecodable: Share of the training set in [0, 1] that may be undecodable before the run stops.
        failure_tolerance: Share of the epochs, in [0, 1], in which a clip may fail to decode and still be kept. Plain
            MMAction2 stops at the first failure when it trains on what is left.
        write_annotation: Whether the purified annotation is written; without, the ledger says what was decided.
        continue_from: Work dir of the pass before this one (:class:`Passes`), whose decisions hold; None: there is none.
        average_passes: Average the mean predictions of the earlier passes with those of this one, each pass counting the
            same; else the samples are seen anew.
        end_with_decisions: End training with the last round of the stages.
        overrides: A CSV of what a person decided (:func:`d2sp_mm.runs.override_file.read_overrides`); no stage changes those
            samples. ``purification/overrides.csv`` in the work dir comes before it; see :class:`OverrideFile`.

    Raises:
        ConfigError: Before training starts, for whatever cannot work.

    Source:
        D2SP (arXiv 2406.16473) for the two stages; the mechanics are our own.
    """

    #: Above CheckpointHook, so that a checkpoint holds the decisions of the epoch it closes.
    priority = "NORMAL"

    def __init__(
        self,
        stages: Mapping[str, Any] | None = None,
        dry_run: bool = False,
        weighting: str = "detached",
        weight_learner: Mapping[str, Any] | None = None,
        keep_epochs: int | None = None,
        classifier: str | None = None,
        max_undecodable: float = 0.5,
        failure_tolerance: float = 0.0,
        write_annotation: bool = True,
        continue_from: str | None = None,
        average_passes: bool = False,
        end_with_decisions: bool = False,
        overrides: str | None = None,
    ) -> None:
        if weighting not in ("joint", "detached"):
            raise ConfigError(f"PurificationHook: weighting={weighting!r} is unknown; choose 'joint' or 'detached'.")
        if not isinstance(average_passes, bool):
            raise ConfigError(f"PurificationHook: average_passes={average_passes!r} must be True or False.")
        if keep_epochs is not None and (not isinstance(keep_epochs, int) or keep_epochs < 1):
            raise ConfigError(f"PurificationHook: keep_epochs={keep_epochs!r} must be a number of epochs >= 1.")
        for name, share in (("max_undecodable", max_undecodable), ("failure_tolerance", failure_tolerance)):
            check_share("PurificationHook", name, share, low_open=False, high_open=False)
        self.stages: dict[str, Stage] = build_stages(stages or {})
        self.dry_run, self.weighting, self.classifier = dry_run, weighting, classifier
        self.weight_settings, self.keep_epochs = WeightSettings.of(weight_learner), keep_epochs
        self.max_undecodable, self.failure_tolerance = max_undecodable, float(failure_tolerance)
        self.write_annotation, self.end_with_decisions = write_annotation, end_with_decisions
        self.continue_from, self.average_passes = continue_from, average_passes
        self.ledger: Ledger | None = None
        self._overrides = OverrideFile(overrides)
        self._loaded: Any = None

    @property
    def _acts(self) -> bool:
        """Whether the hook may change anything of the training."""
        decided = self.ledger is not None and self.ledger.inherited > 0
        return bool(self.stages or self._overrides.found or decided) and not self.dry_run

    def before_run(self, runner: Runner) -> None:
        """Remove what a killed run has left half written."""
        if dist.is_main_process():
            remove_leftovers(Path(runner.work_dir) / FOLDER)
        dist.barrier()

    def before_train(self, runner: Runner) -> None:
        """Find the parts, check that everything can work, and take over the state of a resumed run."""
        self._parts = find_training_parts(runner)
        given = given_list(runner, self._parts, self.write_annotation)
        ledger = self.ledger = new_ledger(given, self._parts, self.stages, runner.max_epochs, self.keep_epochs)
        # A resumed pass has it in its checkpoint, and the folder may hold what came later.
        if self.continue_from is not None and runner.iter == 0:
            earlier = from_main(lambda: read_recorded_run(str(self.continue_from)).ledger)
            go_on_from(ledger, earlier, longest_window(self.stages, runner.max_epochs) if self.average_passes else 0)
        self._purifier = Purifier(ledger, self.stages, runner.max_epochs, self.failure_tolerance)
        settings = {"stages": stage_settings(self.stages), "failure_tolerance": self.failure_tolerance}
        self._files = RunFiles(Path(runner.work_dir), given.parts, {"max_epochs": runner.max_epochs, **settings})
        learns = any(stage.uses_weights for stage in self.stages.values())
        weighted = self.weighting == "joint" and not self.dry_run
        self._observer = Observer(self._parts, self.weight_settings if learns else None, weighted, self.classifier)
        self._training = PurifiedTraining(runner, self._parts, ledger)
        self._first_epoch = runner.epoch
        loaded, self._loaded = self._loaded, None
        if runner.iter > 0:
            take_over(loaded, self._purifier, self._observer.learner)
        self._overrides.begin(runner, ledger)
        if self._acts:
            self._training.draw_kept(runner, runner.epoch)
        else:
            self._training.leave_as_it_is(runner)
        self._end_if_done(runner)
        from_main(lambda: check_free_space(runner, ledger))
        from_main(lambda: self._files.write(ledger))

    def before_train_epoch(self, runner: Runner) -> None:
        """Let the loss learn weights where a stage will read them."""
        self._observer.begin_epoch(self._purifier.wants_weights)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Put corrected labels into the batch."""
        self._parts.check_batch(data_batch)
        if runner.epoch == self._first_epoch:
            check_batch_labels(self._purifier.ledger, data_batch)
        if self._acts:
            self._training.relabel(data_batch)

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Take what the loss saw."""
        self._observer.take(data_batch)
        self._training.after_train_iter(runner, batch_idx)

    def after_train_epoch(self, runner: Runner) -> None:
        """Write the epoch into the ledger, let the stages decide, and carry it out."""
        ledger = self._purifier.ledger
        self._observer.end_epoch(runner, ledger, self._acts, self.max_undecodable)
        overridden = self._overrides.refresh(runner, ledger)
        decisions = self._purifier.step(runner.epoch)
        self._log(runner, decisions)
        if dist.is_distributed():
            check_ranks_equal(ledger.fingerprint(runner.epoch), runner.epoch)
        if self._acts:
            self._training.draw_kept(runner, runner.epoch + 1)
        if overridden or decisions:
            from_main(lambda: self._files.write(ledger))
        self._end_if_done(runner)

    def after_train(self, runner: Runner) -> None:
        """Leave the final files behind, with what a person decided during the last validation as well."""
        ledger = self._purifier.ledger
        self._overrides.refresh(runner, ledger)
        for name, done in self._purifier.unfinished.items():
            runner.logger.warning(
                f"purification: stage {name!r} decided {done} of {self.stages[name].rounds} rounds: training ended "
                f"before it had seen the epochs that it looks at. Train longer, or shorten the window."
            )
        self._log(runner, self._purifier.prune_undecodable(ledger.next_epoch - 1))
        report_at_end(runner, ledger)
        written = from_main(lambda: self._files.write(ledger, ended=True))
        check_end(runner, self._parts, self._files, ledger)
        if dist.is_main_process():
            runner.logger.info(f"purification: written: {', '.join(map(str, written))}")

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Add the purification state. Called on rank 0 only, and possibly more than once an epoch."""
        if self.ledger is not None:
            checkpoint[CHECKPOINT_KEY] = purification_state(self._purifier, self._observer.learner)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Put the state aside: whether this is a resume or a plain ``load_from`` is known only when training starts."""
        self._loaded = checkpoint.get(CHECKPOINT_KEY)

    def _end_if_done(self, runner: Runner) -> None:
        if self.end_with_decisions and not self._purifier.unfinished:
            runner.train_loop.stop_training = True

    def _log(self, runner: Runner, decisions: list[Decision]) -> None:
        for decision in decisions:
            log_decision(runner, self._purifier.ledger, decision, self.dry_run, self._parts.dataset)
