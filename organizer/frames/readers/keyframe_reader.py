"""Frames through PyAV: of each second the picture that costs least to decode, mostly its key frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import NotNowError, VideoError
from organizer.frames.formats.format_names import has_format
from organizer.frames.pictures.picture import RgbConverter
from organizer.frames.readers.plan import Run, Target, plan
from organizer.frames.readers.pyav_reader import PyAvReader
from organizer.frames.readers.reader import check_request, nothing_decoded
from organizer.frames.readers.run_decoder import FalseKeyError, RunDecoder
from organizer.frames.streams.packets import (
    HELD_BYTES,
    Listing,
    OpenVideo,
    WrongIndexError,
    fetcher,
    list_by_index,
    list_by_reading,
)
from organizer.frames.streams.rates import frame_rate
from organizer.frames.streams.timeline import Timeline, lay_out
from organizer.types import EVERY_SECOND, MAX_SECONDS, Frame, SampledSeconds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# After so many seconds in a row that cannot be decoded, no more than the plan is tried for the next ones.
_GIVES_UP_AFTER = 3
# After so many seconds whose key packet gave nothing, but an earlier one did, it is the marks that are wrong.
_MAX_RESCUES = 3
LONG_RUN = 15
"""Packets decoded for one picture from which on time counts more than its last bit of quality."""


class CannotPlanError(NotNowError):
    """Nothing need be wrong with the file, but its packets do not tell enough to choose from."""

    def __init__(self, path: str) -> None:
        super().__init__(
            path,
            "it does not tell when its pictures are shown, or where decoding can begin",
            "Scan it with --sampling auto or exact.",
        )

    def __reduce__(self) -> tuple[type[VideoError], tuple[str, ...]]:
        """Pickle what it was made from."""
        return type(self), (self.path,)


class KeyFrameReader:
    """The reader that decodes as little as it can; FrameReader says what it promises.

    The packets of the file are listed first, without decoding. A second's frame is the first key frame that
    begins in it; only where there is none, the packets from the key frame before are decoded up to the first
    suitable frame, leaving out those that no other refers to. Of MP4 and MOV files nothing else is even read.
    Only what the decoder, too, says is a key frame counts as one. Where the container marks others, as it
    does for want of an index, everything is decoded, as by the exact reader.

    Besides what FrameReader says it raises CannotPlanError, before the first frame.
    """

    name = "keyframe"

    def __init__(self, *, threads: int = 1, long_run: int = LONG_RUN, held_bytes: int = HELD_BYTES) -> None:
        """Remember how to read.

        Args:
            threads: for decoding each video; 0 for one for each processor.
            long_run: packets decoded for one picture from which on block edges are not smoothed.
            held_bytes: of a video without an index that are kept in memory; a bigger one is read twice.
        """
        self._threads = threads
        self._long_run = long_run
        self._held_bytes = held_bytes

    def read(
        self,
        path: str,
        *,
        max_seconds: int = MAX_SECONDS,
        short_side: int | None = None,
        sampled: SampledSeconds = EVERY_SECOND,
    ) -> Iterator[Frame]:
        """See ``FrameReader.read``."""
        check_request(path, max_seconds, short_side)
        return self._frames(
            _Request(path, max_seconds, short_side, sampled, self._threads, self._long_run, self._held_bytes)
        )

    def _frames(self, request: _Request) -> Iterator[Frame]:
        done = 0
        try:
            for frame in _planned(request):
                yield frame
                done = frame.second + 1
            return
        except FalseKeyError:
            pass
        exact = PyAvReader(threads=request.threads)
        for frame in exact.read(
            request.path,
            max_seconds=request.max_seconds,
            short_side=request.short_side,
            sampled=request.sampled,
        ):
            if frame.second >= done:
                yield frame


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked for."""

    path: str
    max_seconds: int
    short_side: int | None
    sampled: SampledSeconds
    threads: int
    long_run: int
    held_bytes: int


def _planned(request: _Request) -> Iterator[Frame]:
    """Yield the frames of a video by its index or, without a sound one, by its packets."""
    done = 0
    with ExitStack() as stack:
        video = OpenVideo.open(request.path, stack)
        listing = list_by_index(video, request.path, max_seconds=request.max_seconds)
        if listing is not None:
            try:
                for frame in _read(listing, video, request, stack):
                    yield frame
                    done = frame.second + 1
                return
            except WrongIndexError:
                pass
    with ExitStack() as stack:
        video = OpenVideo.open(request.path, stack)
        listing = list_by_reading(
            video, request.path, max_seconds=request.max_seconds, held_bytes=request.held_bytes
        )
        for frame in _read(listing, video, request, stack):
            if frame.second >= done:
                yield frame


def _read(listing: Listing, video: OpenVideo, request: _Request, stack: ExitStack) -> Iterator[Frame]:
    """Yield the frames of a video whose packets were listed."""
    if not listing.packets:
        raise nothing_decoded(request.path)
    timeline = lay_out(listing.packets, listing.tick_s, frame_rate(video.stream), listing.longest_still_s)
    if not timeline.order or not _tells_order(listing, video):
        raise CannotPlanError(request.path)
    converter = RgbConverter(video.stream, short_side=request.short_side, threads=request.threads)
    fetch = fetcher(listing, video, request.path, stack)
    runs = plan(timeline, max_seconds=request.max_seconds, sampled=request.sampled)
    rough = any(run.end - run.start >= request.long_run for run in runs)
    decoder = RunDecoder(
        video.stream, fetch, converter, timeline=timeline, threads=request.threads, rough=rough
    )
    rescuer = _Rescuer(decoder, timeline)
    shown: _Shown | None = None
    missing: list[int] = []
    for run in runs:
        for target, found in _found(run, decoder, timeline, rescuer, missing):
            if found is None:
                missing.append(target.second)
                continue
            if shown is None and missing:
                raise CannotPlanError(request.path)
            # What could not be decoded shows, as in a player, what was there before. At the end it is left
            # out: there the stream broke off.
            for second in missing:
                assert shown is not None
                yield shown.frame(second)
            missing.clear()
            shown = found
            yield shown.frame(target.second)
    if shown is None:
        raise nothing_decoded(request.path)


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A picture on screen."""

    position: int
    time_s: float
    rgb: NDArray[np.uint8]

    def frame(self, second: int) -> Frame:
        """Return it as a frame of its own; the same picture may be needed for the next second too."""
        return Frame(second, self.time_s, self.rgb.copy())


def _found(
    run: Run, decoder: RunDecoder, timeline: Timeline, rescuer: _Rescuer, missing: list[int]
) -> Iterator[tuple[Target, _Shown | None]]:
    """Yield each target of a run with its picture, None when it cannot be decoded."""
    coming = decoder.pictures(run)
    ahead: _Shown | None = None
    ended = False
    for target in run.targets:
        due_s = timeline.time_of(target.position)
        while not ended and (ahead is None or ahead.time_s < due_s):
            got = next(coming, None)
            ended = got is None
            if got is not None:
                ahead = _Shown(got[0], timeline.time_of(got[0]), got[1])
        if ahead is not None and ahead.position == target.position:
            yield target, ahead
        # All times count from the very first picture: no other can stand in for it.
        elif ended and target.second > 0 and len(missing) < _GIVES_UP_AFTER:
            yield target, rescuer.picture_for(target)
        else:
            yield target, None


class _Rescuer:
    """Finds another picture for a second whose own cannot be decoded."""

    def __init__(self, decoder: RunDecoder, timeline: Timeline) -> None:
        self._decoder = decoder
        self._timeline = timeline
        self._rescued = 0

    def picture_for(self, target: Target) -> _Shown | None:
        """Return any picture of the second, decoding everything since a key packet before the usual one.

        Raises:
            FalseKeyError: that was needed so often that decoding everything once costs less.
        """
        earlier = [
            position
            for position in range(target.start)
            if self._timeline.keys[position] and self._decoder.can_begin_at(position)
        ]
        got = self._decoder.any_of(target.choices, earlier[-1] if earlier else target.start)
        if got is None:
            return None
        self._rescued += 1
        if self._rescued > _MAX_RESCUES and not self._decoder.stands_alone:
            raise FalseKeyError
        return _Shown(got[0], self._timeline.time_of(got[0]), got[1])


def _tells_order(listing: Listing, video: OpenVideo) -> bool:
    """Tell whether the packets' stamps say in which order the pictures are shown."""
    if not video.stream.codec_context.reorder_depth:
        return True
    first = next(at for at, packet in enumerate(listing.packets) if packet.is_key)
    stamps = [packet.stamp for packet in listing.packets[first:] if packet.stamp is not None]
    if first + len(stamps) < len(listing.packets):
        return False
    # AVI has no stamps. FFmpeg makes them up, and does not know of H.264's and DivX's B-frames.
    made_up = has_format(video.container, "avi") and stamps == sorted(stamps)
    return not made_up or (all(packet.is_key for packet in listing.packets) and _marks_are_known(video))


def _marks_are_known(video: OpenVideo) -> bool:
    """Tell whether it is known, be it from the codec or from an index, which packets of an AVI are keys."""
    # Without an index FFmpeg marks all of them.
    frames = video.stream.frames
    return video.stream.codec_context.codec.intra_only or 0 < frames <= len(video.stream.index_entries)
