"""Where the files that ship with organizer lie."""

from __future__ import annotations

from pathlib import Path

from organizer.errors import BundleError


def assets_folder() -> Path:
    """Return the folder with the bundled model.

    In a clone and an editable install it lies beside the package; a wheel carries it inside the package.

    Raises:
        BundleError: it is not there.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_shipped", package.parent):
        if (folder / "assets").exists():
            return folder / "assets"
    raise BundleError(
        "assets is not installed with organizer. Reinstall it: pip install --force-reinstall organizer"
    )
