"""2-D recognizers see the frames of a clip in their order, as MMAction2's own pipeline for them would pack them."""

from __future__ import annotations

import pytest
import torch
from mmaction.registry import MODELS

from d2sp_mm.errors import ConfigError

NORMALIZE = dict(mean=[1.0, 2.0, 3.0], std=[2.0, 3.0, 4.0])


def test_frames_are_those_of_the_clips_in_order_and_normalised_alike():
    # Samples of two clips of three frames.
    clips = [torch.arange(2 * 3 * 3 * 4 * 5).reshape(2, 3, 3, 4, 5) + sample for sample in range(2)]
    frames = [torch.cat([clip.transpose(0, 1) for clip in sample]) for sample in clips]
    ours = MODELS.build(dict(type="d2sp_mm.ClipToFramesPreprocessor", **NORMALIZE))
    stock = MODELS.build(dict(type="ActionDataPreprocessor", format_shape="NCHW", **NORMALIZE))
    got = ours(dict(inputs=clips, data_samples=None), training=True)["inputs"]
    assert got.shape == (2, 6, 3, 4, 5)
    assert torch.equal(got, stock(dict(inputs=frames, data_samples=None), training=True)["inputs"])


def test_what_is_no_clip_is_refused_with_the_way_out():
    with pytest.raises(ConfigError, match=r"shape \(6, 3, 4, 5\), not clips.*input_format='NCTHW'"):
        preprocessor = MODELS.build(dict(type="d2sp_mm.ClipToFramesPreprocessor"))
        preprocessor(dict(inputs=[torch.zeros(6, 3, 4, 5)], data_samples=None))
