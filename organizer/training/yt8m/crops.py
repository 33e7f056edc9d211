"""Which seconds of which videos an epoch sees: drawn from digests of the id, so nothing depends on order."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from organizer.types import MAX_SECONDS

SHORTEST_S = 5
"""Home videos are shorter than any video of YouTube-8M, which has 120 s at least."""


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
    shortest = min(SHORTEST_S, longest)
    length = shortest + (digest >> 64) % (longest - shortest + 1)
    return Crop((digest & 0xFFFFFFFFFFFFFFFF) % (seconds - length + 1), length)


def first_seconds(seconds: int) -> Crop:
    """Return what is looked at of any video outside of training: its first 45 seconds."""
    return Crop(0, min(MAX_SECONDS, seconds))


def is_chosen(video_id: bytes, share: float) -> bool:
    """Say whether a video is among a share (0..1) of all; the same ones every time."""
    return (_digest(video_id, b"share") >> 64) < share * 2.0**64


def _digest(video_id: bytes, purpose: bytes) -> int:
    """Return 128 even bits."""
    return int.from_bytes(blake2b(purpose + b"\0" + video_id, digest_size=16).digest(), "little")
