"""Looks into a video's file and decides how it is served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import UnreadableVideoError
from organizer.frames.formats.format_names import has_format
from organizer.frames.formats.orientation import UPRIGHT, Orientation, orientation_of
from organizer.frames.formats.pixel_aspect import PixelAspect, square_size
from organizer.frames.pictures.hdr import Colour, colour_of
from organizer.frames.readers.reader import nothing_decoded
from organizer.frames.streams.rates import FALLBACK_RATE, frame_rate
from organizer.playback.original import are_few
from organizer.playback.pictures import pictures_from
from organizer.playback.plan import Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from av.video.frame import VideoFrame

    from organizer.playback.original import Original
    from organizer.playback.track import Track

_LONG_SIDE, _SHORT_SIDE = 1920, 1080
_HD_LINES = 720
"""Pictures that do not say by which formula they have their colours: those of HD have them by BT.709."""
_BT709, _BT601 = 1, 6
_UNSPECIFIED = 2
_FULL_RANGE = 2
_COPIED_PROFILES = {"Baseline", "Constrained Baseline", "Main", "High", "Constrained High"}
_COPIED_FORMATS = {"yuv420p", "yuvj420p"}
_HEARD = {"aac", "mp3", "opus", "vorbis", "flac"}
"""Sound that all browsers play."""
_LONGEST_GROUP_S = 12.0
_MOST_GROUP_BYTES = 2**26
"""Whose first key frames lie further apart is not divided there: a screen on which nothing moves."""
_APART_S, _APART = 2.0, 0.05
"""A file lasts longer than its clock tells by more than that where recordings were joined."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is done to each picture that is coded anew, and with how much care."""

    width: int
    """Pixels of the result, even."""
    height: int
    orientation: Orientation
    colour: Colour
    interlaced: bool
    matrix: int
    """By which the colours of the result are made; numbers of ITU-T H.273, for this and the next two."""
    primaries: int
    transfer: int
    full_range: bool
    rate: float
    """Pictures a second, about."""
    preset: str
    """Of x264."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a file."""

    way: Way
    shape: Shape
    duration_s: float | None
    codec: str
    sound: str


def look_into(track: Track, original: Original, *, threads: int, on_picture: Callable[[], None]) -> Looked:
    """Decode the first picture of a film and decide.

    Args:
        track: of the film, opened; where its recordings were joined it is told so.

    Raises:
        VideoError: nothing can be decoded.
    """
    stream, container = track.film, track.container
    aspect = PixelAspect(stream)
    length_s = container.duration / 1_000_000 if container.duration and container.duration > 0 else None
    duration_s = original.duration_s or length_s
    if original.duration_s and length_s and _was_joined(container.format.name, original.duration_s, length_s):
        track.linear = True
    profile = stream.codec_context.profile or ""
    found = next(pictures_from(track, 0.0, threads=threads, on_picture=on_picture), None)
    if found is None:
        raise nothing_decoded(original.path)
    frame = found.frame
    if frame.width <= 0 or frame.height <= 0:
        raise UnreadableVideoError(original.path, "the size of its picture is unknown", "Scan again.")
    orientation = orientation_of(frame)
    rate = min(max(frame_rate(stream) or FALLBACK_RATE, 1.0), 120.0)
    shape = _shape(frame, aspect.now, orientation, rate=rate, threads=threads)
    copied = (
        stream.codec_context.codec.canonical_name == "h264"
        and profile in _COPIED_PROFILES
        and frame.format.name in _COPIED_FORMATS
        and orientation == UPRIGHT
        and aspect.now == 1.0
        and not frame.interlaced_frame
        and not track.linear
        and not shape.colour.is_hdr
        and _tells_times(track)
    )
    heard = track.heard
    return Looked(
        way=Way.COPY if copied else Way.CONVERT,
        shape=shape,
        duration_s=duration_s,
        codec=stream.codec_context.codec.canonical_name,
        sound="" if heard is None else heard.codec_context.codec.canonical_name,
    )


def sound_plays(sound: str) -> bool:
    """Tell whether browsers play a sound; also true for none."""
    return not sound or sound in _HEARD


def _was_joined(form: str, known_s: float, stated_s: float) -> bool:
    broadcast = {"mpeg", "mpegts", "wtv"}.intersection(form.split(","))
    return bool(broadcast) and abs(known_s - stated_s) > _APART_S + _APART * known_s


def _tells_times(track: Track) -> bool:
    """Tell whether the packets say when their pictures are shown, so that these may stay coded."""
    if has_format(track.container, "avi") or not track.film.codec_context.extradata:
        # AVI has no stamps, and what FFmpeg makes of that is shuffled where pictures are.
        return False
    held_bytes = keys = 0
    for timed in track.packets_from(0.0):
        if timed.packet.pts is None:
            return False
        keys += timed.packet.is_keyframe
        held_bytes += timed.packet.size
        if keys > 1:
            return True
        if held_bytes > _MOST_GROUP_BYTES or (timed.time_s or 0.0) > _LONGEST_GROUP_S:
            return False
    return keys > 0


def _shape(frame: VideoFrame, aspect: float, orientation: Orientation, *, rate: float, threads: int) -> Shape:
    width, height = square_size(frame.width, frame.height, aspect)
    if orientation.swaps_sides:
        width, height = height, width
    scale = min(1.0, _LONG_SIDE / max(width, height), _SHORT_SIDE / min(width, height))
    colour = colour_of(frame)
    matrix, primaries, transfer = int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc)
    full_range = int(frame.color_range) == _FULL_RANGE or frame.format.name.startswith("yuvj")
    if colour.is_hdr:
        matrix = primaries = transfer = _BT709
        full_range = False
    elif frame.format.name.startswith(("rgb", "bgr", "gbr", "pal8", "argb", "abgr", "0rgb", "0bgr", "gray")):
        matrix, full_range = _BT601, False
    elif matrix in (0, _UNSPECIFIED, 3):
        matrix = _BT709 if min(frame.width, frame.height) >= _HD_LINES else _BT601
    pixels = max(frame.width * frame.height, width * height * scale * scale) * rate
    return Shape(
        width=_even(width * scale),
        height=_even(height * scale),
        orientation=orientation,
        colour=colour,
        interlaced=bool(frame.interlaced_frame),
        matrix=matrix,
        primaries=primaries,
        transfer=transfer,
        full_range=full_range,
        rate=rate,
        preset=preset(pixels, few_processors=are_few(threads)),
    )


def _even(pixels: float) -> int:
    return max(2, round(pixels / 2) * 2)


def preset(pixels_a_second: float, *, few_processors: bool) -> str:
    """Return with how much care x264 works, so that it is done before the next second is shown.

    Args:
        pixels_a_second: that are decoded, or coded where that is more.
        few_processors: fewer than four.
    """
    presets = ("veryfast", "superfast", "ultrafast")
    steps = (1280 * 720 * 31, 1920 * 1080 * 61) if few_processors else (1920 * 1080 * 31, 1920 * 1080 * 61)
    return presets[sum(pixels_a_second > step for step in steps)]
