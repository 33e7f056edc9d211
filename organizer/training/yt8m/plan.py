"""The list of a split's shards with their MD5, and which of them to take."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import DownloadError
from organizer.models.checksums import Checksum

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.tfrecord)?")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_ENDING = ".tfrecord"


@dataclass(frozen=True, slots=True)
class Md5(Checksum):
    """The checksum that YouTube-8M publishes: it tells damage, and nothing about who made a file."""

    def __str__(self) -> str:
        return f"md5:{self.digits}"

    def of(self, path: Path) -> Md5:
        """Return the MD5 of a file.

        Raises:
            OSError: the file cannot be read.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        return Md5(self.kind, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Choice:
    """Which shards of a split to take: of one part of several, the first so many; None means all of it."""

    shards: int | None = None
    part: int = 1
    """Counted from 1."""
    parts: int = 1

    def of(self, names: Mapping[str, str]) -> dict[str, str]:
        """Return the chosen shards with their MD5.

        The order is that of digests of the names: spread over the split, the same on every machine, and the
        first N + 1 are the first N and one more, so asking for more later adds to what is there. Parts do not
        overlap.

        Raises:
            DownloadError: there is no such part, or nothing in it.
        """
        if not 1 <= self.part <= self.parts or (self.shards is not None and self.shards < 1):
            raise DownloadError(
                f"Part {self.part} of {self.parts} with {self.shards} shards cannot be chosen: parts count "
                "from 1 to their number, shards from 1."
            )
        order = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
        chosen = order[self.part - 1 :: self.parts][: self.shards]
        if not chosen:
            raise DownloadError(
                f"There are {len(names)} shards, so part {self.part} of {self.parts} has none."
            )
        return {name: names[name] for name in chosen}


def read_plan(file: Path) -> dict[str, str]:
    """Return the MD5, 32 hexadecimal digits, of each shard by its file name.

    Raises:
        DownloadError: the file is no such list.
    """
    try:
        files = json.loads(file.read_text(encoding="utf-8"))["files"]
        shards = {}
        for name, md5 in files.items():
            # Names become paths, so nothing but plain names is let through.
            if not _NAME.fullmatch(name) or not _MD5.fullmatch(md5):
                raise ValueError(f"{name!r} with checksum {md5!r}")
            shards[name.removesuffix(_ENDING) + _ENDING] = md5.lower()
    except OSError as error:
        raise DownloadError(
            f"{file}: the list of shards cannot be read ({error.strerror or error})."
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DownloadError(
            f"{file}: this is no list of YouTube-8M's shards ({error}). Delete the file and run the command "
            "again."
        ) from error
    if not shards:
        raise DownloadError(f"{file}: this list of YouTube-8M's shards is empty.")
    return shards
