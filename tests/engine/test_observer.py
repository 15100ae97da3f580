"""What is seen of every sample: whose it is, and what cannot be decoded."""

from __future__ import annotations

import numpy as np
import pytest

from d2sp_mm.errors import DataError
from tests.engine.refused_run import refused
from tests.tiny_run import PRUNE, hook_of, tiny_config, train, write_list


def test_a_classifier_that_is_not_there_is_refused_with_those_that_are(config):
    config["default_hooks"]["purification"]["classifier"] = "fc"
    refused(config, "classifier='fc'", "fc_cls")


def test_undecodable_clips_are_blamed_reported_and_pruned(tmp_path):
    ann_file = write_list(tmp_path / "train.txt", broken=3)
    config = tiny_config(tmp_path, ann_file, stages=dict(prune=PRUNE))
    config["val_dataloader"]["dataset"]["ann_file"] = str(write_list(tmp_path / "val.txt"))
    runner = train(config)
    ledger = hook_of(runner).ledger
    assert np.flatnonzero(ledger.undecodable).tolist() == [0, 1, 2]
    assert not ledger.keep[:3].any()
    assert ledger.scores["quality_score"][:3].tolist() == [0, 0, 0]


def test_too_many_undecodable_clips_stop_the_run(tmp_path):
    ann_file = write_list(tmp_path / "train.txt", broken=10)
    with pytest.raises(DataError, match="max_undecodable"):
        train(tiny_config(tmp_path, ann_file, max_undecodable=0.1))


def test_observations_land_on_their_sample(tmp_path):
    """A clip's class is in its key: what the ledger holds of it must fit."""
    ann_file = write_list(tmp_path / "train.txt")
    runner = train(tiny_config(tmp_path, ann_file))
    ledger = hook_of(runner).ledger
    predictions = ledger.observations.predictions(1, 5)[0]
    looks = [int(key.split("_")[0]) for key in ledger.keys]
    assert np.mean(predictions == looks) > 0.9
