"""Which videos a training sees, in which order and which seconds of each: drawn at random, and repeatable.

The order comes from shards that are read side by side and a shuffle in bounded memory; what is left out and
cut comes from digests of the videos' names. Nothing depends on threads or on the time things take.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from random import Random


T = TypeVar("T")

SHORTEST_CROP_S = 5
"""Home videos are shorter than any video of YouTube-8M, which has 120 s at least."""
_AT_ONCE = 16
"""Items of one source that follow each other; few enough to mix, enough to be worth a thread's while."""


def interleaved(
    sources: Sequence[Callable[[], Iterable[T]]], *, side_by_side: int, threads: int
) -> Generator[T, None, None]:
    """Yield the items of sources, several of which are open at a time, a few of each in turn.

    It is ``tf.data``'s deterministic parallel interleave for sources that are Python. Whole batches can go to
    TensorFlow then: single items cost more on the way than in the making (330 us a video instead of 240).

    Args:
        sources: functions that begin one each; they run in threads, each by one at a time.
        side_by_side: how many are open at once. The order of the items depends on it,
        threads: and not on this. Reading files goes on in several threads, the rest takes turns.
    """
    waiting = iter(sources)

    def take(items: Iterator[T]) -> tuple[Iterator[T], list[T]]:
        return items, list(islice(items, _AT_ONCE))

    def begin(source: Callable[[], Iterable[T]]) -> tuple[Iterator[T], list[T]]:
        return take(iter(source()))

    pool = ThreadPoolExecutor(threads, thread_name_prefix="yt8m")
    try:
        running: deque[Future[tuple[Iterator[T], list[T]]]] = deque(
            pool.submit(begin, source) for source in islice(waiting, side_by_side)
        )
        while running:
            items, batch = running.popleft().result()
            if len(batch) == _AT_ONCE:
                running.append(pool.submit(take, items))
            elif (source := next(waiting, None)) is not None:
                running.append(pool.submit(begin, source))
            yield from batch
    finally:
        pool.shutdown(cancel_futures=True)


def shuffled(items: Iterable[T], size: int, random: Random) -> Iterator[T]:
    """Yield items in random order, each drawn from so many, as ``tf.data``'s shuffle does.

    Drawn here, the order depends on ``random`` alone; TensorFlow mixes the seed of the whole program into it.
    """
    kept: list[T] = []
    for item in items:
        if len(kept) < size:
            kept.append(item)
            continue
        drawn = random.randrange(size)
        yield kept[drawn]
        kept[drawn] = item
    random.shuffle(kept)
    yield from kept


@dataclass(frozen=True, slots=True)
class Crop:
    """A stretch of a video, in seconds."""

    start: int
    seconds: int


def draw_crop(video_id: bytes, seconds: int, *, seed: int, epoch: int) -> Crop:
    """Draw 5 to 45 seconds of a video, each length and then each place as likely as the others.

    Args:
        video_id: as in the record.
        seconds: the video's length, at least 1; all of it is taken where it is shorter than 5.
        seed: of the training.
        epoch: each epoch has crops of its own.
    """
    digest = _digest(video_id, b"crop %d %d" % (seed, epoch))
    # The remainders of 64 bits are even to one part in 10^17.
    longest = min(MAX_SECONDS, seconds)
    shortest = min(SHORTEST_CROP_S, longest)
    length = shortest + (digest >> 64) % (longest - shortest + 1)
    return Crop((digest & 0xFFFFFFFFFFFFFFFF) % (seconds - length + 1), length)


def first_seconds(seconds: int) -> Crop:
    """Return what is looked at of any video outside of training: its first 45 seconds."""
    return Crop(0, min(MAX_SECONDS, seconds))


def is_chosen(video_id: bytes, share: float) -> bool:
    """Say whether a video is among a share (0..1) of all; the same ones every time."""
    return (_digest(video_id, b"share") >> 64) < share * 2.0**64


def is_held_out(video_id: bytes, share: float) -> bool:
    """Say whether a video is among the share (0..1) to measure on, where nothing else says which are.

    The same ones every time, whatever ``is_chosen`` says of them.
    """
    return (_digest(video_id, b"held out") >> 64) < share * 2.0**64


def _digest(video_id: bytes, purpose: bytes) -> int:
    """Return 128 even bits."""
    return int.from_bytes(blake2b(purpose + b"\0" + video_id, digest_size=16).digest(), "little")
