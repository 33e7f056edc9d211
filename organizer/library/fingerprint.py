"""A fast fingerprint of a file's content, so that a moved or renamed video is known again."""

from __future__ import annotations

import hashlib
import os

BLOCKS = 16
BLOCK_BYTES = 16 * 1024
DIGEST_BYTES = 20

UNREADABLE = "unreadable:"
"""Prefix of what stands for the fingerprint of a file that could not be opened at all."""


def fingerprint(path: str, size_bytes: int) -> str:
    """Return a fingerprint: the size and 16 blocks of 16 KiB, spread evenly from the first to the last byte.

    Files of up to 256 KiB are read whole. Two different recordings never agree in practice: already the
    first block of a video file holds its creation time, or the coded pictures themselves.

    Args:
        path: the file; opened for reading only.
        size_bytes: its size as the walk saw it.

    Returns:
        40 hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.blake2b(str(size_bytes).encode(), digest_size=DIGEST_BYTES)
    # The buffer has the size of a block, so that no byte beyond the blocks is read.
    with open(path, "rb", buffering=BLOCK_BYTES) as file:
        if size_bytes <= BLOCKS * BLOCK_BYTES:
            digest.update(file.read(size_bytes))
        else:
            for number in range(BLOCKS):
                file.seek((size_bytes - BLOCK_BYTES) * number // (BLOCKS - 1))
                digest.update(file.read(BLOCK_BYTES))
    return digest.hexdigest()


def unreadable_fingerprint(path: str) -> str:
    """Return what stands for the fingerprint of a file whose content nobody knows: no other file has it."""
    return UNREADABLE + hashlib.blake2b(os.fsencode(path), digest_size=DIGEST_BYTES).hexdigest()
