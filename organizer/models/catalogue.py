"""Where model bundles are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.assets import assets_folder
from organizer.errors import BundleError
from organizer.models.bundle import MANIFEST, load_bundle

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle

DEFAULT = "lite"


def bundles() -> list[Bundle]:
    """Return the installed bundles by name.

    Raises:
        BundleError: one of them cannot be read.
    """
    return [load_bundle(manifest.parent) for manifest in sorted(assets_folder().glob(f"*/{MANIFEST}"))]


def open_bundle(name: str = DEFAULT) -> Bundle:
    """Return an installed bundle.

    Raises:
        BundleError: there is none with this name, or it cannot be read.
    """
    for bundle in bundles():
        if bundle.name == name:
            return bundle
    raise BundleError(f"There is no model {name!r}. See: organizer models")


def thresholds_of(bundle_id: str | None) -> dict[str, float]:
    """Return the thresholds by label of the bundle that scored a video; empty when it is not installed."""
    for bundle in bundles():
        if bundle.id == bundle_id:
            return dict(zip(bundle.labels, bundle.thresholds, strict=True))
    return {}
