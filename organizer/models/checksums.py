"""Checksums of files, read in pieces, and the pins that known files are held against."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.regular_file import open_regular

if TYPE_CHECKING:
    from pathlib import Path

_PIECE_BYTES = 1 << 20


class ChecksumKind(StrEnum):
    """How a checksum is made."""

    SHA256 = "sha256"
    GIT_BLOB = "git-blob"
    """The name that git gives to a file's content; many files on the web are known by it."""


_DIGITS = {ChecksumKind.SHA256: 64, ChecksumKind.GIT_BLOB: 40}


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a file must be, byte for byte."""

    kind: ChecksumKind
    digits: str
    """64 or 40 hexadecimal digits, lower case."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.digits}"

    def of(self, path: Path) -> Checksum:
        """Return the checksum of a file, of the same kind.

        Raises:
            OSError: the file cannot be read.
        """
        made = sha256_of(path) if self.kind is ChecksumKind.SHA256 else git_blob_id(path)
        return Checksum(self.kind, made)


def parse_checksum(text: str) -> Checksum:
    """Read ``sha256:<64 digits>`` or ``git-blob:<40 digits>``.

    Raises:
        ValueError: it is neither.
    """
    kind, _, digits = text.partition(":")
    digits = digits.lower()
    if kind not in list(ChecksumKind):
        raise ValueError(f"{text!r} is no checksum: it begins with neither sha256: nor git-blob:")
    known = ChecksumKind(kind)
    if not re.fullmatch(rf"[0-9a-f]{{{_DIGITS[known]}}}", digits):
        raise ValueError(f"{text!r} is no checksum: {kind} has {_DIGITS[known]} hexadecimal digits")
    return Checksum(known, digits)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits.

    Raises:
        OSError: the file cannot be read, or is no regular one.
    """
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(content: bytes) -> str:
    """Return the SHA-256 of bytes, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def git_blob_id(path: Path) -> str:
    r"""Return what ``git hash-object`` says of a file, 40 hexadecimal digits.

    That is the SHA-1 of ``blob <size>\0`` and the content. SHA-1 no longer keeps an author from making two
    files with one digest, but nobody can make a second file to a digest that exists, which is what a pin
    needs.

    Raises:
        OSError: the file cannot be read, or its length changed meanwhile.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
        seen = 0
        while piece := file.read(_PIECE_BYTES):
            seen += len(piece)
            digest.update(piece)
    if seen != size:
        raise OSError(f"{path} changed while it was read")
    return digest.hexdigest()
