"""Everything known of the videos, in one SQLite file. All SQL is here; ``Library`` is the way in."""

from organizer.library.library import Library

__all__ = ["Library"]
