"""A model on its way to another computer, known by what is in it."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.config import cache_folder
from organizer.errors import BundleError, StorageError
from organizer.models.bundle import load_bundle
from organizer.models.catalogue import open_bundle
from organizer.models.manifest import MANIFEST
from organizer.models.safe_write import new_folder, storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from organizer.models.bundle import Bundle

_FOLDER = "models-of-others"


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """All files of a model, in memory."""

    digest: str
    """See ``digest_of``."""
    files: Mapping[str, bytes]
    """By path below the folder, with ``/``; the manifest is among them."""


def digest_of(bundle: Bundle) -> str:
    """Return the SHA-256 of a model's manifest, which has those of all its other files."""
    return hashlib.sha256((bundle.folder / MANIFEST).read_bytes()).hexdigest()


def pack(bundle: Bundle) -> ModelPackage:
    """Read a model.

    Raises:
        BundleError: a file is missing or damaged.
    """
    bundle.verify(every_file=True)
    names = (MANIFEST, *bundle.files)
    return ModelPackage(digest_of(bundle), {name: (bundle.folder / name).read_bytes() for name in names})


def find_model(name: str, digest: str) -> Bundle | None:
    """Return the model with this content, where this computer has it: installed, or sent here before."""
    try:
        installed = open_bundle(name)
        if digest_of(installed) == digest:
            return installed
    except (BundleError, OSError):
        # Another one of that name, or none, is no hindrance.
        pass
    folder = _folder_of(digest)
    if not (folder / MANIFEST).is_file():
        return None
    try:
        kept = load_bundle(folder)
        kept.verify(every_file=True)
    except BundleError:
        # Sent anew it is whole.
        shutil.rmtree(folder, ignore_errors=True)
        return None
    return kept


def keep(package: ModelPackage) -> Bundle:
    """Write a model into this computer's cache and open it.

    Raises:
        BundleError: it is not what its digest says, or a name in it leads out of its folder.
        StorageError: there is no room.
    """
    manifest = package.files.get(MANIFEST, b"")
    if hashlib.sha256(manifest).hexdigest() != package.digest:
        raise BundleError("The model that was sent is not the one that was meant. Scan again.")
    folder = _folder_of(package.digest)
    with storage_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with new_folder(folder) as growing:
            for name, content in package.files.items():
                target = growing / name
                if not target.resolve().is_relative_to(growing.resolve()):
                    raise BundleError(f"The model that was sent has a file outside its folder: {name}.")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            load_bundle(growing).verify(every_file=True)
    except StorageError:
        # Perhaps another process of this computer was quicker.
        if not (folder / MANIFEST).is_file():
            raise
    kept = load_bundle(folder)
    kept.verify(every_file=True)
    return kept


def _folder_of(digest: str) -> Path:
    return cache_folder() / _FOLDER / digest
