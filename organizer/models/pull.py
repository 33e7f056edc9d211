"""Download the parts of a model and install it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import BundleError, DownloadError
from organizer.features.load_tensorflow import load_tensorflow
from organizer.models.assemble import Ingredient, assemble, prepare_backbone
from organizer.models.fetch import Patience, fetch

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path
    from threading import Event

    from organizer.models.bundle import Bundle
    from organizer.models.fetch import FetchProgress
    from organizer.models.sources import Part

_MODULE = "backbone"


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
    classifier: bool,
    stop: Event | None = None,
    patience: Patience | None = None,
) -> Generator[FetchProgress | PullEvent, None, None]:
    """Download what is missing and install ``inception-yt8m``.

    What was downloaded stays until the model is installed, so that the next call goes on from there.

    Args:
        roles: parts by role; of several for one role, the first one that can be had and used is taken.
        downloads: folder for what is downloaded; deleted in the end.
        classifier: whether its classifier is wanted.
        stop: to be set when the download shall end soon.
        patience: how often to try one address.

    Yields:
        Progress and notes, and ``Installed`` in the end.

    Raises:
        FetchStoppedError: ``stop`` was set; everything that came is kept.
        DownloadError: a part cannot be had.
        BundleError: a part is not what it should be.
        MissingDependencyError: what is needed to use the model is not installed.
        StorageError: there is no room.
    """
    # Said before anything is downloaded.
    load_tensorflow()
    module = downloads / _MODULE
    ingredients: dict[str, Ingredient] = {}
    for role in ("pca", "classifier", "backbone"):
        if role == "classifier" and not classifier:
            continue
        ingredients[role] = yield from _first(roles[role], role, downloads, stop, patience)
    yield Note("Putting it together.")
    # In the order in which a person thinks of them.
    ordered = {role: ingredients[role] for role in roles if role in ingredients}
    try:
        bundle = assemble(module, ordered)
    except BundleError:
        # A wrong file without a known checksum would be found in place the next time.
        for ingredient in ordered.values():
            if ingredient.part.checksum is None:
                ingredient.file.unlink(missing_ok=True)
        raise
    shutil.rmtree(downloads, ignore_errors=True)
    yield Installed(bundle)


def _first(
    parts: tuple[Part, ...], role: str, downloads: Path, stop: Event | None, patience: Patience | None
) -> Generator[FetchProgress | PullEvent, None, Ingredient]:
    """Return the first part that can be had; a backbone must also work."""
    failure: DownloadError | BundleError | None = None
    for number, part in enumerate(parts):
        ingredient = Ingredient(part, downloads / part.file_name)
        try:
            yield from fetch(part, downloads, stop=stop, patience=patience)
            if role == "backbone":
                yield Note(f"Checking {part.title}.")
                shutil.rmtree(downloads / _MODULE, ignore_errors=True)
                prepare_backbone(ingredient, downloads / _MODULE)
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
