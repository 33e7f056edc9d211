"""Measure a model on videos of YouTube-8M that it was not trained on; its classifier is all it takes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.assets import assets_folder
from organizer.errors import TrainingDataError
from organizer.models.bundle import load_bundle
from organizer.models.catalogue import open_bundle
from organizer.models.inception.assemble import NAME
from organizer.models.installing import is_free
from organizer.models.loose_classifier import is_loose_classifier, load_loose_classifier
from organizer.models.manifest import is_name
from organizer.text import count
from organizer.training.evaluate_model import Measured
from organizer.training.score_videos import score_held_out, score_videos
from organizer.training.trained_on import read_trained_on
from organizer.training.yt8m.build_classifier import SCORES
from organizer.training.yt8m.dataset import Yt8mData
from organizer.training.yt8m.means_table import read_means_table
from organizer.training.yt8m.record_formats import Level
from organizer.training.yt8m.sampling import is_held_out
from organizer.training.yt8m.shard_files import find_split
from organizer.training.yt8m.shards import VALIDATION
from organizer.training.yt8m.video_model_folds import read_out_of_fold
from organizer.training.yt8m_source import Yt8mChoice, check_yt8m_space, in_fold, trained_videos

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle
    from organizer.training.measure.scored import Scored
    from organizer.training.trained_on import TrainedOn

_MEANS_NOTE = (
    "Each video is one mean over all its seconds here, some hundreds; those of a library are seen second by "
    "second, and fewer of them."
)
_UNKNOWN_NOTE = (
    "It was trained on shards, and a table does not say which shard a video is from: some of these videos "
    "may be among those it saw."
)
_OUT_OF_FOLD_NOTE = (
    "It was trained on these videos. Shown are its out-of-fold figures: scores by networks of the same "
    "recipe that did not see a video's fold, with thresholds fitted without it."
)
_LABELLED_NOTE = "Videos with none of the labels are left out, as they were for the published models."


def open_to_measure(model: str | None) -> Bundle:
    """Return the model that is meant: an installed one, one in a folder, or a loose classifier.

    Args:
        model: a name, or the path of a folder; None means the model in use. A name that is not installed may
            be that of a classifier that comes with organizer.

    Raises:
        BundleError: there is none, or it cannot be read.
    """
    if model is None:
        return open_bundle()
    if not is_name(model):
        return _in_folder(Path(model))
    shipped = assets_folder() / model
    if is_free(model) and is_loose_classifier(shipped):
        return load_loose_classifier(shipped)
    return open_bundle(model)


def _in_folder(folder: Path) -> Bundle:
    return load_loose_classifier(folder) if is_loose_classifier(folder) else load_bundle(folder)


def measure_on_yt8m(bundle: Bundle, choice: Yt8mChoice, *, labelled_only: bool = False) -> Measured:
    """Measure a model.

    Args:
        bundle: the model; a loose classifier will do.
        choice: the videos: validation shards, or all where there are no others; or a table of means.
        labelled_only: whether videos with none of the labels are left out.

    Raises:
        TrainingDataError: they cannot be read, or the model saw all of them, or knows none of the labels.
        BundleError: the classifier is missing or damaged.
    """
    check_yt8m_space(bundle)
    unseen, notes = _Unseen.of(bundle), [_MEANS_NOTE] if choice.level is Level.VIDEO else []
    table = choice.table
    if table is not None and unseen.trained is not None and unseen.trained.shards:
        notes.append(_UNKNOWN_NOTE)
    measure = _on_shards if table is None else _on_table
    try:
        scored = measure(bundle, choice, unseen)
        if unseen.left_out:
            notes.append(f"{len(unseen.left_out):,} videos that it was trained on are left out.")
    except TrainingDataError as error:
        # Where some were left to be measured on, something else is wrong, and the error says what.
        if not unseen.left_out or unseen.kept:
            raise
        out_of_fold = _out_of_fold(bundle, unseen.left_out)
        if out_of_fold is None:
            raise TrainingDataError(
                f"{bundle.name} was trained on these videos, so what it says of them proves nothing. Measure "
                "it on others."
            ) from error
        scored = out_of_fold
        notes.append(_OUT_OF_FOLD_NOTE)
    if labelled_only:
        scored = _labelled(scored)
        notes.append(_LABELLED_NOTE)
    return Measured(bundle, scored, _words(choice), tuple(notes))


def _words(choice: Yt8mChoice) -> str:
    if choice.table is not None:
        fold = "" if choice.fold is None else f", fold {choice.fold}"
        return f"YouTube-8M's means in {choice.table.name}{fold}."
    shards = find_split(choice.places).validate
    validation = all(shard.name.startswith(VALIDATION) for shard in shards)
    return f"{count(len(shards), 'validation shard' if validation else 'shard')} of YouTube-8M."


@dataclass(eq=False)
class _Unseen:
    """Whether a model has not seen a video in training."""

    trained: TrainedOn | None
    videos: frozenset[bytes]
    left_out: set[bytes] = field(default_factory=set)
    """Ids of the videos that were asked for and had been seen."""
    kept: int = 0
    """How many times a video that was asked for had not been seen."""

    @classmethod
    def of(cls, bundle: Bundle) -> _Unseen:
        trained = read_trained_on(bundle)
        return cls(trained, trained_videos(bundle, trained))

    def __call__(self, shard: Path | None, video: bytes) -> bool:
        if video in self.videos or (shard is not None and self._was_trained_on(shard, video)):
            self.left_out.add(video)
            return False
        self.kept += 1
        return True

    def _was_trained_on(self, shard: Path, video: bytes) -> bool:
        if self.trained is None or shard.name not in self.trained.shards:
            return False
        share = self.trained.held_out_share
        return share is None or not is_held_out(video, share)


def _on_shards(bundle: Bundle, choice: Yt8mChoice, unseen: _Unseen) -> Scored:
    data = Yt8mData(
        (),
        find_split(choice.places).validate,
        choice.classes(),
        choice.record_format,
        space_id=bundle.space_id,
        holds_out=unseen,
    )
    return score_held_out(bundle, data)


def _on_table(bundle: Bundle, choice: Yt8mChoice, unseen: _Unseen) -> Scored:
    import numpy as np

    assert choice.table is not None
    table = read_means_table(choice.table)
    every = np.arange(len(table.ids))
    wanted = every if choice.fold is None else every[in_fold(table, choice.fold)]
    rows = np.array([row for row in wanted.tolist() if unseen(None, table.ids[row])], np.int64)
    return score_videos(bundle, table.videos(rows), table.labels)


def _out_of_fold(bundle: Bundle, videos: set[bytes]) -> Scored | None:
    """Return what networks of the recipe said of videos that they did not see; None where that is not known.

    It is of the classifier that comes with organizer, installed or not. Means of a table and of shards are
    the same up to 8 bits.
    """
    folder = assets_folder() / NAME
    if not (folder / SCORES).is_file():
        return None
    own = load_loose_classifier(folder)
    if bundle.files[bundle.roles["classifier"]] != own.files[own.roles["classifier"]]:
        return None
    result = read_out_of_fold(folder / SCORES)
    names = {video.decode("utf-8", "replace") for video in videos}
    if not names <= set(result.ids):
        return None
    scored = replace(result.scored(), maybe_thresholds=result.maybe_thresholds[result.folds])
    return scored.pick([name for name in result.ids if name in names])


def _labelled(scored: Scored) -> Scored:
    """Return the videos that have a label."""
    import numpy as np

    rows = np.flatnonzero(scored.positives.any(axis=1))
    return scored.pick([scored.names[row] for row in rows])
