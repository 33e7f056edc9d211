"""OpenCV, loaded when it is first needed, and quiet; it resizes and encodes pictures, and opens no video."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError

if TYPE_CHECKING:
    from types import ModuleType


def load_cv2() -> ModuleType:
    """Return the ``cv2`` module.

    Raises MissingDependencyError, with what to install, when it or a system library below it is not there.
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
