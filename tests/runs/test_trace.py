"""What each epoch saw of every sample, written behind the epochs before."""

from __future__ import annotations

import numpy as np

from d2sp_mm.runs.trace import read_trace, write_trace


def test_a_trace_goes_on_where_a_broken_run_left_it(tmp_path):
    path = tmp_path / "trace.bin"
    rng = np.random.default_rng(0)
    predictions, given_probs = rng.integers(-1, 4, 48, dtype=np.int16), rng.random(48).astype(np.float16)
    write_trace(path, 5, predictions, given_probs)
    trace = read_trace(path, 48)
    assert (trace.predictions[:5] == -1).all() and np.isnan(trace.given_probs[:5]).all()
    np.testing.assert_array_equal(trace.predictions[5], predictions)
    np.testing.assert_array_equal(trace.given_probs[5], given_probs)
    with path.open("ab") as file:
        file.write(b"part of an epoch")
    assert read_trace(path, 48).predictions.shape == (6, 48)
    write_trace(path, 4, predictions, given_probs)
    assert read_trace(path, 48).predictions.shape == (5, 48)
