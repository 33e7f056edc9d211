"""What one file may cost: numbers that no recording reaches, and that stop a damaged or hostile file.

A scan looks at everything in a folder, so one file must not take the memory, the hours or the drive of all.
Each limit says what sound files need at the most. Those of memory and processor time hold for worker
processes only: in the threads of one process nothing tells one file's share from another's.
"""

from __future__ import annotations

from organizer.errors import UnreadableVideoError

MAX_PIXELS = 2**26
"""Of one picture, 8192 x 8192. Cameras reach 56 million (11K panoramas, 10560 x 5280); a frame of 67 million
takes 200 MB with 10 bits, and decoders keep up to sixteen."""

MAX_SIDE = 16384
"""Pixels; the longest side that H.264, HEVC and VP9 allow is 16,888."""

MAX_RUN_BYTES = 256 * 2**20
"""Of one and the same byte in a row: a hole in a sparse file, a copy that was broken off and filled up, a
card that was erased. FFmpeg goes through it byte by byte for the next packet, through 100 GB for an hour. The
longest sound one is a black picture without compression, at most 2**26 x 4 bytes."""

MAX_READ_BYTES = 4 * 2**30
"""Of one file without one more packet of its film in them; then it ends there. However fast a camera records
(uncompressed 8K at 60 pictures a second fills 6 GB a second), its packets come one by one, and between two of
them lie a second of sound or the index of a day at the most."""

PICTURE_CPU_S = 120
"""Seconds of processor time, for each decoding thread, until the next picture of a file is there. 60 pictures
of 8K HEVC take 20 on one core of 2020, and a group of 250 takes 80."""

FILE_CPU_S = 720
"""The same for all pictures of a file: 45 s of 8K at 60 frames a second, all decoded, take up to 600."""

PICTURE_WAIT_S = 300.0
"""Seconds by the clock until the next picture: longer than the processor time above, for a busy computer, a
drive that wakes up or a network that stands still. It says nothing about the file."""

FILE_WAIT_S = 900.0
"""The same for a whole file."""

BASE_MEMORY_BYTES = 5 * 2**29
"""2.5 GiB of address space for a worker that decodes with no thread of its own. 8K HEVC with 10 bits takes
1.9 GB of it, 0.6 GB of that for libraries; 11K takes 1.7 times the pixels."""

THREAD_MEMORY_BYTES = 3 * 2**27
"""384 MiB more for each decoding thread: 8K takes 200 MB for a picture in the making, 11K 340."""


def worker_memory(threads: int) -> int:
    """Return the bytes of address space that a worker may take; threads: for decoding one video."""
    return BASE_MEMORY_BYTES + threads * THREAD_MEMORY_BYTES


def check_size(path: str, width: int, height: int) -> None:
    """Raise UnreadableVideoError for pictures that no camera makes; width, height: pixels, as stored."""
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise UnreadableVideoError(
            path,
            f"its pictures are too large ({width} x {height}; at most {MAX_PIXELS // 10**6} million pixels)",
            "If it plays, convert a copy of it to a smaller size and add that.",
        )
