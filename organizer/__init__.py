"""Organizer: a private, local-first organizer for personal videos."""

__version__ = "0.1.0"
