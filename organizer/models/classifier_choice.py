"""Which classifier the model ``inception-yt8m`` can have, and which one a model has."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.models.manifest import ClassifierKind

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle


class ClassifierChoice(StrEnum):
    """Which classifier the model gets."""

    OWN = "own"
    """organizer's own, which comes with it."""
    PUBLISHED = "published"
    """The published CNN + LSTM, which nobody licensed."""
    NONE = "none"
    """It makes features and no tags."""

    @property
    def option(self) -> str:
        """How a person says so to ``models pull`` and ``models import``."""
        return _OPTIONS[self]


_OPTIONS = {
    ClassifierChoice.OWN: "--own-classifier",
    ClassifierChoice.PUBLISHED: "--accept-unlicensed-classifier",
    ClassifierChoice.NONE: "--no-classifier",
}


def classifier_of(bundle: Bundle) -> ClassifierChoice | None:
    """Return which of these a model has; None for a classifier that is neither, such as one trained here.

    What organizer joined says so itself, whichever version of organizer that was.
    """
    if not bundle.has_classifier:
        return ClassifierChoice.NONE
    made_of = bundle.provenance.get("classifier")
    if isinstance(made_of, dict) and made_of.get("origin") == ClassifierChoice.OWN.value:
        return ClassifierChoice.OWN
    return ClassifierChoice.PUBLISHED if bundle.classifier_kind is ClassifierKind.CNN_LSTM else None


def pull_again(name: str, choice: ClassifierChoice | None) -> str:
    """Return the command that puts a model in its own place; without a choice it gets organizer's own."""
    command = f"organizer models pull {name} --replace"
    # What comes of itself need not be said.
    return command if choice in {None, ClassifierChoice.OWN} else f"{command} {choice.option}"
