"""Decoding that takes its time; worker processes import it from here."""

from __future__ import annotations

import time

from organizer.frames.decode import decode


def slow_decode(file, reader, spec, **settings):
    """Decode 0.mp4 at once and any other file a minute later."""
    if file.relative_path != "0.mp4":
        time.sleep(60)
    return decode(file, reader, spec, **settings)
