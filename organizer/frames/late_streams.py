"""Recordings whose pictures, or some of them, come in a stream that the beginning of the file does not show.

Transport and program streams and Flash videos have no table of their streams. FFmpeg reads the first few
megabytes of them to see what there is; recordings that were joined, or that begin with sound, have more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from organizer.frames.film_stream import film_stream, has_size

if TYPE_CHECKING:
    from av.container import InputContainer

_FAR_BYTES = 64 * 2**20
"""How far into a file pictures are looked for."""
_FAR_US = 10**12

Open = Callable[[dict[str, str]], "InputContainer | None"]
"""Opens the file with options of FFmpeg's; None when that does not work."""


def with_late_streams(container: InputContainer, reopen: Open) -> InputContainer:
    """Return the file opened so that its film can be seen; the given container where that sees it best.

    container: the file as FFmpeg opens it by itself, and nothing read from it. One of two is closed.
    """
    for options in _other_ways(container, reopen):
        other = reopen(options)
        if other is None:
            continue
        if _shows_more(other, container):
            container.close()
            return other
        other.close()
    return container


def _other_ways(container: InputContainer, reopen: Open) -> Iterator[dict[str, str]]:
    formats = container.format.name.split(",")
    videos = container.streams.video
    if any(has_size(one) for one in videos):
        # Of a later part FFmpeg sees at the end of the file only that there is one. Where its pictures are
        # coded as those of the first are, it can be read on as the same stream.
        if "mpegts" in formats and not all(has_size(one) for one in videos):
            yield {"merge_pmt_versions": "1"}
    elif "mpegts" in formats and videos:
        # Sound was all that was announced: FFmpeg looks no further, however far it may.
        if at := _first_picture_at(reopen):
            yield {"skip_initial_bytes": str(at)}
    elif not {"mpeg", "flv"}.isdisjoint(formats):
        yield {"probesize": str(_FAR_BYTES), "analyzeduration": str(_FAR_US)}


def _first_picture_at(reopen: Open) -> int:
    """Return at which byte of the file the first packet of a picture lies; 0 when none is found."""
    import av

    container = reopen({})
    if container is None:
        return 0
    with container:
        film = film_stream(container.streams.video)
        try:
            for packet in container.demux():
                at = packet.pos or 0
                if at > _FAR_BYTES:
                    break
                if film is not None and packet.stream_index == film.index and packet.size:
                    return at
        except (av.error.FFmpegError, OSError, IndexError):
            pass
    return 0


def _shows_more(other: InputContainer, container: InputContainer) -> bool:
    found, before = film_stream(other.streams.video), film_stream(container.streams.video)
    if found is None or not has_size(found):
        return False
    if before is None or not has_size(before):
        return True
    return found.codec_context.name == before.codec_context.name
