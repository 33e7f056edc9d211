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
MODELS_VARIABLE = "ORGANIZER_MODELS"
CACHE_VARIABLE = "ORGANIZER_CACHE"
CACHE_LIMIT_VARIABLE = "ORGANIZER_CACHE_MB"
DEFAULT_CACHE_LIMIT = 2 * 2**30
DEBUG_VARIABLE = "ORGANIZER_DEBUG"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie."""

    library: Path
    """The library's SQLite file."""
    debug: bool = False
    """Whether what nobody foresaw is shown in full."""


def read_settings(library: str | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Find the library: the given path, else ``ORGANIZER_LIBRARY``, else the platform's data folder.

    A path that is a folder, or ends in a separator, means ``library.db`` inside it.
    """
    chosen, debug = library or environment.get(LIBRARY_VARIABLE), bool(environment.get(DEBUG_VARIABLE))
    if not chosen:
        return Settings(data_folder() / LIBRARY_NAME, debug)
    path = Path(chosen).expanduser().absolute()
    if path.is_dir() or chosen.endswith(("/", os.sep)):
        path /= LIBRARY_NAME
    return Settings(path, debug)


def models_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where models that the person fetched or trained lie; it may not exist yet.

    ``ORGANIZER_MODELS``, else ``models`` in the platform's data folder: not its cache, which may be emptied
    at any time and would take the model away that a library is tagged with.
    """
    chosen = environment.get(MODELS_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else data_folder() / "models"


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where downloads lie until they are installed; it may not exist yet.

    ``ORGANIZER_CACHE``, else the platform's cache folder.
    """
    chosen = environment.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("organizer", appauthor=False)


def pieces_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where what the gallery makes of videos lies; it may be deleted at any time."""
    return cache_folder(environment) / "pieces"


def vectors_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where what tells which videos are alike lies; it may be deleted at any time."""
    return cache_folder(environment) / "vectors"


def pieces_limit(environment: Mapping[str, str] = os.environ) -> int:
    """Return how many bytes of that are kept: ``ORGANIZER_CACHE_MB`` in MB, else 2 GB; 0 keeps nothing."""
    chosen = environment.get(CACHE_LIMIT_VARIABLE, "")
    return int(chosen) * 2**20 if chosen.isascii() and chosen.isdigit() else DEFAULT_CACHE_LIMIT


def data_folder() -> Path:
    """Return the platform's folder for organizer's data; it may not exist yet."""
    from platformdirs import user_data_path

    return user_data_path("organizer", appauthor=False)
