"""One file, whole or not at all, whoever else writes it at the same time."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from organizer.models.safe_write import RESUME, durable_rename, storage_errors

if TYPE_CHECKING:
    from pathlib import Path

PART = ".part"
"""Ending of what is not whole yet; such files begin with a dot."""


def write_file(file: Path, content: bytes) -> None:
    """Write a file under a name of its own, flush it to the disk, and rename it.

    Raises:
        StorageError: it cannot be written; what stood there stands.
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}{PART}")
    try:
        with storage_errors(file, RESUME):
            with part.open("xb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            durable_rename(part, file)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
