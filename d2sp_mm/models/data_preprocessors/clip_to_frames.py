"""Clips for recognizers of single frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from einops import rearrange
from mmaction.models.data_preprocessors import ActionDataPreprocessor

from d2sp_mm.errors import ConfigError
from d2sp_mm.registry import MODELS


@MODELS.register_module()
class ClipToFramesPreprocessor(ActionDataPreprocessor):
    """MMAction2's preprocessor, which hands clips on as the frames that a ``Recognizer2D`` takes.

    So one pipeline, which packs clips (``FormatShape`` with ``input_format="NCTHW"``), serves 2-D and 3-D recognizers.

    Args:
        mean: Mean of each channel, subtracted; None normalises nothing.
        std: Standard deviation of each channel, by which is divided.
        to_rgb: Whether the first and last channel change places.
        blending: Config of MMAction2's batch augmentation; purification refuses it.

    Raises:
        ConfigError: The pipeline packs something else than clips.

    Source:
        Our own.
    """

    def __init__(
        self,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
        to_rgb: bool = False,
        blending: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(mean=mean, std=std, to_rgb=to_rgb, blending=blending, format_shape="NCTHW")

    def preprocess(self, inputs: list[torch.Tensor], data_samples: Any, training: bool = False) -> tuple[torch.Tensor, Any]:
        """Normalise and stack clips, and part them into frames.

        Args:
            inputs: A sample each, of k clips, shape ``(k, c, t, h, w)``.
            data_samples: Their data samples.
            training: Whether this is training.

        Returns:
            Frames of all clips in order, shape ``(n, k t, c, h, w)``, and the data samples.
        """
        clips, data_samples = super().preprocess(inputs, data_samples, training)
        if clips.ndim != 6:
            raise ConfigError(
                f"ClipToFramesPreprocessor: the pipeline packs samples of shape {tuple(clips.shape[1:])}, not clips; use "
                "FormatShape with input_format='NCTHW', or ActionDataPreprocessor."
            )
        # Recognizer2D asks for a view of it.
        return rearrange(clips, "n k c t h w -> n (k t) c h w").contiguous(), data_samples
