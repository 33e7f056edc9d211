"""Download the parts of a model and install it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.errors import BundleError, DownloadError
from organizer.features.tensorflow.loading import load_tensorflow_hub
from organizer.models.catalogue import open_bundle
from organizer.models.classifier_choice import ClassifierChoice, classifier_of, pull_again
from organizer.models.download.fetch import fetch, wait_for_lock
from organizer.models.inception.assemble import NAME, Ingredient, assemble, join_own, prepare_backbone
from organizer.models.inception.own_classifier import check_takes, is_current, shipped_classifier
from organizer.models.installing import is_free
from organizer.models.safe_write import RESUME, storage_errors

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from threading import Event

    from organizer.models.bundle import Bundle
    from organizer.models.download.fetch import FetchProgress, Patience
    from organizer.models.download.sources import Part

_PREPARED = "prepared-"


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know while a model is pulled."""

    text: str
    """A full sentence."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The end: the model is there."""

    bundle: Bundle


PullEvent = Note | Installed
"""Besides ``FetchProgress``."""


def pull(
    roles: Mapping[str, tuple[Part, ...]],
    downloads: Path,
    *,
    classifier: ClassifierChoice | None = None,
    replace: bool = False,
    stop: Event | None = None,
    patience: Patience | None = None,
) -> Generator[FetchProgress | PullEvent, None, None]:
    """Download what is missing and install ``inception-yt8m``; where it is installed and whole, do nothing.

    What was downloaded stays until the model is installed, so that the next call goes on from there. Of
    several processes one does it, and the others wait and find it done. Where network and PCA are installed
    and only organizer's own classifier is wanting, that one is joined with them and nothing is downloaded.

    Args:
        roles: parts by role; of several for one role, the first one that can be had and used is taken.
        downloads: folder for what is downloaded; deleted in the end.
        classifier: which one is wanted. None means organizer's own; but where a model with the published one,
            or with one of another origin, is installed and not to be replaced, it is left alone.
        replace: whether an installed model of its name may be replaced; a whole one is, too.
        stop: to be set when the download shall end soon.
        patience: how often to try one address.

    Yields:
        Progress and notes, and ``Installed`` in the end.

    Raises:
        StoppedError: ``stop`` was set; everything that came is kept.
        DownloadError: a part cannot be had.
        BundleError: a part is not what it should be, or an installed model of its name is not what is wanted
            and may not be replaced.
        MissingDependencyError: what is needed to use the model is not installed.
        StorageError: there is no room.
    """
    from filelock import FileLock

    # Said before anything is downloaded.
    load_tensorflow_hub()
    lock = FileLock(downloads.with_name(f".{downloads.name}.lock"), thread_local=False)
    with storage_errors(downloads, RESUME):
        downloads.parent.mkdir(parents=True, exist_ok=True)
    # What is below ``downloads`` then belongs to this process alone.
    for number, _ in enumerate(wait_for_lock(lock, stop)):
        if number == 0:
            yield Note("Another process is pulling this model. Waiting until it has ended.")
    try:
        # Another process may have pulled it while this one waited, or asked.
        match standing(NAME, classifier=classifier, replace=replace):
            case Standing(whole, to_be_joined=False):
                yield Note("It is installed already, and whole.")
                yield Installed(whole)
                return
            case Standing(bare, to_be_joined=True):
                yield Note("Network and PCA are installed; organizer's own classifier is put beside them.")
                yield Installed(join_own(bare, shipped_classifier()))
                return
        choice = classifier or ClassifierChoice.OWN
        bundle = yield from _pull(roles, downloads, stop, patience, classifier=choice, replace=replace)
        shutil.rmtree(downloads, ignore_errors=True)
    finally:
        lock.release()
    yield Installed(bundle)


@dataclass(frozen=True, slots=True)
class Standing:
    """An installed model that is proven whole and need not be downloaded."""

    bundle: Bundle
    to_be_joined: bool
    """Whether organizer's own classifier, or the one of this version, has yet to be joined with it."""


def standing(name: str, *, classifier: ClassifierChoice | None, replace: bool) -> Standing | None:
    """Return the installed model, or None where it shall be pulled.

    Args:
        name: of the model.
        classifier: see ``pull``.
        replace: whether it is pulled in any case.

    Raises:
        BundleError: one of this name is damaged or has not the classifier that is wanted, and may not be
            replaced; or organizer's own classifier is not there, or not for its features.
    """
    if replace or is_free(name):
        return None
    has: ClassifierChoice | None = None
    try:
        bundle = open_bundle(name)
        has = classifier_of(bundle)
        bundle.verify(every_file=True)
    except BundleError as error:
        # Where nothing is said the published one stays, so it stays in a repair too.
        kept = has if has is ClassifierChoice.PUBLISHED else None
        raise BundleError(_not_replaced(name, "is damaged", classifier or kept)) from error
    if classifier is ClassifierChoice.PUBLISHED and has is not classifier:
        raise BundleError(_not_replaced(name, _has(has), classifier))
    if classifier is None and has in {ClassifierChoice.NONE, ClassifierChoice.OWN}:
        classifier = ClassifierChoice.OWN
    if classifier is not ClassifierChoice.OWN:
        return Standing(bundle, to_be_joined=False)
    own = shipped_classifier()
    if is_current(bundle, own):
        return Standing(bundle, to_be_joined=False)
    check_takes(bundle, own)
    return Standing(bundle, to_be_joined=True)


def _has(classifier: ClassifierChoice | None) -> str:
    match classifier:
        case ClassifierChoice.NONE:
            return "has no classifier"
        case ClassifierChoice.OWN:
            return "has organizer's own classifier"
        case _:
            return "has another classifier"


def _not_replaced(name: str, reason: str, classifier: ClassifierChoice | None) -> str:
    return (
        f"There is a model {name} already, and it {reason}. To put another in its place, say so: "
        f"{pull_again(name, classifier)}"
    )


def _pull(
    roles: Mapping[str, tuple[Part, ...]],
    downloads: Path,
    stop: Event | None,
    patience: Patience | None,
    *,
    classifier: ClassifierChoice,
    replace: bool,
) -> Generator[FetchProgress | PullEvent, None, Bundle]:
    # One that is missing is not found after the download.
    own = shipped_classifier() if classifier is ClassifierChoice.OWN else None
    with storage_errors(downloads, RESUME):
        downloads.mkdir(exist_ok=True)
        for left in downloads.glob(f"{_PREPARED}*"):
            shutil.rmtree(left, ignore_errors=True)
        prepared = Path(tempfile.mkdtemp(dir=downloads, prefix=_PREPARED))
    module = prepared / "backbone"
    ingredients: dict[str, Ingredient] = {}
    try:
        for role in ("pca", "classifier", "backbone"):
            if role == "classifier" and classifier is not ClassifierChoice.PUBLISHED:
                continue
            ingredients[role] = yield from _fetch_first(
                roles[role], role, downloads, module, stop=stop, patience=patience
            )
        yield Note("Putting it together.")
        # In the order in which a person thinks of them.
        ordered = {role: ingredients[role] for role in roles if role in ingredients}
        return assemble(module, ordered, own=own, replace=replace)
    except BundleError:
        # A wrong file without a known checksum would be found in place the next time.
        for ingredient in ingredients.values():
            if ingredient.part.checksum is None:
                ingredient.file.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(prepared, ignore_errors=True)


def _fetch_first(
    parts: tuple[Part, ...],
    role: str,
    downloads: Path,
    module: Path,
    *,
    stop: Event | None,
    patience: Patience | None,
) -> Generator[FetchProgress | PullEvent, None, Ingredient]:
    """Return the first part that can be had; a backbone must also work."""
    failure: DownloadError | BundleError | None = None
    for number, part in enumerate(parts):
        ingredient = Ingredient(part, downloads / part.file_name)
        try:
            yield from fetch(part, downloads, stop=stop, patience=patience)
            if role == "backbone":
                yield Note(f"Checking {part.title}.")
                prepare_backbone(ingredient, module)
            return ingredient
        except (DownloadError, BundleError) as error:
            # A file that is whole and wrong would be found in place the next time.
            ingredient.file.unlink(missing_ok=True)
            failure = failure or error
            if number + 1 < len(parts):
                yield Note(f"{error} Now from the second source: {parts[number + 1].title}.")
                continue
            raise
    raise AssertionError("a role has at least one part") from failure
