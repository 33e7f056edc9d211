"""A download that is not whole yet: ``NAME.part`` and, beside it, where it came from.

Whether it can go on where it stopped is told here: what to ask for, and what the answer means.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from organizer.models.safe_write import RESUME, durable_rename, storage_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Origin:
    """Which content at which address the bytes so far belong to."""

    url: str
    etag: str | None
    """As the server gave it, with its quotes."""
    last_modified: str | None
    size: int | None
    """Bytes of the whole file, where the server said so."""

    @property
    def validator(self) -> str | None:
        """What ``If-Range`` may be asked with: weak ETags promise only similar content."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


class PartialFile:
    """The file on its way to ``target``. What cannot be written raises StorageError."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._notes = target.with_name(f"{target.name}.part.json")

    @property
    def size(self) -> int:
        """Bytes that are there, 0 where there is no file."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def origin(self) -> Origin | None:
        """Where the bytes came from; None where that is not known."""
        try:
            notes = json.loads(self._notes.read_text(encoding="utf-8"))
            origin = Origin(notes["url"], notes["etag"], notes["last_modified"], notes["size"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        texts = (origin.etag, origin.last_modified)
        if not isinstance(origin.url, str) or not all(
            text is None or isinstance(text, str) for text in texts
        ):
            return None
        return origin if origin.size is None or type(origin.size) is int else None

    def restart(self, origin: Origin) -> None:
        """Forget what was there and begin with an empty file."""
        # Old bytes go before the new note comes: at no time do they stand side by side.
        self.discard()
        with storage_errors(self.path, RESUME):
            self._notes.write_text(json.dumps(asdict(origin)), encoding="utf-8")
            self.path.touch()

    @contextmanager
    def open_to_append(self) -> Iterator[Callable[[bytes], None]]:
        """Yield a function that adds bytes at the end; each is on its way to the disk when it returns."""
        with storage_errors(self.path, RESUME):
            file = self.path.open("ab", buffering=0)

        def write(block: bytes) -> None:
            rest = memoryview(block)
            with storage_errors(self.path, RESUME):
                while rest:
                    # A disk that fills up takes some of the bytes before it refuses the rest.
                    rest = rest[file.write(rest) :]

        try:
            yield write
        finally:
            file.close()

    def finish(self) -> None:
        """Give the whole file its name."""
        with storage_errors(self.path, RESUME):
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())
            durable_rename(self.path, self.target)
            self._notes.unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete what came so far."""
        with storage_errors(self.path, RESUME):
            self.path.unlink(missing_ok=True)
            self._notes.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class ResponseInfo:
    """What status and headers of a response say about its body; None is what they do not say."""

    status: int
    """200 (the whole file), 206 (a part of it) or 416 (there is no such part)."""
    start: int | None
    """First byte of the part, from 0."""
    total: int | None
    """Bytes of the whole file, from a response about a part."""
    length: int | None
    """Bytes of the body."""
    etag: str | None
    last_modified: str | None


class Resumption(Enum):
    """What to do with the body of a response, given the bytes that are there."""

    RESTART = auto()
    """It is the whole file, from its beginning."""
    APPEND = auto()
    """It goes on right behind the last byte."""
    COMPLETE = auto()
    """Nothing is missing."""
    CHANGED = auto()
    """It belongs to another content: the bytes that are there are worth nothing."""


def request_headers(origin: Origin | None, size: int, url: str, *, pinned: bool) -> dict[str, str] | None:
    """Return the headers of a request for what is missing; None when nothing is.

    Args:
        origin: where the bytes that are there came from.
        size: how many there are.
        url: the address of the request.
        pinned: whether the checksum of the whole file is known.
    """
    if size == 0:
        return {}
    if origin is not None and origin.size == size:
        return None
    validator = origin.validator if origin is not None and origin.url == url else None
    if validator is not None:
        return {"Range": f"bytes={size}-", "If-Range": validator}
    # Another mirror, or nothing to recognise the content by: a known checksum will tell in the end. Without
    # one nothing would, so the file is fetched anew.
    return {"Range": f"bytes={size}-"} if pinned else {}


def resumption(
    response: ResponseInfo, origin: Origin | None, size: int, url: str, known_total: int | None
) -> Resumption:
    """Return how a response fits to the bytes that are there.

    Args:
        response: what the server says.
        origin: where the bytes that are there came from.
        size: how many there are.
        url: the address of the request.
        known_total: bytes of the whole file as the list of sources has it.
    """
    if response.status == 200:
        return Resumption.RESTART
    # There are servers that know Range and not If-Range: they go on with whatever they have now.
    changed = origin is not None and (
        _differ(response.total, origin.size) or (origin.url == url and _differ(response.etag, origin.etag))
    )
    if changed or _differ(response.total, known_total):
        return Resumption.CHANGED
    if response.status == 416:
        return Resumption.COMPLETE if response.total == size else Resumption.CHANGED
    return Resumption.APPEND if response.start == size else Resumption.CHANGED


def _differ(one: object, other: object) -> bool:
    """Whether both are known and not the same."""
    return one is not None and other is not None and one != other
