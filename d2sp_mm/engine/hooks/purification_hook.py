"""The hook that runs the stages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from mmengine import dist
from mmengine.hooks import Hook
from mmengine.runner import Runner

from d2sp_mm.datasets.indexed_dataset import SAMPLE_INDEX, UNDECODABLE
from d2sp_mm.engine.decision_log import log_decision
from d2sp_mm.engine.epoch_buffer import EpochBuffer, write_epoch
from d2sp_mm.engine.epoch_length import EpochLength
from d2sp_mm.engine.free_space import check_free_space
from d2sp_mm.engine.given_list import check_batch_labels, check_end, given_list
from d2sp_mm.engine.hooks.exact_resume_hook import ExactResumeHook
from d2sp_mm.engine.overrides import OverrideFile
from d2sp_mm.engine.ranks import check_ranks_equal, from_main
from d2sp_mm.engine.registered_stages import build_stages, new_ledger
from d2sp_mm.engine.resumed_state import check_resumed_state, to_arrays, to_tensors
from d2sp_mm.engine.training_parts import TrainingParts, find_training_parts
from d2sp_mm.engine.undecodable_report import report_at_end, report_undecodable
from d2sp_mm.engine.weight_learner import WeightLearner, WeightSettings
from d2sp_mm.errors import ConfigError
from d2sp_mm.io.whole_files import remove_leftovers
from d2sp_mm.ledger import Ledger
from d2sp_mm.models.heads.feature_recorder import FeatureRecorder, find_classifier
from d2sp_mm.registry import HOOKS
from d2sp_mm.runs.run_files import FOLDER, RunFiles
from d2sp_mm.stages import Stage
from d2sp_mm.stages.purifier import Purifier
from d2sp_mm.stages.settings import stage_settings
from d2sp_mm.stages.stage import check_share

#: Entry of a checkpoint that holds the purification state.
CHECKPOINT_KEY = "purification"
#: Share of an epoch's samples whose scores may be not finite before a run that acts stops: half precision may overflow.
_MOST_NOT_FINITE = 0.1


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
        overrides: A CSV of what a person decided (:func:`d2sp_mm.runs.override_file.read_overrides`); no stage changes those
            samples. ``purification/overrides.csv`` in the work dir comes before it; see :class:`OverrideFile`.

    Raises:
        ConfigError: Before training starts, for whatever cannot work.

    Source:
        D2SP (arXiv 2406.16473) for the two stages; the mechanics are our own.
    """

    #: Above CheckpointHook, so that a checkpoint holds the decisions of the epoch it closes.
    priority = "NORMAL"
    VERSION = 1

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
        overrides: str | None = None,
    ) -> None:
        if weighting not in ("joint", "detached"):
            raise ConfigError(f"PurificationHook: weighting={weighting!r} is unknown; choose 'joint' or 'detached'.")
        if keep_epochs is not None and (not isinstance(keep_epochs, int) or keep_epochs < 1):
            raise ConfigError(f"PurificationHook: keep_epochs={keep_epochs!r} must be a number of epochs >= 1.")
        for name, share in (("max_undecodable", max_undecodable), ("failure_tolerance", failure_tolerance)):
            check_share("PurificationHook", name, share, low_open=False, high_open=False)
        self.stages: dict[str, Stage] = build_stages(stages or {})
        self.dry_run, self.weighting, self.classifier = dry_run, weighting, classifier
        self.keep_epochs = keep_epochs
        self.weight_settings = WeightSettings.of(weight_learner)
        self._learner: WeightLearner | None = None
        self.max_undecodable, self.failure_tolerance = max_undecodable, float(failure_tolerance)
        self.write_annotation = write_annotation
        self.ledger: Ledger | None = None
        self._overrides, self._buffer = OverrideFile(overrides), EpochBuffer()
        self._loaded: dict[str, Any] | None = None

    @property
    def _acts(self) -> bool:
        """Whether the hook may change anything of the training."""
        return bool(self.stages or self._overrides.found) and not self.dry_run

    def before_run(self, runner: Runner) -> None:
        """Remove what a killed run has left half written."""
        if dist.is_main_process():
            remove_leftovers(Path(runner.work_dir) / FOLDER)
        dist.barrier()

    def before_train(self, runner: Runner) -> None:
        """Find the parts, check that everything can work, and take over the state of a resumed run."""
        self._parts: TrainingParts = find_training_parts(runner)
        given = given_list(runner, self._parts, self.write_annotation)
        self.ledger = new_ledger(given, self._parts, self.stages, runner.max_epochs, self.keep_epochs)
        self._purifier = Purifier(self.ledger, self.stages, runner.max_epochs, self.failure_tolerance)
        settings = {"stages": stage_settings(self.stages), "failure_tolerance": self.failure_tolerance}
        self._files = RunFiles(Path(runner.work_dir), given.parts, {"max_epochs": runner.max_epochs, **settings})
        self._checked_until = runner.epoch
        self._parts.loss.mode = "plain"
        if any(stage.uses_weights for stage in self.stages.values()):
            _, layer = find_classifier(self._parts.head, self._parts.num_classes, self.classifier)
            self._learner = WeightLearner(layer.in_features, layer.weight.device, self.weight_settings)
            self._parts.loss.attach(FeatureRecorder(layer), self._learner)
        self._epoch_length = EpochLength(runner)
        loaded, self._loaded = self._loaded, None
        if runner.iter > 0:
            self._resume(runner, loaded)
        self._overrides.begin(runner, self.ledger)
        if not self._acts:
            # The weights shall be those of plain MMAction2.
            for hook in runner.hooks:
                if isinstance(hook, ExactResumeHook):
                    hook.isolate = False
        self._apply(runner, runner.epoch)
        from_main(lambda: check_free_space(runner, self._get_ledger()))
        from_main(lambda: self._files.write(self._get_ledger()))

    def before_train_epoch(self, runner: Runner) -> None:
        """Switch the loss to what this epoch needs."""
        self._buffer.clear()
        learning = "weighted" if self.weighting == "joint" and not self.dry_run else "detached"
        self._parts.loss.mode = learning if self._purifier.wants_weights else "plain"

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Put corrected labels into the batch."""
        self._parts.check_batch(data_batch)
        ledger = self._get_ledger()
        if runner.epoch == self._checked_until:
            check_batch_labels(ledger, data_batch)
        if not self._acts:
            return
        for data_sample in data_batch["data_samples"]:
            sample = data_sample.metainfo[SAMPLE_INDEX]
            if ledger.corrected_labels[sample] != ledger.labels[sample]:
                data_sample.set_gt_label(int(ledger.corrected_labels[sample]))

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None) -> None:
        """Take what the loss saw."""
        seen = self._parts.loss.take_observation()
        if seen is not None:
            if self._learner is not None and seen.features is not None:
                self._learner.step(self._parts.loss.stock_loss, seen.scores, seen.labels, seen.features)
            metas = [data_sample.metainfo for data_sample in data_batch["data_samples"]]
            failures = {sample: reason for meta in metas for sample, reason in meta[UNDECODABLE]}
            self._buffer.add([meta[SAMPLE_INDEX] for meta in metas], seen, failures)
        self._epoch_length.after_train_iter(runner, batch_idx)

    def after_train_epoch(self, runner: Runner) -> None:
        """Write the epoch into the ledger, let the stages decide, and carry it out."""
        ledger = self._get_ledger()
        seen = self._buffer.gather()
        if seen is not None:
            # Plain MMAction2 trains on when scores are not finite, and so does a run that only observes.
            seen = seen.finite(_MOST_NOT_FINITE if self._acts else 1.0)
            failed = np.array(sorted(seen.failures), dtype=np.int64)
            ledger.observe(runner.epoch, seen.indices, seen.probs, seen.weights, failed)
            write_epoch(runner, ledger, seen)
            report_undecodable(runner, ledger, seen.failures, self.max_undecodable)
        decided = self._overrides.refresh(runner, ledger)
        decisions = self._purifier.step(runner.epoch)
        for decision in decisions:
            log_decision(runner, ledger, decision, self.dry_run, self._parts.dataset)
        if dist.is_distributed():
            check_ranks_equal(ledger.fingerprint(runner.epoch), runner.epoch)
        self._apply(runner, runner.epoch + 1)
        if decided or decisions:
            from_main(lambda: self._files.write(ledger))

    def after_train(self, runner: Runner) -> None:
        """Leave the final files behind, with what a person decided during the last validation as well."""
        ledger = self._get_ledger()
        self._overrides.refresh(runner, ledger)
        for name, done in self._purifier.unfinished.items():
            runner.logger.warning(
                f"purification: stage {name!r} decided {done} of {self.stages[name].rounds} rounds: training ended "
                f"before it had seen the epochs that it looks at. Train longer, or shorten the window."
            )
        for decision in self._purifier.prune_undecodable(ledger.next_epoch - 1):
            log_decision(runner, ledger, decision, self.dry_run, self._parts.dataset)
        report_at_end(runner, ledger)
        written = from_main(lambda: self._files.write(ledger, ended=True))
        check_end(runner, self._parts, self._files, ledger)
        if dist.is_main_process():
            runner.logger.info(f"purification: written: {', '.join(map(str, written))}")

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Add the purification state. Called on rank 0 only, and possibly more than once an epoch."""
        if self.ledger is None:
            return
        learner = self._learner
        checkpoint[CHECKPOINT_KEY] = {
            "version": self.VERSION,
            "ledger": to_tensors(self.ledger.state()),
            "rounds_done": dict(self._purifier.rounds_done),
            "learner": None if learner is None else learner.state(),
        }

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Put the state aside: whether this is a resume or a plain ``load_from`` is known only when training starts."""
        self._loaded = checkpoint.get(CHECKPOINT_KEY)

    def _get_ledger(self) -> Ledger:
        if self.ledger is None:
            raise ConfigError("PurificationHook: training has not started; there is no ledger yet.")
        return self.ledger

    def _resume(self, runner: Runner, state: dict[str, Any] | None) -> None:
        if state is None:
            runner.logger.warning(
                "purification: the resumed checkpoint holds no purification state, so the ledger starts empty; stages "
                "decide as soon as their window is full."
            )
            return
        check_resumed_state(state, self.VERSION)
        self._get_ledger().load(to_arrays(state["ledger"]))
        self._purifier.rounds_done.update({n: done for n, done in state["rounds_done"].items() if n in self.stages})
        # A stage that was added, or has another score now, starts with fresh weights.
        if self._learner is not None and state["learner"] is not None:
            self._learner.load(state["learner"])

    def _apply(self, runner: Runner, next_epoch: int) -> None:
        if self._acts:
            loader = runner.train_dataloader
            self._parts.sampler.set_keep(self._get_ledger().keep, 0 if loader.drop_last else loader.batch_size)
            self._epoch_length.update(runner, next_epoch)
