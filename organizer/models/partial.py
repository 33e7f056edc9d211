"""A download that is not whole yet: ``NAME.part`` and, beside it, where it came from."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from organizer.models.storing import rename_for_good, storing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

AGAIN = "then run the command again: it goes on where it stopped."


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

    def begin(self, origin: Origin) -> None:
        """Forget what was there and begin with an empty file."""
        # Old bytes go before the new note comes: at no time do they stand side by side.
        self.discard()
        with storing(self.path, AGAIN):
            self._notes.write_text(json.dumps(asdict(origin)), encoding="utf-8")
            self.path.touch()

    @contextmanager
    def appending(self) -> Iterator[Callable[[bytes], None]]:
        """Give a function that adds bytes at the end; each is on its way to the disk when it returns."""
        with storing(self.path, AGAIN):
            file = self.path.open("ab", buffering=0)

        def write(block: bytes) -> None:
            rest = memoryview(block)
            with storing(self.path, AGAIN):
                while rest:
                    # A disk that fills up takes some of the bytes before it refuses the rest.
                    rest = rest[file.write(rest) :]

        try:
            yield write
        finally:
            file.close()

    def finish(self) -> None:
        """Give the whole file its name."""
        with storing(self.path, AGAIN):
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())
            rename_for_good(self.path, self.target)
            self._notes.unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete what came so far."""
        with storing(self.path, AGAIN):
            self.path.unlink(missing_ok=True)
            self._notes.unlink(missing_ok=True)
