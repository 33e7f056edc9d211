"""Everything known of the videos, in one SQLite file. All SQL is here; ``Library`` is the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from organizer.library.library import Library

__all__ = ["Library"]


def __getattr__(name: str) -> Any:
    """Import the face when it is first asked for: its values, which ``--help`` shows, come without SQL."""
    if name != "Library":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Here, for the reason above.
    from organizer.library.library import Library

    return Library
