"""Take a ``.tar.gz`` apart without trusting it.

An archive can name files outside the folder, links that lead there, devices, and a few kilobytes can unpack
to terabytes. So only plain files and folders below the new folder are made, within bounds, and the folder
appears under its name when all of it is there and proven.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import uuid
import zlib
from typing import TYPE_CHECKING, Any, cast

from organizer.errors import BundleError
from organizer.models.safe_write import check_free_space, durable_rename, storage_errors
from organizer.regular_file import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from organizer.models.checksums import Checksum

MOST_BYTES = 1 << 30
"""Of all files together: several times what the largest known archive holds."""
MOST_FILES = 1000
_LONGEST_NAME = 1 << 16
_PIECE_BYTES = 1 << 20
_HELD_IN_MEMORY = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE} | {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
}


class _RefusedError(Exception):
    """Why an archive is not unpacked."""


class _Header(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        """Read a header; refuse those whose text would be read into memory and is longer than any name."""
        header = super().frombuf(buf, encoding, errors)
        if header.type in _HELD_IN_MEMORY and header.size > _LONGEST_NAME:
            raise _RefusedError("a name in it is too long")
        return header


class _LimitedStream:
    """A stream that refuses to give more than a number of bytes, or bytes that are damaged."""

    def __init__(self, file: gzip.GzipFile, most: int) -> None:
        self._file = file
        self._left = most

    def read(self, size: int) -> bytes:
        try:
            piece = self._file.read(size)
        except (EOFError, zlib.error, OSError) as error:
            raise _RefusedError(f"it is damaged, cut off or not readable ({error})") from error
        self._left -= len(piece)
        if self._left < 0:
            raise _RefusedError("it holds more than it may")
        return piece


def unpack(
    archive: Path,
    folder: Path,
    members: Mapping[str, Checksum] | None = None,
    *,
    most_bytes: int = MOST_BYTES,
    most_files: int = MOST_FILES,
) -> None:
    """Unpack a ``.tar.gz`` into a new folder.

    Args:
        archive: the file.
        folder: where its files shall lie; it must not exist yet. It appears when everything is in it.
        members: files that must be in it, by name, and what they must be.
        most_bytes: what all files together may have.
        most_files: how many files and folders there may be.

    Raises:
        BundleError: the archive is damaged, holds what it may not, or not what it must.
        StorageError: there is no room, or the folder cannot be written.
    """
    if folder.exists():
        raise BundleError(f"{folder}: it is there already. Remove it, then unpack {archive.name} again.")
    growing = folder.with_name(f".{folder.name}.{uuid.uuid4().hex}")
    with storage_errors(growing):
        growing.mkdir(parents=True)
    try:
        # How much that is, and that nothing else is in it, is known before a byte of it is written.
        check_free_space(growing, _unpacked_size(archive, most_bytes, most_files))
        _unpack(archive, most_bytes, most_files, lambda tar, member: _write_member(tar, member, growing))
        _check_pins(growing, members or {})
        with storage_errors(folder):
            durable_rename(growing, folder)
    except _RefusedError as error:
        raise BundleError(
            f"{archive}: this archive cannot be used: {error}. Delete it and get it again."
        ) from error
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def _unpacked_size(archive: Path, most_bytes: int, most_files: int) -> int:
    """Return the bytes of all files in an archive, having refused what may not be in one."""
    sizes: list[int] = []

    def look(_tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        _check(member)
        sizes.append(member.size)

    _unpack(archive, most_bytes, most_files, look)
    return sum(sizes)


def _unpack(
    archive: Path,
    most_bytes: int,
    most_files: int,
    use: Callable[[tarfile.TarFile, tarfile.TarInfo], None],
) -> None:
    """Go through an archive from its beginning to its end."""
    # Headers take 512 bytes a file and more where names are long.
    most_read = most_bytes + most_files * (_LONGEST_NAME >> 4) + (1 << 20)
    try:
        with open_regular(archive) as file, gzip.open(file) as unzipped:
            stream = _LimitedStream(unzipped, most_read)
            # Typed as a file that can do everything; read is all that a stream's tar asks for.
            with tarfile.open(fileobj=cast("Any", stream), mode="r|", tarinfo=_Header) as tar:
                left = most_bytes
                for count, member in enumerate(tar, start=1):
                    left -= member.size
                    if left < 0 or count > most_files:
                        raise _RefusedError("it holds more than it may")
                    use(tar, member)
            # tarfile stops where the archive says that it ends; the checksum of gzip comes after that.
            while stream.read(_PIECE_BYTES):
                pass
    except (tarfile.TarError, OSError) as error:
        raise _RefusedError(f"it is damaged, cut off or not readable ({error})") from error


def _write_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    path = folder.joinpath(*_check(member))
    if member.isdir():
        with storage_errors(path):
            path.mkdir(parents=True, exist_ok=True)
        return
    content = tar.extractfile(member)
    if content is None:
        raise _RefusedError(f"{member.name!r} in it has no content")
    if path.exists():
        raise _RefusedError(f"{member.name!r} is in it twice")
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            while piece := content.read(_PIECE_BYTES):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())


def _check(member: tarfile.TarInfo) -> list[str]:
    """Return the steps of a member's name; anything but plain files and folders is refused."""
    parts = _safe_parts(member.name)
    if not member.isdir() and (not member.isreg() or member.issparse()):
        raise _RefusedError(f"{member.name!r} in it is no plain file")
    return parts


def _safe_parts(name: str) -> list[str]:
    """Return the steps of a name in an archive; one that leads out of the folder on any system is refused."""
    parts = [part for part in name.split("/") if part not in {"", "."}]
    bad = ".." in parts or any(c in name for c in "\\:") or not name.isprintable()
    if name.startswith("/") or bad:
        raise _RefusedError(f"{name!r} in it is no safe name")
    return parts


def _check_pins(folder: Path, members: Mapping[str, Checksum]) -> None:
    for name, pin in members.items():
        path = folder / name
        if not path.is_file():
            raise _RefusedError(f"{name} is not in it")
        with storage_errors(path):
            found = pin.of(path)
        if found != pin:
            raise _RefusedError(f"{name} in it is a wrong one (checksum {found}, not {pin})")
