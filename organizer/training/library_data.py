"""A person's library as training data: what they confirmed and rejected teaches a classifier of their own."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.library import Library
from organizer.library.records import DecidedVideo
from organizer.text import count, safe_text
from organizer.training.engine.data import MemoryData, MemoryVideos
from organizer.types import LABELS, DateSource, TagState

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle
    from organizer.training.evidence_weights import Base

FEWEST_CONFIRMED = 8
"""Videos confirmed for a label before it can be learnt: six or so to train on, two to measure with."""
FEWEST_WITHOUT = 4
"""Videos known, or taken, not to have the label."""
HELD_OUT = 0.2
"""Share of the videos to measure on."""
_KEPT_OF_LABEL = 0.6
"""At least this share of a label's confirmed videos is trained on, whatever group they are in."""
_DATED = {DateSource.CONTAINER.value, DateSource.NAME.value}


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """What is taken for an example."""

    own_tags: bool = False
    """Whether tags of the person's own become labels too."""
    undecided_weight: float = 0.1
    """What it counts, against 1 for a decision, that a video somebody looked at was not given a label which
    no model suggested either. 0: only decisions count."""
    own_tag_weight: float = 0.5
    """The same for tags of the person's own, which can be given and not be rejected."""


class LibraryData(MemoryData):
    """The videos of a library that somebody decided about.

    Confirmed is 1, rejected is 0, both with weight 1. A label that was suggested and not decided about is not
    known; one that nobody suggested is taken for 0 with a small weight, on such a video. What is measured on
    counts decisions alone, and for own tags the videos without them.

    Videos of one day (of one folder and file date, where nothing better tells the day) are trained on or
    measured on together: they often show the same thing twice. Which days are held out is told from their
    names, so a library that grows keeps them apart.
    """

    def __init__(
        self,
        library: Library,
        bundle: Bundle,
        settings: LibrarySettings | None = None,
        base: Base | None = None,
    ) -> None:
        """Read all decisions and the features of their videos.

        Args:
            library: the library.
            bundle: features of its space are read.
            settings: what is taken for an example.
            base: a classifier to correct. Its labels are labels here too; those with too few examples
                teach nothing and stay as they are.

        Raises:
            TrainingDataError: there are too few decisions; it says how many more are needed.
        """
        settings = settings or LibrarySettings()
        videos = library.decided_videos(bundle.space_id)
        learnt = _labels(videos, settings)
        if not learnt:
            raise TrainingDataError(_too_few(library, bundle, videos, settings))
        known = base.labels if base else ()
        labels = (*known, *(name for name in learnt if name not in known))
        self.settings = settings
        self.not_learnt = {
            name: number for name, number in _confirmed(videos, settings).items() if name not in learnt
        }
        """Labels with too few examples, and how many videos were confirmed for each."""
        groups = [group_of(video) for video in videos]
        is_held_out = _held_out(videos, groups, learnt)
        features = dict(library.features.of([video.id for video in videos], bundle.space_id))

        def chosen(held_out: bool) -> MemoryVideos:
            targets, weights = _targets(videos, labels, settings, measuring=held_out)
            if not held_out:
                weights[:, [label not in learnt for label in labels]] = 0
            elif not settings.own_tags:
                weights[:, [label not in LABELS for label in labels]] = 0
            rows = [row for row, held in enumerate(is_held_out) if held == held_out and weights[row].any()]
            return MemoryVideos(
                names=_names([videos[row] for row in rows]),
                groups=tuple(groups[row] for row in rows),
                features=[features[videos[row].id].quantised[None] for row in rows],
                targets=targets[rows],
                weights=weights[rows],
            )

        super().__init__(
            labels,
            bundle.space_id,
            bundle.quantiser,
            to_train=chosen(False),
            held_out=chosen(True),
            based_on=base.under(labels) if base else None,
        )

    @property
    def trained_groups(self) -> list[str]:
        """Marks of the groups that are trained on, sorted; they do not tell a day or a folder."""
        return sorted({mark_of(group) for group in self.to_train.groups})


def decided_videos(
    library: Library, bundle: Bundle, trained_groups: Collection[str], *, own_tags: bool = False
) -> MemoryVideos:
    """Return all videos with a decision about one of a bundle's labels, to measure it on.

    Args:
        library: the library.
        bundle: its labels are the columns.
        trained_groups: marks of groups to leave out, see ``LibraryData.trained_groups``.
        own_tags: whether a video that was looked at and not given an own tag counts as one without it.

    Raises:
        TrainingDataError: there is none.
    """
    left_out = set(trained_groups)
    videos = [
        video for video in library.decided_videos(bundle.space_id) if mark_of(group_of(video)) not in left_out
    ]
    targets, weights = _targets(videos, bundle.labels, LibrarySettings(own_tags), measuring=True)
    if not own_tags:
        weights[:, [label not in LABELS for label in bundle.labels]] = 0
    rows = [row for row in range(len(videos)) if weights[row].any()]
    if not (targets * weights).any():
        unseen = library.count_decided_without_features(bundle.space_id)
        scan = f" {_unseen(unseen, bundle)}" if unseen else ""
        apart = " on days that it was not trained on" if left_out else ""
        raise TrainingDataError(
            f"This library has nothing to measure {bundle.name} on: no label of it was confirmed for a video"
            f"{apart}. Confirm and reject suggestions in the gallery first.{scan}"
        )
    features = dict(library.features.of([videos[row].id for row in rows], bundle.space_id))
    return MemoryVideos(
        names=_names([videos[row] for row in rows]),
        groups=tuple(group_of(videos[row]) for row in rows),
        features=[features[videos[row].id].quantised[None] for row in rows],
        targets=targets[rows],
        weights=weights[rows],
    )


def mark_of(group: str) -> str:
    """Return what stands for a group in a bundle, which may be given to others."""
    return hashlib.sha256(os.fsencode(group)).hexdigest()[:16]


def group_of(video: DecidedVideo) -> str:
    """Return what a video must not be parted from: the day it was taken, else its folder and file date."""
    day = (video.taken_at or "")[:10]
    if day and video.taken_source in _DATED:
        return day
    return f"{os.path.dirname(video.path)} {day}"


def _names(videos: Sequence[DecidedVideo]) -> tuple[str, ...]:
    """Return file names, with the video's number where cameras gave the same name twice."""
    names = [os.path.basename(video.path) for video in videos]
    often = Counter(names)
    return tuple(
        f"{name} ({video.id})" if often[name] > 1 else name for name, video in zip(names, videos, strict=True)
    )


def _confirmed(videos: Sequence[DecidedVideo], settings: LibrarySettings) -> Counter[str]:
    """Count the videos that each label was confirmed for; built-in labels come first."""
    counts = Counter(dict.fromkeys(LABELS, 0))
    for video in videos:
        for name, state in video.tags.items():
            if state is TagState.CONFIRMED and (settings.own_tags or name in LABELS):
                counts[name] += 1
    return counts


def _labels(videos: Sequence[DecidedVideo], settings: LibrarySettings) -> tuple[str, ...]:
    """Return what can be learnt: the built-in labels in their order, then own tags by name."""
    confirmed = _confirmed(videos, settings)
    names = [*LABELS, *sorted(set(confirmed) - set(LABELS))]
    return tuple(
        name
        for name in names
        if confirmed[name] >= FEWEST_CONFIRMED and _without(videos, name, settings) >= FEWEST_WITHOUT
    )


def _without(videos: Sequence[DecidedVideo], name: str, settings: LibrarySettings) -> int:
    """Count the videos that are, or are taken to be, without a label."""
    implied = settings.undecided_weight > 0 or name not in LABELS
    return sum(
        video.tags.get(name) is TagState.REJECTED or (implied and name not in video.tags) for video in videos
    )


def _held_out(videos: Sequence[DecidedVideo], groups: Sequence[str], labels: tuple[str, ...]) -> list[bool]:
    """Say of each video whether it is held out: whole groups, in an order that only their names decide.

    Raises:
        TrainingDataError: no group can be held out.
    """
    sizes = Counter(groups)
    confirmed: dict[str, Counter[str]] = {group: Counter() for group in sizes}
    for video, group in zip(videos, groups, strict=True):
        confirmed[group].update(label for label in labels if video.tags.get(label) is TagState.CONFIRMED)
    total: Counter[str] = sum(confirmed.values(), Counter())
    held: set[str] = set()
    held_confirmed: Counter[str] = Counter()
    for group in sorted(sizes, key=mark_of):
        if sum(sizes[name] for name in held) >= HELD_OUT * len(videos):
            break
        after = held_confirmed + confirmed[group]
        if all(after[label] <= (1 - _KEPT_OF_LABEL) * total[label] for label in labels):
            held.add(group)
            held_confirmed = after
    if not held_confirmed:
        raise TrainingDataError(
            f"The {count(len(videos), 'video')} with decisions come from {count(len(sizes), 'day')} (or "
            "folder, where no date is known), and none of these can be held out to measure on. Decide about "
            "videos of other days too."
        )
    return [group in held for group in groups]


def _targets(
    videos: Sequence[DecidedVideo], labels: tuple[str, ...], settings: LibrarySettings, *, measuring: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return targets and weights, (videos, labels); measuring, guesses about built-in labels do not count."""
    import numpy as np

    targets = np.zeros((len(videos), len(labels)), np.float32)
    weights = np.zeros_like(targets)
    for row, video in enumerate(videos):
        for column, label in enumerate(labels):
            state = video.tags.get(label)
            if state is TagState.CONFIRMED:
                targets[row, column] = weights[row, column] = 1
            elif state is TagState.REJECTED:
                weights[row, column] = 1
            elif state is None and label not in LABELS:
                weights[row, column] = 1 if measuring else settings.own_tag_weight
            elif state is None and not measuring:
                weights[row, column] = settings.undecided_weight
    return targets, weights


def _too_few(
    library: Library, bundle: Bundle, videos: Sequence[DecidedVideo], settings: LibrarySettings
) -> str:
    confirmed = _confirmed(videos, settings)
    nearest = [name for name, number in confirmed.most_common(3) if number]
    wanted = (
        f"A label can be learnt from {FEWEST_CONFIRMED} videos that it was confirmed for and "
        f"{FEWEST_WITHOUT} without it"
    )
    needs = [
        f"{safe_text(name)} needs {FEWEST_CONFIRMED - confirmed[name]} more"
        for name in nearest
        if confirmed[name] < FEWEST_CONFIRMED
    ]
    needs += [
        f"{safe_text(name)} needs {FEWEST_WITHOUT - _without(videos, name, settings)} more videos without it "
        "(reject it there)"
        for name in nearest
        if confirmed[name] >= FEWEST_CONFIRMED
    ]
    so_far = f": {'; '.join(needs)}." if needs else ", and none was confirmed for any yet."
    unseen = library.count_decided_without_features(bundle.space_id)
    scan = f" {_unseen(unseen, bundle)}" if unseen else ""
    return (
        f"There are too few decisions in this library to learn from. {wanted}{so_far} Confirm and reject "
        f"suggestions in the gallery, or: organizer tag VIDEO TAG, organizer untag VIDEO TAG.{scan}"
    )


def _unseen(videos: int, bundle: Bundle) -> str:
    return (
        f"{count(videos, 'video')} with decisions were not looked at with {bundle.name} yet: organizer scan."
    )
