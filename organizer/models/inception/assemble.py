"""Make the bundle ``inception-yt8m`` of the parts that were downloaded or brought along."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from organizer.errors import BundleError
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.features.tensorflow.frozen_graph import (
    GRAPH,
    INPUT_SIZE,
    PIXEL_MEAN,
    PIXEL_SCALE,
    module_from_frozen_graph,
)
from organizer.features.tensorflow.graph_ops import SAVED_MODEL, check_saved_model
from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone, TfHubSettings
from organizer.models.catalogue import open_bundle
from organizer.models.checksums import sha256_of
from organizer.models.inception.keras_h5 import read_published_classifier
from organizer.models.inception.own_classifier import (
    check_takes,
    copy_files,
    own_files,
    with_own_classifier,
)
from organizer.models.inception.yt8m_pca import INPUTS, OUTPUTS, read_yt8m_pca
from organizer.models.installing import installing
from organizer.models.loose_classifier import SPACE_ROLES
from organizer.models.manifest import (
    BackboneKind,
    ClassifierKind,
    Kinds,
    Manifest,
    QuantiserRange,
    files_below,
    write_manifest,
)
from organizer.models.safe_write import (
    check_free_space,
    copy_folder,
    copy_regular,
    size_of,
    storage_errors,
)
from organizer.models.unpack import unpack
from organizer.types import LABELS, Resize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from organizer.models.bundle import Bundle
    from organizer.models.download.sources import Part

NAME = "inception-yt8m"
VERSION = "1.1.0"
"""Of the recipe, how frames become pictures included; what it was made of is told apart by the digest that
follows it in the bundle's version."""
SETTINGS = TfHubSettings(
    output="pool_3", input_size=INPUT_SIZE, pixel_mean=PIXEL_MEAN, pixel_scale=PIXEL_SCALE
)
RESIZE = Resize.BILINEAR
"""As the data set was made: whole frames went into the graph, which resizes them itself. Pictures here have
the right size already, and then its own resizing changes nothing."""
THRESHOLD = 0.5
PCA_PART = "yt8m-pca"

_BACKBONE, _PCA, _CLASSIFIER = "backbone", "pca.npz", "classifier.npz"
_NO_CLASSIFIER = "no classifier is installed, so it makes features and no tags; nothing is measured"
_MEASURED = (
    "published for its classifier: 87.9 % of validation videos have their best label right. Only published, "
    "not measured here; so each threshold is 0.5, the middle of the classifier's outputs"
)


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A part, and the file that is it."""

    part: Part
    file: Path

    def check(self) -> None:
        """Hold the file against its pin, where one is known.

        Raises:
            BundleError: it is a wrong one, or cannot be read.
        """
        pin = self.part.checksum
        try:
            found = None if pin is None else pin.of(self.file)
        except OSError as error:
            raise BundleError(f"{self.file}: it cannot be read ({error.strerror}). Get it again.") from error
        if found != pin:
            raise BundleError(
                f"{self.file}: this is not {self.part.title} (checksum {found}, not {pin}). Get it again."
            )


def prepare_backbone(ingredient: Ingredient, folder: Path) -> None:
    """Unpack the backbone's archive to a SavedModel that is known to work.

    Args:
        ingredient: the TF Hub module, or the archive with the frozen graph.
        folder: where the SavedModel shall lie; it must not exist yet.

    Raises:
        BundleError: the archive is not what it should be.
        MissingDependencyError: TensorFlow is not installed.
        StorageError: there is no room.
    """
    ingredient.check()
    with storage_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        inside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unpacked-"))
    try:
        unpack(ingredient.file, inside / "archive", ingredient.part.members)
        unpacked = _module_folder(inside / "archive")
        with storage_errors(folder):
            if (unpacked / GRAPH).is_file():
                module = inside / "module"
                module.mkdir()
                module_from_frozen_graph(unpacked / GRAPH, module)
                unpacked = module
            check_saved_model(unpacked)
        # One picture at a time is what loads fastest.
        network = TfHubBackbone(unpacked, dataclasses.replace(SETTINGS, batch_size=1, bfloat16=False))
        if network.feature_dim != INPUTS:
            raise BundleError(
                f"{ingredient.file}: this network gives {network.feature_dim} numbers for a picture and not "
                f"{INPUTS}. Get it again."
            )
        with storage_errors(folder):
            unpacked.rename(folder)
    finally:
        shutil.rmtree(inside, ignore_errors=True)


def assemble(
    module: Path,
    ingredients: Mapping[str, Ingredient],
    *,
    own: Bundle | None = None,
    replace: bool = False,
) -> Bundle:
    """Install the bundle.

    Args:
        module: what ``prepare_backbone`` made.
        ingredients: by role; ``backbone`` (for its provenance), ``pca`` and perhaps ``classifier``, the
            published one.
        own: organizer's own classifier, where the model gets that one.
        replace: whether another model of this name may be replaced.

    Raises:
        BundleError: a part is not what it should be, or there is another model of this name.
        MissingDependencyError: what reads a part is not installed.
        StorageError: there is no room.
    """
    for ingredient in ingredients.values():
        ingredient.check()
    classifier = ingredients.get("classifier")
    with installing(NAME, replace=replace) as folder:
        copy_folder(module, folder / _BACKBONE)
        unpacked = folder / ".pca"
        unpack(ingredients["pca"].file, unpacked, ingredients["pca"].part.members)
        read_yt8m_pca(unpacked).save(folder / _PCA)
        shutil.rmtree(unpacked)
        if classifier is not None:
            read_published_classifier(classifier.file).save(folder / _CLASSIFIER)
        _finish(folder, _manifest(ingredients), own)
    return open_bundle(NAME)


def join_own(installed: Bundle, own: Bundle) -> Bundle:
    """Install the model anew with organizer's own classifier; network and PCA are those that it has.

    Args:
        installed: the model, proven whole; it is replaced.
        own: the classifier.

    Raises:
        BundleError: the model makes other features than the classifier is for.
        StorageError: there is no room.
    """
    check_takes(installed, own)
    roles = {role: installed.roles[role] for role in SPACE_ROLES}
    names = [name for path in roles.values() for name in files_below(path, installed.files)]
    with installing(NAME, replace=True) as folder:
        check_free_space(folder, sum(size_of(installed.folder / name) for name in names))
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy_regular(installed.folder / name, folder / name)
        made_of = {role: installed.provenance[role] for role in SPACE_ROLES}
        _finish(folder, _space_manifest(made_of, roles), own)
    return open_bundle(NAME)


def _finish(folder: Path, manifest: Manifest, own: Bundle | None) -> None:
    """Put organizer's own classifier beside the rest, where one is given, and write the manifest."""
    others: tuple[str, ...] = ()
    if own is not None:
        classifier, others = own_files(own)
        copy_files(own, (classifier,), folder)
        manifest = with_own_classifier(manifest, own)
    # Before its card lies there: other words do not make other scores. Other thresholds make other tags.
    thresholds = "" if own is None else f"{own.thresholds} {own.maybe_thresholds}"
    manifest = dataclasses.replace(manifest, version=version_of(folder, thresholds))
    if own is not None:
        copy_files(own, others, folder)
    write_manifest(folder, manifest)


def version_of(folder: Path, besides: str = "") -> str:
    """Return a version that another network, PCA or classifier does not share: scores are stored with it.

    Args:
        folder: with the files of these and no others.
        besides: what else makes another version.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    lines = "".join(f"{file.relative_to(folder).as_posix()} {sha256_of(file)}\n" for file in files)
    return f"{VERSION}+{hashlib.sha256((lines + besides).encode()).hexdigest()[:8]}"


def _manifest(ingredients: Mapping[str, Ingredient]) -> Manifest:
    """Return the manifest of what was downloaded; its version is not known yet."""
    made_of = {
        role: {
            "part": found.part.name,
            "title": found.part.title,
            "published_at": list(found.part.urls),
            "sha256": sha256_of(found.file),
            "licence": found.part.licence,
        }
        for role, found in ingredients.items()
    }
    manifest = _space_manifest(made_of, {"backbone": _BACKBONE, "pca": _PCA})
    if "classifier" not in ingredients:
        return manifest
    return dataclasses.replace(
        manifest,
        summary="Inception v3 features in YouTube-8M's own space, the published CNN + LSTM for ten labels",
        labels=LABELS,
        thresholds=dict.fromkeys(LABELS, THRESHOLD),
        metrics={"summary": _MEASURED},
        roles={**manifest.roles, "classifier": _CLASSIFIER},
        kinds=Kinds(BackboneKind.TF_HUB, ClassifierKind.CNN_LSTM),
    )


def _space_manifest(made_of: dict[str, dict[str, Any]], roles: dict[str, str]) -> Manifest:
    """Return the manifest of a model that makes features and no tags, in no version.

    Args:
        made_of: provenance by role.
        roles: where network and PCA lie in its folder.
    """
    return Manifest(
        name=NAME,
        version="",
        summary="Inception v3 features in YouTube-8M's own space; no classifier yet",
        licence="; ".join(f"{role}: {part['licence']}" for role, part in made_of.items()),
        input_size=SETTINGS.input_size,
        resize=RESIZE,
        dimensions=OUTPUTS,
        quantiser=QuantiserRange.of(YT8M_QUANTISER),
        labels=(),
        metrics={"summary": _NO_CLASSIFIER},
        provenance=made_of,
        roles=roles,
        kinds=Kinds(BackboneKind.TF_HUB),
        backbone_settings=SETTINGS.stored(),
    )


def has_yt8m_pca(bundle: Bundle) -> bool:
    """Say whether a bundle's PCA is YouTube-8M's, so that only one network fits it."""
    made_of = bundle.provenance.get("pca")
    return isinstance(made_of, dict) and made_of.get("part") == PCA_PART


def _module_folder(folder: Path) -> Path:
    """Return the folder that holds the files: this one, or the only one in it."""
    entries = list(folder.iterdir())
    if len(entries) == 1 and entries[0].is_dir() and not (folder / SAVED_MODEL).exists():
        return entries[0]
    return folder
