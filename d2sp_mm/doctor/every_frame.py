"""Decoding every frame of a clip that training can ask for, not those of one look."""

from __future__ import annotations

from typing import Any

import numpy as np
from mmengine.dataset import BaseDataset

from d2sp_mm.errors import words_of
from d2sp_mm.pictures.silent_decoders import silent_decoders

#: Frames that are in memory at once.
_FRAMES = 32
#: MMAction2's transforms that choose frames, and the fields that hold what a skeleton's frames come to.
_SAMPLERS = {
    "SampleFrames", "UniformSample", "UniformSampleFrames", "DenseSampleFrames", "UntrimmedSampleFrames",
}  # fmt: skip
_KEYPOINTS = ("keypoint", "keypoint_score")


def decode_every_frame(part: BaseDataset, index: int) -> str:
    """Take a sample through its pipeline up to the decoder, and have that decode all frames.

    Args:
        part: The base dataset.
        index: The sample's index in it.

    Returns:
        Why some frame cannot be trained on; an empty sentence if all can, or the pipeline is of another form (frames are
        chosen by a transform of the user's own, or nothing is decoded).
    """
    transforms = list(part.pipeline.transforms)
    sampler = next((i for i, step in enumerate(transforms) if type(step).__name__ in _SAMPLERS), None)
    if sampler is None or sampler + 1 >= len(transforms) or "Decode" not in type(transforms[sampler + 1]).__name__:
        return ""
    # Decoders raise errors of every kind, and that is what is asked.
    try:
        with silent_decoders():
            results: Any = part.get_data_info(index)
            for step in transforms[: sampler + 1]:
                results = step(results)
            every = np.arange(int(results["total_frames"])) + int(results.get("start_index") or 0)
            for begin in range(0, len(every), _FRAMES):
                asked = {**results, "frame_inds": every[begin : begin + _FRAMES], "num_clips": 1}
                decoded = transforms[sampler + 1](asked)
                for name in _KEYPOINTS:
                    if decoded.get(name) is not None and not np.isfinite(decoded[name]).all():
                        return f"some frames have values in {name} that are not finite"
    except Exception as error:
        return words_of(error)
    return ""
