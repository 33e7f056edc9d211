"""Put a model among the installed ones, replace it, and take it away, each in one step."""

from __future__ import annotations

import re
import shutil
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from organizer.config import models_folder
from organizer.errors import BundleError
from organizer.models.bundle import load_bundle
from organizer.models.catalogue import (
    DEFAULT,
    broken_bundles,
    bundles,
    choose,
    chosen,
    generation_of,
)
from organizer.models.manifest import MANIFEST, check_name
from organizer.models.safe_write import durable_rename, storage_errors, sync_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCK = ".installing.lock"
_LONGEST_WAIT_S = 600.0
_OURS = re.compile(r"\.[a-z0-9_-]+(\.\d+)?\.[0-9a-f]{32}", re.ASCII)
"""Names of the hidden folders made here. There may be others of the person's, ``.git`` for one."""
_DISCARDED = "old"


@contextmanager
def installing(name: str, *, replace: bool = False) -> Iterator[Path]:
    """Yield an empty hidden folder; it becomes the installed model when the block ends well.

    The new one takes its place beside an older one of its name, then the old one goes. A process that has
    read the old one's files keeps what it has.

    Args:
        name: of the model.
        replace: whether another model of this name may go. The same one, byte for byte in its manifest, may
            always be installed again.

    Raises:
        BundleError: the name cannot be used, what lies in the folder is no whole model of this name, or
            there is another of this name that may not go.
        StorageError: there is no room, or the folder of the models cannot be written.
    """
    check_free(name, replace=True)
    folder = models_folder()
    with _exclusive(folder):
        growing = folder / f".{name}.{uuid.uuid4().hex}"
        try:
            with storage_errors(growing):
                growing.mkdir()
                yield growing
                bundle = load_bundle(growing)
                if bundle.name != name:
                    raise BundleError(f"{growing}: this model calls itself {bundle.name!r}, not {name!r}.")
                older = _folders_of(name)
                if not replace and any(_differ(growing, old) for old in older):
                    raise _name_taken(name)
                sync_files(growing)
                generation = 1 + max((generation_of(old)[1] for old in older), default=0)
                target = folder / (name if generation == 1 else f"{name}.{generation}")
                durable_rename(growing, target)
            for old in older:
                _discard(old)
        finally:
            shutil.rmtree(growing, ignore_errors=True)


def check_free(name: str, *, replace: bool) -> None:
    """Refuse a name that a model cannot be installed under, before work is put into it.

    Raises:
        BundleError: it is no name, ``lite``'s, or that of an installed model that may not be replaced.
    """
    check_name(name)
    if name == DEFAULT:
        raise BundleError(f"The model {DEFAULT} comes with organizer and is not replaced. Take another name.")
    if not replace and not is_free(name):
        raise _name_taken(name)


def is_free(name: str) -> bool:
    """Say whether no model of this name is installed, not even one that cannot be read."""
    return not _folders_of(name)


def check_removable(name: str) -> None:
    """Refuse what cannot be taken away, before a person is asked about it.

    Raises:
        BundleError: there is none of this name, or it is ``lite``.
    """
    if name in _shipped():
        raise BundleError(f"The model {name} comes with organizer and stays.")
    if is_free(name):
        raise _unknown(name)


def remove(name: str) -> bool:
    """Take an installed model away and return whether it was in use; then ``lite`` is in use from now on.

    Features and tags that it made stay in the libraries.

    Raises:
        BundleError: there is none of this name, or it is ``lite``.
        StorageError: its folder cannot be written.
    """
    check_removable(name)
    folder = models_folder()
    with _exclusive(folder):
        found = _folders_of(name)
        if not found:
            raise _unknown(name)
        in_use = chosen() == name
        if in_use:
            choose(DEFAULT)
        for old in found:
            with storage_errors(old):
                _discard(old)
    return in_use


def _shipped() -> set[str]:
    folder = models_folder()
    return {bundle.name for bundle in bundles() if folder not in bundle.folder.parents}


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    """Keep other processes from installing, and clear what one left behind that was ended."""
    from filelock import FileLock, Timeout

    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, timeout=_LONGEST_WAIT_S)
        try:
            lock.acquire()
        except Timeout:
            raise BundleError(
                f"{folder}: another process has been installing a model here for minutes. Try again later."
            ) from None
    try:
        for left in folder.iterdir():
            if _OURS.fullmatch(left.name) and left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        lock.release()


def _folders_of(name: str) -> list[Path]:
    """Return all folders that stand for a model, broken ones and older generations included."""
    by_folder = [
        file.parent
        for file in models_folder().glob(f"*/{MANIFEST}")
        if generation_of(file.parent)[0] == name and not name.startswith(".")
    ]
    by_name = [bundle.folder for bundle in bundles() if bundle.name == name]
    by_name += [broken.folder for broken in broken_bundles() if broken.name == name]
    folder = models_folder()
    return [found for found in dict.fromkeys([*by_folder, *by_name]) if found.parent == folder]


def _unknown(name: str) -> BundleError:
    return BundleError(f"There is no model {name!r}. See: organizer models")


def _name_taken(name: str) -> BundleError:
    return BundleError(
        f"There is another model {name} already. To put this one in its place, say so with --replace."
    )


def _differ(new: Path, old: Path) -> bool:
    """Whether two folders hold different models: the manifest has the checksums of all files."""
    try:
        return (new / MANIFEST).read_bytes() != (old / MANIFEST).read_bytes()
    except OSError:
        return True


def _discard(folder: Path) -> None:
    """Take a folder out of sight in one step, then delete it; what cannot be deleted goes the next time."""
    hidden = folder.with_name(f".{_DISCARDED}.{uuid.uuid4().hex}")
    folder.rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)
