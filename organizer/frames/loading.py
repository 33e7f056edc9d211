"""PyAV and OpenCV, loaded when they are first needed.

OpenCV resizes and encodes pictures here, and opens no video.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError

if TYPE_CHECKING:
    from types import ModuleType


def load_cv2() -> ModuleType:
    """Return the ``cv2`` module.

    Raises:
        MissingDependencyError: with what to install, when it or a system library below it is not there.
    """
    try:
        import cv2
    except ImportError as error:
        if ".so" in str(error):
            raise MissingDependencyError(
                f"OpenCV cannot start, a system library is missing ({error}). On Debian or Ubuntu run: "
                "sudo apt install libgl1 libglib2.0-0"
            ) from error
        raise MissingDependencyError(
            f"OpenCV is not installed ({error}). Run: pip install opencv-python"
        ) from error
    if "OPENCV_LOG_LEVEL" not in os.environ and hasattr(cv2, "setLogLevel"):
        cv2.setLogLevel(0)
    module: ModuleType = cv2
    return module


def load_decoders() -> None:
    """Load PyAV and OpenCV in a new worker process, while the main one still loads its network.

    One that cannot be loaded is passed over here: the first video that needs it says so in words.
    """
    with suppress(ImportError, MissingDependencyError):
        import av  # noqa: F401

        # The workers are the parallelism: OpenCV's own threads would only get in each other's way.
        load_cv2().setNumThreads(1)
