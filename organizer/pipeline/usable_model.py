"""The model that a person chose, or ``lite`` where that one cannot be run here."""

from __future__ import annotations

from dataclasses import dataclass

from organizer.errors import BundleError, MissingDependencyError
from organizer.models.catalogue import DEFAULT, open_bundle
from organizer.tags.tagger import Tagger


@dataclass(frozen=True, slots=True)
class UsableModel:
    """The model to work with, and what takes its place where it cannot be run."""

    tagger: Tagger
    fallback: Tagger | None = None
    """Takes the place of ``tagger`` where its backbone or classifier cannot be loaded."""
    unusable: str | None = None
    """Why another model was chosen than ``tagger``, which is in its place already: full sentences."""

    def loaded(self) -> UsableModel:
        """Load the networks and return what runs: this, or the fallback, with the reason.

        Raises:
            BundleError: the model is missing or damaged, and there is no other.
            MissingDependencyError: what runs the model is not installed, and there is no other.
        """
        if self.fallback is None:
            # Loaded with the first picture: whatever is wrong with it ends the work anyway.
            return self
        try:
            _ = self.tagger.bundle.space
            self.tagger.load()
        except (BundleError, MissingDependencyError) as error:
            return UsableModel(self.fallback, unusable=str(error))
        return self


def model_in_use() -> UsableModel:
    """Open the model in use, with ``lite`` to take its place; nothing is loaded yet.

    Raises:
        BundleError: not even ``lite`` is there.
    """
    lite = Tagger(open_bundle(DEFAULT))
    try:
        tagger = Tagger(open_bundle())
    except BundleError as error:
        return UsableModel(lite, unusable=str(error))
    return UsableModel(tagger, None if tagger.bundle.name == DEFAULT else lite)
