"""Measure a model on labelled videos that it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.frames.pictures.resize import squash
from organizer.library import Library
from organizer.training.engine.data import MemoryVideos
from organizer.training.library_data import decided_videos
from organizer.training.lite.corpus import FOLDS, read_corpus, read_picture
from organizer.training.lite.out_of_fold import read_out_of_fold
from organizer.training.score_videos import score_videos
from organizer.training.trained_on import Origin, read_trained_on
from organizer.types import LABELS, VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from organizer.models.bundle import Bundle
    from organizer.training.lite.corpus import Clip, Corpus
    from organizer.training.measure.scored import Scored

OUT_OF_FOLD = "out_of_fold.csv"
"""Beside the bundled model: what models that did not see a clip said of it."""
_LIBRARY_NOTE = (
    "Decisions are mostly about what a model suggested. What no model ever suggested is hardly among them, "
    "so recall and average precision look better here than they are; precision is sound."
)


@dataclass(frozen=True, eq=False)
class Measured:
    """A model's scores, and what must be said about them."""

    bundle: Bundle
    scored: Scored
    data: str
    """What it was measured on, for the end of a sentence."""
    notes: tuple[str, ...] = ()
    """Sentences that belong beside every figure."""


def trained_on(bundle: Bundle) -> str:
    """Return, as a sentence, what a bundle's manifest says that its classifier was trained on."""
    classifier = bundle.provenance.get("classifier")
    if isinstance(classifier, dict):
        classifier = classifier.get("data")
    if isinstance(classifier, str) and classifier:
        return f"Its classifier: {classifier.rstrip('.')}."
    return "Its manifest does not say what it was trained on."


def measure_on_library(bundle: Bundle, library: Library, *, own_tags: bool = False) -> Measured:
    """Measure on the decisions in a library; days that the model was trained on are left out.

    Raises:
        TrainingDataError: there is nothing to measure on.
        BundleError: the classifier is missing or damaged.
    """
    trained = read_trained_on(bundle)
    trained_groups = trained.groups if trained else ()
    videos = decided_videos(library, bundle, trained_groups, own_tags=own_tags)
    notes = [_LIBRARY_NOTE]
    if trained_groups:
        notes.append(
            "It was trained on decisions of a library. Days that it was trained on are left out here; which "
            "epoch and thresholds it has was chosen on some of the others."
        )
    return Measured(bundle, score_videos(bundle, videos, bundle.labels), "this library.", tuple(notes))


def measure_on_corpus(bundle: Bundle, folder: Path, *, fold: int | None = None) -> Measured:
    """Measure on the clips of the corpus that count, never on those that a model was trained on.

    The bundled model, which was trained on all of them, is measured by the scores of its cross-validation; a
    model that was trained without a fold, on this fold.

    Args:
        bundle: the model.
        folder: with the corpus.
        fold: the only one to measure on; None means all that the model did not see.

    Raises:
        TrainingDataError: the corpus cannot be read, or the model saw all that is to be measured on.
        BundleError: the model is damaged.
    """
    if fold is not None and fold not in range(FOLDS):
        raise TrainingDataError(f"There is no fold {fold}. The corpus has the folds 0 to {FOLDS - 1}.")
    corpus, trained = read_corpus(folder), read_trained_on(bundle)
    if trained and trained.origin is Origin.CORPUS:
        left_out = trained.fold
        if left_out is None or fold not in {None, left_out}:
            seen = "all of its folds" if left_out is None else f"fold {fold}"
            untouched = "" if left_out is None else f" Measure it on the fold it left out: --fold {left_out}."
            raise TrainingDataError(
                f"{bundle.name} was trained on {seen} of the corpus, so what it says of these clips proves "
                f"nothing.{untouched} To measure the recipe, train with --fold and measure on that fold."
            )
        note = (
            f"It was trained on the corpus without fold {left_out}, on which it is measured here; which "
            "epoch and thresholds it has was chosen on the same fold, so expect a little less elsewhere."
        )
        return _on_clips(bundle, corpus, left_out, (note,))
    if trained and trained.based_on:
        raise TrainingDataError(
            f"{bundle.name} corrects {trained.based_on}, which was trained on the corpus, so what it says of "
            "these clips proves nothing. Measure it on your decisions: organizer evaluate, without --data."
        )
    if (bundle.folder / OUT_OF_FOLD).is_file():
        return _on_out_of_fold_scores(bundle, corpus, fold)
    return _on_clips(bundle, corpus, fold, ())


def align(first: Measured, second: Measured) -> tuple[Scored, Scored]:
    """Return both models' scores of the videos and labels that they have in common, in the same order.

    Raises:
        TrainingDataError: they have nothing in common.
    """
    labels = tuple(label for label in first.scored.labels if label in second.scored.labels)
    names = set(first.scored.names) & set(second.scored.names)
    duplicates = len(set(first.scored.names)) < len(first.scored.names)
    if not labels or not names or (duplicates and first.scored.names != second.scored.names):
        raise TrainingDataError(
            f"{first.bundle.name} and {second.bundle.name} were measured on different videos or know "
            "different labels, so they cannot be compared."
        )
    if duplicates:
        return first.scored.only(labels), second.scored.only(labels)
    chosen = [name for name in first.scored.names if name in names]
    return first.scored.only(labels).pick(chosen), second.scored.only(labels).pick(chosen)


def _on_out_of_fold_scores(bundle: Bundle, corpus: Corpus, fold: int | None) -> Measured:
    result = read_out_of_fold(bundle.folder / OUT_OF_FOLD)
    scored = result.scored({clip.name: clip.group for clip in corpus.clips})
    if fold is not None:
        of_fold = zip(result.clips, result.folds, strict=True)
        scored = scored.pick([clip for clip, its_fold in of_fold if its_fold == fold])
    note = (
        "It was trained on these clips. Shown are its out-of-fold figures: scores by models of the same "
        "recipe that did not see a clip's fold, with thresholds fitted without it. What tags your videos is "
        "trained on all folds."
    )
    return Measured(bundle, scored, "the corpus, out of fold.", (note,))


def _on_clips(bundle: Bundle, corpus: Corpus, fold: int | None, notes: tuple[str, ...]) -> Measured:
    chosen = [clip for clip in corpus.clips if clip.counts and fold in {None, clip.fold}]
    rows = [corpus.clips.index(clip) for clip in chosen]
    videos = MemoryVideos(
        names=tuple(clip.name for clip in chosen),
        groups=tuple(clip.group for clip in chosen),
        features=[features.quantised[None] for features in _clip_features(bundle, chosen)],
        targets=corpus.clip_targets[rows],
        weights=corpus.clip_known[rows],
    )
    words = "the corpus." if fold is None else f"fold {fold} of the corpus."
    return Measured(bundle, score_videos(bundle, videos, LABELS), words, notes)


def _clip_features(bundle: Bundle, clips: Sequence[Clip]) -> Iterator[VideoFeatures]:
    """Yield the features of clips: of the frames that a scan looks at, made small as it does."""
    import numpy as np

    space, spec = bundle.space, bundle.input_spec
    for clip in clips:
        frames = [frame for second, frame in enumerate(clip.frames) if second in spec.sampled]
        yield space.extract(np.stack([squash(read_picture(frame), spec) for frame in frames]))
