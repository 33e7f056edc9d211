"""What there is to train on, each with what must be remembered of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from organizer.library import Library
from organizer.text import count
from organizer.training.library_data import LibraryData
from organizer.training.lite.corpus_data import DEFAULT_FOLD, corpus_data
from organizer.training.trained_on import Origin, TrainedOn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from organizer.models.bundle import Bundle
    from organizer.training.engine.data import TrainingData
    from organizer.training.evidence_weights import Base
    from organizer.training.library_data import LibrarySettings


@dataclass(frozen=True, eq=False)
class TrainingSource:
    """Training data, and what a bundle will say of it."""

    data: TrainingData
    """What is held out in it chooses epoch and thresholds, and gives the figures."""
    summary: str
    """A sentence for the model card."""
    held_out: str
    """What is held out, for the end of a sentence."""
    trained_on: TrainedOn
    """For ``evaluate``, which must not measure on it."""
    everything: Callable[[], TrainingData] | None = None
    """The same with nothing held out, to train the final weights on; None where these are trained on
    ``data``."""
    notes: tuple[str, ...] = ()
    """What the person should know before training begins."""
    base: Base | None = None
    """What is corrected, where something is."""
    untouched: tuple[str, ...] = ()
    """Its labels that nothing is learnt for."""
    licence: str | None = None
    """Of a classifier that is made of it, where the data asks for one."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """What is to lie beside the classifier, by name."""


def corpus_source(bundle: Bundle, folder: Path, cache: Path, fold: int | None) -> TrainingSource:
    """Return the corpus.

    Args:
        bundle: its backbone, PCA and quantiser make the features.
        folder: with the corpus.
        cache: for backbone features.
        fold: held out, and never trained on. None holds out the last fold to choose epoch and thresholds,
            and trains the final weights on all.

    Raises:
        TrainingDataError: the corpus cannot be used.
    """
    data = corpus_data(folder, bundle, cache, DEFAULT_FOLD if fold is None else fold)
    left_out = "" if fold is None else f" without fold {fold}"
    return TrainingSource(
        data,
        summary=f"trained on the corpus of clips and photographs{left_out}; it is not part of the product.",
        held_out=f"fold {data.fold} of the corpus ({count(len(data.held_out.names), 'clip')})",
        trained_on=TrainedOn(Origin.CORPUS, fold=fold),
        everything=(lambda: corpus_data(folder, bundle, cache, None)) if fold is None else None,
    )


def library_source(
    bundle: Bundle, library: Library, settings: LibrarySettings, base: Base | None = None
) -> TrainingSource:
    """Return the decisions in a library.

    Args:
        bundle: its features are used.
        library: the library.
        settings: what is taken for an example.
        base: a classifier to correct; None to learn from nothing.

    Raises:
        TrainingDataError: there are too few.
    """
    data = LibraryData(library, bundle, settings, base)
    trained, held_out = len(data.to_train.names), len(data.held_out.names)
    taught = f"{base.name}, corrected by" if base else "trained on"
    notes = []
    untouched: tuple[str, ...] = ()
    if data.not_learnt:
        # Built-in labels without a decision are as good as not there, but the person should hear of it.
        unknown = {
            name: number for name, number in data.not_learnt.items() if not base or name not in base.labels
        }
        untouched = tuple(name for name in data.not_learnt if name not in unknown)
        if base and untouched:
            notes.append(f"Too few decisions, so as {base.name} has them: {', '.join(untouched)}.")
        if unknown:
            notes.append(
                "Too few examples, so this model will not know: "
                + ", ".join(f"{name} ({number} confirmed)" for name, number in unknown.items())
                + "."
            )
    return TrainingSource(
        data,
        summary=f"{taught} decisions about {count(trained, 'video')} of its owner's library.",
        held_out=f"{count(held_out, 'video')} of other days in this library",
        trained_on=TrainedOn(
            Origin.LIBRARY, groups=tuple(data.trained_groups), based_on=base.name if base else None
        ),
        notes=tuple(notes),
        base=base,
        untouched=untouched,
    )
