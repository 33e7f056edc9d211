"""Models as folders that go from one machine to another."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.config import cache_folder
from organizer.errors import BundleError
from organizer.models.bundle import load_bundle
from organizer.models.bundle_checks import check_bundle
from organizer.models.catalogue import DEFAULT, open_bundle
from organizer.models.classifier_choice import ClassifierChoice
from organizer.models.inception.assemble import NAME, Ingredient, assemble, prepare_backbone
from organizer.models.inception.own_classifier import shipped_classifier
from organizer.models.installing import installing
from organizer.models.loose_classifier import is_loose_classifier, join, load_loose_classifier
from organizer.models.manifest import LOOSE_MANIFEST, MANIFEST
from organizer.models.safe_write import check_free_space, copy_regular, new_folder, size_of, storage_errors
from organizer.models.unpack import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organizer.models.bundle import Bundle
    from organizer.models.download.sources import Part, Sources

Prove = Callable[["Bundle"], object]


def _unproven(_bundle: Bundle) -> None:
    """See nothing that a checksum does not show."""


def import_model(
    path: Path,
    sources: Sources,
    *,
    prove: Prove = _unproven,
    classifier: ClassifierChoice | None = None,
    replace: bool = False,
) -> Bundle:
    """Install a model from files.

    Args:
        path: a folder that ``export_model`` made, or one packed as ``.tar.gz``; a folder with a classifier
            alone, which joins the installed model that makes its features; or a folder with the files that
            ``pull`` would download, under the names that they have there.
        sources: what these files are called and must be.
        prove: raises an error for a whole model whose classifier does not work.
        classifier: which one downloaded files become a model with; None means organizer's own. What was
            exported keeps its own one.
        replace: whether another model of its name may be replaced.

    Raises:
        BundleError: there is nothing of the kind, a file is wrong, or another model has the name.
        MissingDependencyError: what is needed to read it is not installed.
        StorageError: there is no room.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise BundleError(f"{path}: this is neither a folder nor a plain file. Name one of them.")
    if path.is_file():
        with _scratch_folder() as scratch:
            unpack(path, scratch / "archive")
            manifests = [*scratch.glob(f"archive/{MANIFEST}"), *scratch.glob(f"archive/*/{MANIFEST}")]
            if len(manifests) != 1:
                raise BundleError(
                    f"{path}: there is no exported model in this archive. For downloaded files, name the "
                    "folder they lie in."
                )
            return _import_bundle(manifests[0].parent, prove, replace=replace)
    if (path / MANIFEST).is_file():
        return _import_bundle(path, prove, replace=replace)
    if is_loose_classifier(path):
        return _import_classifier(path, prove, replace=replace)
    return _import_parts(path, sources, classifier=classifier, replace=replace)


def unlicensed_parts(path: Path, sources: Sources) -> list[Part]:
    """Return the parts among downloaded files that nobody stated may be used; none in an exported model."""
    if path.is_file() or (path / MANIFEST).is_file() or is_loose_classifier(path):
        return []
    parts = (part for parts in sources.of(NAME).values() for part in parts)
    return [part for part in parts if part.needs_consent and (path / part.file_name).is_file()]


def export_model(name: str, target: Path) -> Path:
    """Copy a model to a folder that ``import_model`` takes, and return that folder.

    Args:
        name: of an installed model.
        target: a folder to make; where it is there already, the model's own folder is made inside it.

    Raises:
        BundleError: there is no such model, it is damaged, or the folder is there already.
        StorageError: there is no room.
    """
    bundle = open_bundle(name)
    if bundle.name == DEFAULT:
        raise BundleError(f"The model {DEFAULT} comes with organizer: every installation has it already.")
    if target.exists():
        target /= name
    if target.exists():
        raise BundleError(f"{target}: it is there already. Name another folder.")
    with new_folder(target) as growing, storage_errors(target):
        _copy(bundle, growing)
        load_bundle(growing).verify(every_file=True)
    return target


def check_plain(folder: Path, name: str) -> None:
    """Refuse a file below a folder that is none, or that a link, its own or a folder's, leads to.

    Raises:
        BundleError: it is missing, a link, a pipe, a device or the like.
    """
    path = folder
    for step in name.split("/"):
        path /= step
        if path.is_symlink():
            raise BundleError(
                f"{path}: this is a link and no plain file; only the folder's own files are taken."
            )
    if not path.is_file():
        raise BundleError(f"{path}: this file of the model is missing or no plain file.")


def _import_bundle(folder: Path, prove: Prove, *, replace: bool) -> Bundle:
    check_plain(folder, MANIFEST)
    bundle = load_bundle(folder)
    for name in bundle.files:
        check_plain(folder, name)
    # Looked at before anything is copied or replaced, and at the copies again.
    bundle.verify(every_file=True)
    check_bundle(bundle)
    with installing(bundle.name, replace=replace) as growing:
        _copy(bundle, growing)
        copied = load_bundle(growing)
        copied.verify(every_file=True)
        check_bundle(copied)
        prove(copied)
    return open_bundle(bundle.name)


def _import_classifier(folder: Path, prove: Prove, *, replace: bool) -> Bundle:
    check_plain(folder, LOOSE_MANIFEST)
    loose = load_loose_classifier(folder)
    for name in loose.files:
        check_plain(folder, name)
    loose.verify(every_file=True)
    source = open_bundle(loose.space_id)
    with installing(loose.name, replace=replace) as growing:
        check_free_space(growing, size_of(source.folder) + size_of(folder))
        joined = join(loose, source, growing)
        joined.verify(every_file=True)
        check_bundle(joined)
        prove(joined)
    return open_bundle(loose.name)


def _copy(bundle: Bundle, target: Path) -> None:
    """Copy what the manifest names, and nothing else."""
    check_free_space(target, sum(size_of(bundle.folder / name) for name in bundle.files))
    for name in (*bundle.files, MANIFEST):
        source = bundle.folder / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        copy_regular(source, target / name)


def _import_parts(
    folder: Path, sources: Sources, *, classifier: ClassifierChoice | None, replace: bool
) -> Bundle:
    own = shipped_classifier() if classifier in {None, ClassifierChoice.OWN} else None
    ingredients: dict[str, Ingredient] = {}
    roles = sources.of(NAME)
    for role, parts in roles.items():
        if role == "classifier" and classifier is not ClassifierChoice.PUBLISHED:
            continue
        for part in parts:
            if os.path.lexists(folder / part.file_name):
                check_plain(folder, part.file_name)
                ingredients[role] = Ingredient(part, folder / part.file_name)
                break
    needed = ["backbone", "pca"] + ["classifier"] * (classifier is ClassifierChoice.PUBLISHED)
    for role in needed:
        if role not in ingredients:
            names = " or ".join(part.file_name for part in roles[role])
            raise BundleError(
                f"{folder}: there is neither an exported model ({MANIFEST}) nor {names} in this folder. "
                f"To see what belongs there: organizer models pull {NAME} --dry-run"
            )
    with _scratch_folder() as scratch:
        prepare_backbone(ingredients["backbone"], scratch / "module")
        return assemble(scratch / "module", ingredients, own=own, replace=replace)


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    folder = cache_folder()
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder, prefix="import-"))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
