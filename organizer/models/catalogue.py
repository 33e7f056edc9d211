"""Which model bundles are installed, and which of them is in use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.assets import assets_folder
from organizer.config import models_folder
from organizer.errors import BundleError
from organizer.models.bundle import load_bundle
from organizer.models.download.sources import read_sources
from organizer.models.manifest import MANIFEST

if TYPE_CHECKING:
    from pathlib import Path

    from organizer.models.bundle import Bundle
    from organizer.types import SampledSeconds

DEFAULT = "lite"
_CHOICE = "in-use"
_MOST_ATTEMPTS = 1000
"""To list a folder that changes all the time; replacing a model takes longer than many attempts."""


@dataclass(frozen=True, slots=True)
class BrokenBundle:
    """A folder among the installed models that cannot be read as one."""

    name: str
    folder: Path
    error: BundleError


def bundles() -> list[Bundle]:
    """Return the installed bundles that can be read, the shipped ones first.

    Raises:
        BundleError: a shipped one cannot be read.
    """
    shipped = [load_bundle(manifest.parent) for manifest in sorted(assets_folder().glob(f"*/{MANIFEST}"))]
    names = {bundle.name for bundle in shipped}
    return shipped + [
        found for found in _installed() if not isinstance(found, BrokenBundle) and found.name not in names
    ]


def broken_bundles() -> list[BrokenBundle]:
    """Return the downloaded or trained bundles that cannot be read."""
    return [found for found in _installed() if isinstance(found, BrokenBundle)]


def open_bundle(name: str | None = None) -> Bundle:
    """Return an installed bundle: the named one, else the one that the person chose, else ``lite``.

    Raises:
        BundleError: there is none with this name, or it cannot be read.
        DownloadError: there is none, and the person's list of what can be downloaded cannot be read.
    """
    in_use = name is None
    name = name or chosen()
    for bundle in bundles():
        if bundle.name == name:
            return bundle
    for broken in broken_bundles():
        if broken.name == name:
            raise broken.error
    if in_use and name != DEFAULT:
        raise BundleError(
            f"The model in use, {name!r}, is not installed. Install it, or: organizer models use auto"
        )
    if name in read_sources().models:
        raise BundleError(f"The model {name} is not installed. To install it: organizer models pull {name}")
    raise BundleError(f"There is no model {name!r}. See: organizer models")


def bundle_of_space(space_id: str, name: str | None = None) -> Bundle | None:
    """Return an installed bundle that makes features of a space; None where there is none.

    Args:
        space_id: the feature space.
        name: of the bundle that is taken where several do; None means the one in use.

    Raises:
        BundleError: a shipped one cannot be read.
    """
    name = name or chosen()
    fitting = [bundle for bundle in bundles() if bundle.makes_features and bundle.space_id == space_id]
    return min(fitting, key=lambda bundle: bundle.name != name, default=None)


def chosen() -> str:
    """Return the name of the bundle in use: ``lite`` until the person says otherwise."""
    try:
        name = (models_folder() / _CHOICE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return DEFAULT
    return name or DEFAULT


def choose(name: str) -> Bundle:
    """Use a bundle from now on and return it.

    Raises:
        BundleError: there is none with this name, it cannot be read, or it has no classifier.
    """
    bundle = open_bundle(name)
    if bundle.has_classifier:
        bundle.verify()
    _ = bundle.classifier_file
    folder = models_folder()
    try:
        if name == DEFAULT:
            (folder / _CHOICE).unlink(missing_ok=True)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            # Written beside and renamed: a process that reads meanwhile sees one name or the other.
            beside = folder / f"{_CHOICE}.{os.getpid()}"
            beside.write_text(name, encoding="utf-8")
            beside.replace(folder / _CHOICE)
    except OSError as error:
        raise BundleError(
            f"{folder}: the choice cannot be stored ({error.strerror}). Check the folder's permissions."
        ) from error
    return bundle


def thresholds_of(bundle_id: str | None) -> dict[str, float]:
    """Return from which score on the bundle that scored a video gives each label; 1 means never.

    Empty when it is not installed.
    """
    bundle = _bundle_of(bundle_id)
    return dict(zip(bundle.labels, bundle.thresholds, strict=True)) if bundle else {}


def maybe_thresholds_of(bundle_id: str | None) -> dict[str, float]:
    """Return from which score on each label is a maybe for the bundle that scored a video.

    Without the labels that never are one; empty when it is not installed.
    """
    bundle = _bundle_of(bundle_id)
    if bundle is None:
        return {}
    columns = zip(bundle.labels, bundle.thresholds, bundle.maybe_thresholds, strict=True)
    return {label: maybe for label, given, maybe in columns if maybe < given}


def _bundle_of(bundle_id: str | None) -> Bundle | None:
    return next((bundle for bundle in bundles() if bundle.id == bundle_id), None)


def sampled_by(bundle_id: str | None) -> SampledSeconds | None:
    """Return the seconds that the bundle looks at which scored a video; None when it is not installed."""
    bundle = _bundle_of(bundle_id)
    return None if bundle is None else bundle.sampled


def generation_of(folder: Path) -> tuple[str, int]:
    """Return the name that a model's folder stands for, and which of its generations this is, from 1.

    A model that replaces another of its name is put beside it, as ``NAME.2``, before the older one goes, so
    that at every moment there is one.
    """
    name, point, number = folder.name.rpartition(".")
    return (name, int(number)) if point and name and number.isdecimal() else (folder.name, 1)


def _installed() -> list[Bundle | BrokenBundle]:
    """Return what lies in the folder of the models, as it was at one moment.

    While another process replaces a model, a folder goes that was listed, and what replaced it is not in the
    list. Names are never used twice in a row, so where they are the same before and after, nothing went.
    """
    for _ in range(_MOST_ATTEMPTS):
        before = _folder_names()
        found = _read_bundles(before)
        if _folder_names() == before:
            break
    return found


def _folder_names() -> list[str]:
    try:
        # Folders that begin with a point are being made or removed.
        return sorted(name for name in os.listdir(models_folder()) if not name.startswith("."))
    except OSError:
        return []


def _read_bundles(folder_names: list[str]) -> list[Bundle | BrokenBundle]:
    found: list[Bundle | BrokenBundle] = []
    folders = [models_folder() / name for name in folder_names if _has_manifest(models_folder() / name)]
    folders.sort(key=lambda folder: (generation_of(folder)[0], -generation_of(folder)[1]))
    names: set[str] = set()
    for folder in folders:
        try:
            bundle = load_bundle(folder)
        except BundleError as error:
            found.append(BrokenBundle(generation_of(folder)[0], folder, error))
            continue
        if bundle.name not in names:
            names.add(bundle.name)
            found.append(bundle)
    return found


def _has_manifest(folder: Path) -> bool:
    try:
        return (folder / MANIFEST).exists()
    except OSError:
        return False
