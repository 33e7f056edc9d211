"""Which of a file's video streams is the film: not its cover, its thumbnail or a preview of it.

The film may come late: transport and program streams and Flash videos have no table of their streams. FFmpeg
reads the first few megabytes of them to see what there is; recordings that were joined, or that begin with
sound, have more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from organizer.frames.formats.format_names import has_format

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

# What makes pictures of their own: a stream of unknown length in one of these is taken for a single picture.
_STILL_CODECS = frozenset({"mjpeg", "png", "apng", "bmp", "gif", "webp", "tiff", "jpeg2000", "jpegls"})

_FAR_BYTES = 64 * 2**20
"""How far into a file pictures are looked for."""
_FAR_US = 10**12
Open = Callable[[dict[str, str]], "InputContainer | None"]
"""Opens the file with options of FFmpeg's; None when that does not work."""


def film_stream(streams: Iterable[VideoStream]) -> VideoStream | None:
    """Return the stream of moving pictures; None when there is nothing but covers attached to a song.

    In this order: one that can be decoded, that is not marked as a thumbnail or an addition to another, that
    has more than one picture, that begins early enough for its size to be known, that is marked as the
    default; then the largest, the longest, the first.
    """
    from av.stream import Disposition

    moving = [one for one in streams if not one.disposition & Disposition.attached_pic]
    return max(moving, key=_preference, default=None)


def has_size(stream: VideoStream) -> bool:
    """Tell whether FFmpeg saw how large a stream's pictures are when it opened the file."""
    return stream.codec_context is not None and stream.width > 0 and stream.height > 0


def _preference(stream: VideoStream) -> tuple[float, ...]:
    from av.stream import Disposition

    aside = Disposition.timed_thumbnails | Disposition.still_image | Disposition.dependent
    codec = stream.codec_context
    sized = has_size(stream)
    return (
        codec is not None,
        not stream.disposition & aside,
        not _is_one_picture(stream),
        sized,
        bool(stream.disposition & Disposition.default),
        stream.width * stream.height if sized else 0,
        stream.frames,
        float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0,
    )


def _is_one_picture(stream: VideoStream) -> bool:
    if stream.frames or stream.codec_context is None:
        return stream.frames == 1
    return stream.codec_context.codec.canonical_name in _STILL_CODECS


def with_late_streams(container: InputContainer, reopen: Open) -> InputContainer:
    """Return the file opened so that its film can be seen; the given container where that sees it best.

    Args:
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
    videos = container.streams.video
    if any(has_size(one) for one in videos):
        # Of a later part FFmpeg sees at the end of the file only that there is one. Where its pictures are
        # coded as those of the first are, it can be read on as the same stream.
        if has_format(container, "mpegts") and not all(has_size(one) for one in videos):
            yield {"merge_pmt_versions": "1"}
    elif has_format(container, "mpegts") and videos:
        # Sound was all that was announced: FFmpeg looks no further, however far it may.
        if at := _first_picture_at(reopen):
            yield {"skip_initial_bytes": str(at)}
    elif has_format(container, "mpeg", "flv"):
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
