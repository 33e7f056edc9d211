"""The packets of a video: listed without decoding one, and fetched again when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from organizer.frames.formats.format_names import has_format
from organizer.frames.formats.iso_boxes import composition_offsets
from organizer.frames.streams.container import open_container, picture_stream
from organizer.frames.streams.demux import demux
from organizer.frames.streams.rates import tick_of
from organizer.frames.streams.timeline import PacketInfo, decoded_at, is_spliced, longest_still_s

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

HELD_BYTES = 32 * 2**20
"""So much of a video is kept in memory so that it need not be read twice: 45 s at 6 Mbit/s."""
# Ends the listing of a file whose stamps do not go forward.
_MAX_PACKETS = 100_000
# How far a picture may be shown after it is decoded, where the container states only when it is shown.
_REORDERED_S = 10.0

Fetch = Callable[[int, int], Iterator[tuple[int, "Packet[VideoStream]"]]]
"""Yields the packets between two positions, both included, each with its position; fewer where the file
breaks off. Raises WrongIndexError."""


class WrongIndexError(Exception):
    """The file's index does not describe its packets."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The packets that matter for the first seconds of a video, in the order of the file."""

    packets: Sequence[PacketInfo]
    tick_s: float
    """Seconds of one tick of their stamps."""
    held: dict[int, Packet[VideoStream]] = field(default_factory=dict)
    """By position: those that are kept in memory; all or none."""
    longest_still_s: float | None = None
    """As lay_out takes it."""
    by_index: bool = False
    """Whether the container's index was listed, without a look at the packets themselves."""


@dataclass(slots=True)
class OpenVideo:
    """A file opened for reading, and its one stream of moving pictures."""

    container: InputContainer
    stream: VideoStream

    @classmethod
    def open(cls, path: str, stack: ExitStack) -> OpenVideo:
        """Open a file until the stack closes it; raises as open_container and picture_stream do."""
        from av.stream import Discard

        container = stack.enter_context(open_container(path))
        stream = picture_stream(container, path)
        # Sound need not even be read.
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        return cls(container, stream)

    def packets(self) -> Iterator[Packet[VideoStream]]:
        """Yield the packets from where the file stands to its end, or to where it cannot be read on."""
        return demux(self.container, self.stream)


def list_by_index(video: OpenVideo, path: str, *, max_seconds: int) -> Listing | None:
    """Return what the index of an MP4 or MOV file says of its packets, reading nothing else.

    None where there is none, or none that says when each packet is shown.
    """
    stream = video.stream
    if not has_format(video.container, "mp4") or not stream.frames:
        return None
    entries = stream.index_entries
    # Edit lists can leave samples out or repeat them; then nothing tells which entry is which sample.
    if len(entries) != stream.frames:
        return None
    tick_s = tick_of(stream, path)
    offsets = composition_offsets(path, stream.id, len(entries))
    if offsets is None:
        return None
    packets: list[PacketInfo] = []
    covered = _Covered(tick_s, max_seconds)
    for entry, offset in zip(entries, offsets, strict=True):
        stamp = entry.timestamp
        if packets and stamp < (packets[-1].decode or 0):
            return None
        info = PacketInfo(stamp + offset, stamp, entry.is_keyframe, not entry.is_discard)
        packets.append(info)
        # The first one too late is listed: that it comes shows how long what was before stays on screen.
        if covered.by(info):
            break
    return Listing(packets, tick_s, by_index=True)


def list_by_reading(
    video: OpenVideo, path: str, *, max_seconds: int, held_bytes: int = HELD_BYTES
) -> Listing:
    """Read through the packets of the first seconds and return what they say.

    They are held in memory, all of them, unless they take more than ``held_bytes``.
    """
    tick_s = tick_of(video.stream, path)
    packets: list[PacketInfo] = []
    held: dict[int, Packet[VideoStream]] = {}
    size = 0
    still_s = longest_still_s(video.container.format.name)
    covered = _Covered(tick_s, max_seconds, still_s)
    for packet in islice(video.packets(), _MAX_PACKETS):
        decode = decoded_at(packet.pts, packet.dts, tick_s, still_s)
        info = PacketInfo(packet.pts, decode, packet.is_keyframe, not packet.is_discard)
        size += packet.size
        if size <= held_bytes:
            held[len(packets)] = packet
        else:
            held.clear()
        packets.append(info)
        if covered.by(info):
            break
    if has_format(video.container, "avi"):
        packets = _in_even_steps(packets)
    return Listing(packets, tick_s, held, still_s)


def _in_even_steps(packets: list[PacketInfo]) -> list[PacketInfo]:
    """Return packets of an AVI that are shown in the same order, one at each time that one is decoded at.

    AVI only counts pictures. What FFmpeg makes of that for B-frames is a picture late, but for the first.
    """
    stamps = [packet.stamp for packet in packets if packet.stamp is not None]
    decodes = sorted(packet.decode for packet in packets if packet.decode is not None)
    if not len(stamps) == len(decodes) == len(packets):
        return packets
    order = sorted(range(len(packets)), key=stamps.__getitem__)
    shown_at = dict(zip(order, decodes, strict=True))
    return [replace(packet, stamp=shown_at[position]) for position, packet in enumerate(packets)]


class _Covered:
    """Tells when no packet that may still come is shown within the first seconds."""

    def __init__(self, tick_s: float, max_seconds: int, longest_still_s: float | None = None) -> None:
        self._tick_s = tick_s
        self._max_seconds = max_seconds
        self._longest_still_s = longest_still_s
        self._before_s = 0.0
        self._zero: int | None = None
        self._decoded: int | None = None

    def by(self, packet: PacketInfo) -> bool:
        """Look at the next packet; True when it and all after it are shown later than needed."""
        known = packet.stamp if packet.stamp is not None else packet.decode
        if self._zero is None:
            self._zero = known if packet.is_key and packet.is_shown else None
        if self._zero is None or known is None:
            return False
        decoded = packet.decode
        if decoded is None:
            return self._s(known) - _REORDERED_S >= self._max_seconds
        if self._decoded is not None and is_spliced(
            self._decoded, decoded, self._tick_s, self._longest_still_s
        ):
            self._before_s, self._zero = max(self._s(self._decoded), 0.0), known
        self._decoded = decoded
        # Nothing is shown before it is decoded.
        return self._s(decoded) >= self._max_seconds

    def _s(self, ticks: int) -> float:
        return self._before_s + (ticks - (self._zero or 0)) * self._tick_s


def fetcher(listing: Listing, video: OpenVideo, path: str, stack: ExitStack) -> Fetch:
    """Return what fetches listed packets the cheapest way: from memory, by seeking, or by reading again."""
    if listing.by_index:
        return _BySeeking(listing, video).between
    if len(listing.held) == len(listing.packets):
        held = listing.held
        return lambda first, last: ((at, held[at]) for at in range(first, last + 1))
    return _ByReadingAgain(path, stack).between


class _BySeeking:
    """Fetches packets from where the index says they are, and checks that they are the listed ones."""

    def __init__(self, listing: Listing, video: OpenVideo) -> None:
        self._packets = listing.packets
        self._video = video
        self._next = 0
        self._coming = video.packets()
        self._shift: int | None = None

    def between(self, first: int, last: int) -> Iterator[tuple[int, Packet[VideoStream]]]:
        import av

        if first != self._next:
            # FFmpeg seeks by when a picture is shown; the index knows that up to a constant.
            stamp = (self._packets[first].stamp or 0) + (self._shift or 0)
            try:
                self._video.container.seek(stamp, stream=self._video.stream)
            except av.error.FFmpegError as error:
                raise WrongIndexError from error
            self._coming = self._video.packets()
        for position in range(first, last + 1):
            packet = next(self._coming, None)
            if packet is None:
                return
            self._check(self._packets[position], packet)
            self._next = position + 1
            yield position, packet

    def _check(self, listed: PacketInfo, packet: Packet[VideoStream]) -> None:
        if packet.pts is None or listed.stamp is None or packet.dts != listed.decode:
            raise WrongIndexError
        shift = packet.pts - listed.stamp
        if self._shift is None:
            self._shift = shift
        if shift != self._shift or packet.is_keyframe != listed.is_key:
            raise WrongIndexError


class _ByReadingAgain:
    """Fetches packets by reading through the file a second time; going back means beginning again."""

    def __init__(self, path: str, stack: ExitStack) -> None:
        self._path = path
        self._files = stack.enter_context(ExitStack())
        self._next = 0
        self._coming: Iterator[Packet[VideoStream]] | None = None

    def between(self, first: int, last: int) -> Iterator[tuple[int, Packet[VideoStream]]]:
        if self._coming is None or first < self._next:
            # Seeking is not to be relied upon in the formats that come here.
            self._files.close()
            self._coming = OpenVideo.open(self._path, self._files).packets()
            self._next = 0
        while self._next <= last:
            packet = next(self._coming, None)
            if packet is None:
                return
            self._next += 1
            if self._next > first:
                yield self._next - 1, packet
