"""From one file to the pictures that a network looks at: one a second, squashed to its square."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import NotNowError, OrganizerError, OutOfMemoryError, VideoError
from organizer.frames.pictures.poster import PosterPicker
from organizer.frames.pictures.resize import squash
from organizer.frames.probe import probe
from organizer.frames.read_errors import all_is_read
from organizer.frames.streams.container import undecodable
from organizer.memory import lacks_memory
from organizer.stopping import StoppedError, check
from organizer.types import EVERY_SECOND, Resize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from organizer.frames.readers.reader import FrameReader
    from organizer.types import Frame, InputSpec, VideoFile, VideoInfo

SHORT_SIDE = 288
"""Pixels of the shorter side that a poster has at least. Networks of fewer pixels see what is made of so
many: with another number they would give other features."""


def network_pictures(
    reader: FrameReader, path: str, spec: InputSpec, *, short_side: int = 1
) -> Iterator[tuple[Frame, NDArray[np.uint8]]]:
    """Yield frames and their pictures, one by one, of the seconds that a network looks at.

    This is the one way from a video to a network.

    Args:
        reader: decodes the video. Only where the spec leaves out seconds must it know of ``sampled``.
        path: absolute; the file is only read.
        spec: the pictures to make.
        short_side: pixels of the frames' shorter side that are needed besides; they may have more.

    Yields:
        The frame, made small and in square pixels where the spec allows it, else with every pixel as it was
        recorded, and uint8 (size, size, 3), RGB, 0..255. Keep only the latter: a frame may have its full
        size.

    Raises:
        What ``FrameReader.read`` raises.
    """
    # Made small by the reader where areas are averaged: converting all of a 4K picture costs as much as
    # decoding it. Bilinear picks single pixels: it must have those of the recording, neither averages of them
    # nor stretched ones. That they may be no squares does not matter where all becomes a square.
    limit = max(spec.size, short_side) if spec.resize is Resize.AREA else None
    if spec.sampled == EVERY_SECOND:
        frames = reader.read(path, short_side=limit)
    else:
        frames = reader.read(path, short_side=limit, sampled=spec.sampled)
    for frame in frames:
        yield frame, squash(frame.rgb, spec)


class FileChangedError(NotNowError):
    """The file was written to, or went away, while it was read."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A video on its way to the backbone."""

    info: VideoInfo
    pictures: NDArray[np.uint8]
    """(frames, size, size, 3), RGB: each frame that is looked at, squashed to the backbone's square."""
    poster: bytes
    """WebP."""


def decode(
    file: VideoFile,
    reader: FrameReader,
    spec: InputSpec,
    stop: threading.Event | None = None,
    *,
    on_picture: Callable[[], None] = lambda: None,
) -> Decoded:
    """Probe and decode one file; only pictures of network size, as ``spec`` says, are kept.

    Args:
        on_picture: called when one more is there.

    Raises:
        VideoError: it is no video, cannot be read, or changed meanwhile; OutOfMemoryError where memory was
            short, for this file or for all; NotNowError where a part of it could not be read just now.
        StoppedError: ``stop`` was set.
    """
    import numpy as np

    try:
        info = probe(file.path, mtime_ns=file.mtime_ns if file.dated_ns is None else file.dated_ns)
        # Bilinear takes frames in the pixels they were recorded in; only a poster's have to be squares.
        recorded = spec.resize is Resize.BILINEAR
        poster, pictures = PosterPicker((info.width, info.height) if recorded else None), []
        with all_is_read(file.path):
            for frame, picture in network_pictures(reader, file.path, spec, short_side=SHORT_SIDE):
                check(stop)
                on_picture()
                pictures.append(picture)
                poster.add(frame.rgb, picture)
        decoded = Decoded(info, np.stack(pictures), poster.encode())
    except VideoError as error:
        _check_unchanged(file)
        if lacks_memory(error):
            raise _out_of_memory(file) from error
        raise
    except (OrganizerError, StoppedError):
        raise
    # Decoders fail in ways of their own; whatever one file brings up is that file's failure, not the scan's.
    except Exception as error:
        _check_unchanged(file)
        if lacks_memory(error):
            raise _out_of_memory(file) from error
        raise undecodable(file.path, error) from error
    _check_unchanged(file)
    return decoded


def _out_of_memory(file: VideoFile) -> OutOfMemoryError:
    return OutOfMemoryError(file.path, "there was not enough memory", "Scan again with fewer --workers.")


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
