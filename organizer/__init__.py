"""Organizer: a private, local-first organizer for personal videos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.version import __version__

if TYPE_CHECKING:
    from organizer.errors import OrganizerError
    from organizer.library import Library
    from organizer.library.filters import VideoFilter
    from organizer.pipeline.scan_folders import scan_folders as scan

__all__ = ["Library", "OrganizerError", "VideoFilter", "__version__", "scan"]

_HOMES = {
    "Library": ("organizer.library.library", "Library"),
    "OrganizerError": ("organizer.errors", "OrganizerError"),
    "VideoFilter": ("organizer.library.filters", "VideoFilter"),
    "scan": ("organizer.pipeline.scan_folders", "scan_folders"),
}
"""Module and name of each public name."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: ``import organizer``, and ``--help``, stay quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, original = _HOMES[name]
    return getattr(import_module(module), original)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
