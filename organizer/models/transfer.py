"""Models as folders that go from one machine to another."""

from __future__ import annotations

import inspect
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.config import cache_folder
from organizer.errors import BundleError
from organizer.features.graph_ops import check_saved_model
from organizer.models.assemble import NAME, Ingredient, assemble, prepare_backbone
from organizer.models.bundle import MANIFEST, BackboneKind, ClassifierKind, load_bundle
from organizer.models.catalogue import DEFAULT, open_bundle
from organizer.models.installing import installing
from organizer.models.storing import storing
from organizer.models.unpack import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organizer.models.bundle import Bundle
    from organizer.models.sources import Sources

_AGAIN = "then run the command again."


def import_model(path: Path, sources: Sources) -> Bundle:
    """Install a model from files.

    Args:
        path: a folder that ``export_model`` made, or one packed as ``.tar.gz``; or a folder with the files
            that ``pull`` would download, under the names that they have there.
        sources: what these files are called and must be.

    Raises:
        BundleError: there is nothing of the kind, or a file is wrong.
        MissingDependencyError: what is needed to read it is not installed.
        StorageError: there is no room.
    """
    if path.is_file():
        with _scratch() as scratch:
            unpack(path, scratch / "archive")
            manifests = [*scratch.glob(f"archive/{MANIFEST}"), *scratch.glob(f"archive/*/{MANIFEST}")]
            if len(manifests) != 1:
                raise BundleError(
                    f"{path}: there is no exported model in this archive. For downloaded files, name the "
                    "folder they lie in."
                )
            return _import_bundle(manifests[0].parent)
    if (path / MANIFEST).is_file():
        return _import_bundle(path)
    return _import_parts(path, sources)


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
    growing = target.with_name(f".{target.name}.new")
    try:
        with storing(target, _AGAIN):
            shutil.rmtree(growing, ignore_errors=True)
            growing.mkdir(parents=True)
            _copy(bundle, growing)
            check_files(load_bundle(growing))
            growing.rename(target)
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    return target


def check_files(bundle: Bundle) -> None:
    """Check every file that a manifest names, whatever its role.

    Raises:
        BundleError: a file is missing or damaged.
    """
    bundle.verify()
    from organizer.models.checksums import sha256_of

    for name, digest in bundle.files.items():
        file = bundle.folder / name
        try:
            found = sha256_of(file)
        except OSError as error:
            raise BundleError(
                f"{file}: it cannot be read ({error.strerror}). Export the model again."
            ) from error
        if found != digest:
            raise BundleError(f"{file}: this file is damaged. Export the model again.")


def _import_bundle(folder: Path) -> Bundle:
    bundle = load_bundle(folder)
    # Looked at before anything is copied or replaced, and at the copies again.
    _check_contents(bundle)
    with installing(bundle.name) as growing:
        _copy(bundle, growing)
        _check_contents(load_bundle(growing))
    return open_bundle(bundle.name)


def _check_contents(bundle: Bundle) -> None:
    """Refuse a bundle from elsewhere that is damaged, or would do or need what no bundle does."""
    from organizer.features.pca import load_pca
    from organizer.features.tfhub_backbone import TfHubBackbone
    from organizer.models.cnn_lstm_weights import load_cnn_lstm_weights

    check_files(bundle)
    role_file = {role: bundle.folder / path for role, path in bundle.roles.items()}
    known = set(inspect.signature(TfHubBackbone.__init__).parameters) - {"self", "module"}
    if unknown := sorted(bundle.backbone_settings.keys() - known):
        raise BundleError(
            f"{bundle.folder}: this model has a setting that is not known here, {unknown[0]!r}. "
            "Update organizer."
        )
    if bundle.backbone_kind is BackboneKind.TF_HUB:
        check_saved_model(role_file["backbone"])
    if load_pca(role_file["pca"]).components.shape[1:] != (bundle.dimensions,):
        raise BundleError(f"{bundle.folder}: this model's PCA does not give {bundle.dimensions} numbers.")
    if bundle.has_classifier and bundle.classifier_kind is ClassifierKind.CNN_LSTM:
        load_cnn_lstm_weights(role_file["classifier"])


def _copy(bundle: Bundle, target: Path) -> None:
    """Copy what the manifest names, and nothing else."""
    for name in (*bundle.files, MANIFEST):
        source = bundle.folder / name
        if source.is_symlink() or not source.is_file():
            raise BundleError(f"{source}: this file of the model is missing or no plain file.")
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / name)


def _import_parts(folder: Path, sources: Sources) -> Bundle:
    ingredients: dict[str, Ingredient] = {}
    roles = sources.of(NAME)
    for role, parts in roles.items():
        for part in parts:
            if (folder / part.file_name).is_file():
                ingredients[role] = Ingredient(part, folder / part.file_name)
                break
    for role in ("backbone", "pca"):
        if role not in ingredients:
            names = " or ".join(part.file_name for part in roles[role])
            raise BundleError(
                f"{folder}: there is neither an exported model ({MANIFEST}) nor {names} in this folder. "
                f"To see what belongs there: organizer models pull {NAME} --dry-run"
            )
    with _scratch() as scratch:
        prepare_backbone(ingredients["backbone"], scratch / "module")
        return assemble(scratch / "module", ingredients)


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = cache_folder()
    with storing(folder, _AGAIN):
        folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder, prefix="import-"))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
