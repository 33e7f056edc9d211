"""Which videos are measured: some of a folder's, or clips made for the occasion."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.bench.clip import PHONE_1080P, encode, noise_frames, repeat
from organizer.errors import FolderError
from organizer.frames.folders.walk import Walk
from organizer.types import VideoFile

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 12
"""Videos of a folder that are measured by default."""
CLIP_SECONDS = 20
"""Long enough that the start of a decoder does not count, short enough for any disk: 37 MB."""
_ENCODED_INTERVALS = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """Videos to measure with."""

    folder: str
    """Absolute path, links resolved, of the folder they lie in or below."""
    files: tuple[VideoFile, ...]
    """At least one."""
    found: int
    """Videos in the folder, those that are not measured included."""
    generated: bool


def choose(folder: str, count: int = COUNT) -> Sample:
    """Take videos of a folder, spread evenly over all that it holds in the order of their paths.

    Raises:
        FolderError: it is missing, is no folder or holds no video.
    """
    real = os.path.realpath(folder)
    found = list(Walk(real))
    if not found:
        raise FolderError(f"{real}: there is no video in this folder. Name one with videos, or none at all.")
    return Sample(real, tuple(_spread(found, count)), len(found), generated=False)


def _spread(files: list[VideoFile], count: int) -> list[VideoFile]:
    if len(files) <= count:
        return files
    if count == 1:
        return [files[len(files) // 2]]
    last = len(files) - 1
    return [files[round(number * last / (count - 1))] for number in range(count)]


def generate(folder: Path, count: int) -> Sample:
    """Make clips like a phone's in an empty folder: 20 s of 1080p H.264, a key frame a second, 15 Mbit/s."""
    real = os.path.realpath(folder)
    form = PHONE_1080P
    take = encode(folder / "take.tmp", noise_frames(form, _ENCODED_INTERVALS * form.key_every, seed=1), form)
    files = []
    for number in range(count):
        clip = folder / f"{number:02}.mp4"
        repeat(take, clip, intervals=CLIP_SECONDS, first=number, title=f"Clip {number}")
        status = clip.stat()
        files.append(VideoFile(real, clip.name, status.st_size, status.st_mtime_ns))
    take.unlink()
    return Sample(real, tuple(files), count, generated=True)
