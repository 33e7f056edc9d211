"""Settings, read once at the edge and passed in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LIBRARY_VARIABLE = "ORGANIZER_LIBRARY"
LIBRARY_NAME = "library.db"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie."""

    library: Path
    """The library's SQLite file."""


def read_settings(library: str | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Find the library: the given path, else ``ORGANIZER_LIBRARY``, else the platform's data folder.

    A path that is a folder, or ends in a separator, means ``library.db`` inside it.
    """
    chosen = library or environment.get(LIBRARY_VARIABLE)
    if not chosen:
        return Settings(data_folder() / LIBRARY_NAME)
    path = Path(chosen).expanduser().absolute()
    if path.is_dir() or chosen.endswith(("/", os.sep)):
        path /= LIBRARY_NAME
    return Settings(path)


def data_folder() -> Path:
    """Return the platform's folder for organizer's data; it may not exist yet."""
    from platformdirs import user_data_path

    return user_data_path("organizer", appauthor=False)
