"""Recording dates that lie among the pictures themselves, read from the first packets without decoding."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from organizer.frames.dv_date import dv_date
from organizer.frames.mdpm import mdpm_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from av.container import InputContainer
    from av.video.stream import VideoStream

    from organizer.frames.date_text import WrittenDate

_READERS: dict[str, Callable[[bytes], WrittenDate | None]] = {"h264": mdpm_date, "dvvideo": dv_date}
_PACKETS = 8
"""The first frames of a tape, or of a recording that was cut, may not know their date."""


def date_in_stream(container: InputContainer, stream: VideoStream) -> WrittenDate | None:
    """Return the recording date that AVCHD and DV keep among the pictures, None where there is none.

    Moves the container's position.
    """
    import av

    reader = _READERS.get(stream.codec_context.codec.canonical_name)
    if reader is None:
        return None
    with suppress(av.error.FFmpegError, OSError, ValueError):
        for packet in islice(container.demux(stream), _PACKETS):
            if found := reader(bytes(packet)):
                return found
    return None
