"""From one file to everything the library stores of it."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError, UnreadableVideoError, VideoError
from organizer.frames.poster import PosterPicker
from organizer.frames.probe import probe
from organizer.frames.resize import shrink
from organizer.library.store import Analysis, Tagging

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from organizer.frames.reader import FrameReader
    from organizer.tags.tagger import Tagger
    from organizer.types import VideoFile, VideoInfo, VideoScores


class StoppedError(Exception):
    """The scan was stopped while this file was decoded; nothing is wrong with the file."""


class NotNowError(UnreadableVideoError):
    """Nothing need be wrong with the file itself; the next scan tries it again."""


class FileChangedError(NotNowError):
    """The file was written to, or went away, while it was read."""


_PASSING = {errno.EACCES, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE, errno.ETIMEDOUT}
"""Reasons why a sound file cannot be read just now."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A video on its way to the backbone."""

    info: VideoInfo
    pictures: NDArray[np.uint8]
    """(frames, size, size, 3), RGB: each second's frame, squashed to the backbone's square."""
    poster: bytes
    """WebP."""


def decode(file: VideoFile, reader: FrameReader, size: int, stop: threading.Event) -> Decoded:
    """Probe and decode one file; only frames of network size are kept.

    Raises:
        VideoError: it is no video, cannot be read, or changed meanwhile.
        StoppedError: ``stop`` was set.
    """
    import numpy as np

    try:
        info = probe(file.path, mtime_ns=file.mtime_ns)
        poster, pictures = PosterPicker(), []
        for frame in reader.read(file.path):
            if stop.is_set():
                raise StoppedError
            poster.add(frame.rgb)
            pictures.append(shrink(frame.rgb, size))
        decoded = Decoded(info, np.stack(pictures), poster.encode())
    except VideoError as error:
        _check_unchanged(file)
        if getattr(error.__cause__, "errno", None) in _PASSING:
            raise NotNowError(error.path, error.reason, "Scan again later.") from error
        raise
    except MemoryError as error:
        raise NotNowError(
            file.path, "there was not enough memory", "Scan again with fewer --workers."
        ) from error
    except (OrganizerError, StoppedError):
        raise
    # Decoders fail in ways of their own; whatever one file brings up is that file's failure, not the scan's.
    except Exception as error:
        _check_unchanged(file)
        raise UnreadableVideoError(
            file.path,
            f"it cannot be decoded ({type(error).__name__}: {error})",
            "Check whether it plays; if it does, please report it.",
        ) from error
    _check_unchanged(file)
    return decoded


def _check_unchanged(file: VideoFile) -> None:
    """Raise FileChangedError unless the file is still as the walk saw it."""
    try:
        status = os.stat(file.path)
    except OSError as error:
        raise FileChangedError(file.path, "it disappeared during the scan", "Scan again.") from error
    if (status.st_size, status.st_mtime_ns) != (file.size_bytes, file.mtime_ns):
        raise FileChangedError(
            file.path, "it changed while it was read", "Scan again when it is completely copied."
        )


def analyse(decoded: Decoded, tagger: Tagger) -> Analysis:
    """Extract features, score and tag a decoded video."""
    features = tagger.bundle.space.extract(decoded.pictures)
    (scores,) = tagger.score([features])
    return Analysis(decoded.info, features, decoded.poster, tagging(tagger, scores))


def tagging(tagger: Tagger, scores: VideoScores) -> Tagging:
    """Return what the library stores of a video's scores."""
    bundle = tagger.bundle
    return Tagging(bundle.id, dict(zip(bundle.labels, scores.scores, strict=True)), tagger.suggest(scores))
