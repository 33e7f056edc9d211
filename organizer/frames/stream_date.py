"""Recording dates that lie among the pictures themselves, read from the first packets without decoding."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from organizer.frames.dv_date import dv_date
from organizer.frames.mdpm import mdpm_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from av.packet import Packet
    from av.video.stream import VideoStream

    from organizer.frames.date_text import WrittenDate

_READERS: dict[str, Callable[[bytes], WrittenDate | None]] = {"h264": mdpm_date, "dvvideo": dv_date}
_PACKETS = 8
"""The first frames of a tape, or of a recording that was cut, may not know their date."""


def date_in_stream(stream: VideoStream, packets: Iterable[Packet[VideoStream]]) -> WrittenDate | None:
    """Return the recording date that AVCHD and DV keep among the pictures, None where there is none.

    packets: those that the stream begins with.
    """
    reader = _READERS.get(stream.codec_context.codec.canonical_name)
    if reader is None:
        return None
    found = (reader(bytes(packet)) for packet in islice(packets, _PACKETS))
    return next((date for date in found if date), None)
