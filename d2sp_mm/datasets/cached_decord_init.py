"""Opening a video that is decoded once: its frames are kept as an array."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
from mmaction.datasets.transforms import DecordInit
from mmengine.logging import print_log

from d2sp_mm.errors import WriteError
from d2sp_mm.io.whole_files import atomic_write
from d2sp_mm.registry import TRANSFORMS
from d2sp_mm.visualization.clip_files import video_file


@TRANSFORMS.register_module()
class CachedDecordInit(DecordInit):
    """Stands in for ``DecordInit`` where short clips are decoded many times; ``DecordDecode(mode='accurate')`` follows.

    The first time it decodes a clip whole and writes the frames, uncompressed, into a folder; later it reads only those
    that are asked for. Frames and errors are decord's own. A clip that cannot be decoded, and one whose frames depend on
    the order in which they are asked for (its stream is damaged), is kept out of the folder and left to decord each time.
    A video that changes is decoded anew. Where nothing can be written, clips are decoded each time.

    Args:
        cache: The folder, made if it is missing; any number of processes may share it. A clip takes 3 bytes a pixel and
            frame, and nothing is ever removed.
        **kwargs: The settings of ``DecordInit``; the videos must be files on this machine.

    Source:
        Our own.
    """

    def __init__(self, cache: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cache = Path(cache)
        self._left_to_decord: set[Path] = set()

    def _get_video_reader(self, filename: str) -> Any:
        try:
            file = self._file_of(filename)
        except OSError:
            # decord says what is wrong.
            return super()._get_video_reader(filename)
        if file in self._left_to_decord:
            return super()._get_video_reader(filename)
        # A file that is not there yet, or not whole after a loss of power.
        with contextlib.suppress(OSError, EOFError, ValueError):
            return _Frames(np.load(file, mmap_mode="r"))
        clip = self._decode(filename)
        if clip is None:
            self._left_to_decord.add(file)
            return super()._get_video_reader(filename)
        content = io.BytesIO()
        np.save(content, clip)
        try:
            atomic_write(file, content.getvalue())
        except WriteError as error:
            if not self._left_to_decord:
                print_log(f"CachedDecordInit: {error} Clips are decoded each time.", "current", logging.WARNING)
            self._left_to_decord.add(file)
        return _Frames(clip)

    def _file_of(self, filename: str) -> Path:
        path = os.path.abspath(video_file(filename))
        found = os.stat(path)
        # Names of clips need not be text.
        clip = os.fsencode(path) + f" {found.st_size} {found.st_mtime_ns}".encode()
        return self.cache / f"{hashlib.sha1(clip).hexdigest()}.npy"

    def _decode(self, filename: str) -> np.ndarray | None:
        """All frames with the frame rate, shape (1,); None where decord alone can tell what a frame is."""
        try:
            reader = super()._get_video_reader(filename)
            order = np.arange(len(reader))
            frames = reader.get_batch(order).asnumpy()
            # Seeking is slow, and damage reaches the frames that follow it: some of them will do.
            backwards = reader.get_batch(order[::-4]).asnumpy()
            # One array has both, so that one file does.
            form = [("rate", np.float64), ("frames", np.uint8, frames.shape)]
            clip = np.array([(reader.get_avg_fps(), frames)], dtype=form)
        # Decoders raise errors of every kind; whoever asks for the frames that fail sees them.
        except Exception:
            return None
        return clip if np.array_equal(frames[::-4], backwards) else None


class _Frames:
    """What ``DecordInit`` and ``DecordDecode`` ask of decord's reader.

    Args:
        clip: As :meth:`CachedDecordInit._decode` returns it.
    """

    def __init__(self, clip: np.ndarray) -> None:
        self._rate, self._frames = float(clip["rate"][0]), clip["frames"][0]

    def __len__(self) -> int:
        return len(self._frames)

    def get_avg_fps(self) -> float:
        """Frames a second."""
        return self._rate

    def get_batch(self, indices: np.ndarray) -> Any:
        """Frames by their numbers, as decord's array of shape (number, height, width, 3)."""
        # A run of skeletons need not have it.
        import decord

        return decord.nd.array(self._frames[np.asarray(indices, dtype=np.int64)])
