"""What a library has names for, so that a search can be completed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that a person keeps."""

    name: str
    text: str
    """As it was typed."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a library."""

    tags: tuple[str, ...] = ()
    """All tags of any video, and the built-in labels; most frequent first."""
    labels: tuple[str, ...] = ()
    """What videos have scores of."""
    folders: tuple[str, ...] = ()
    """Paths below the scanned folders, and of these, without a separator at their ends; by name."""
    years: tuple[int, ...] = ()
    """In which videos were taken, the last one first."""
    saved: tuple[SavedSearch, ...] = ()
    """By name."""
