"""Everything that decodes, loaded before the first video comes."""

from __future__ import annotations

from contextlib import suppress

from organizer.errors import MissingDependencyError
from organizer.frames.load_cv2 import load_cv2


def load_decoders() -> None:
    """Load PyAV and OpenCV in a new worker process, while the main one still loads its network.

    One that cannot be loaded is passed over here: the first video that needs it says so in words.
    """
    with suppress(ImportError, MissingDependencyError):
        import av  # noqa: F401

        # The workers are the parallelism: OpenCV's own threads would only get in each other's way.
        load_cv2().setNumThreads(1)
