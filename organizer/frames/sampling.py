"""Deprecated name of ``organizer.frames.readers.sampling``; it goes with the next version."""

from __future__ import annotations

import warnings

from organizer.frames.readers.sampling import Sampling, reader_for

__all__ = ["Sampling", "reader_for"]

warnings.warn(
    "organizer.frames.sampling is called organizer.frames.readers.sampling now",
    DeprecationWarning,
    stacklevel=2,
)
