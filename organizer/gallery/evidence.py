"""What the model says of one video, label by label and second by second: the numbers under "Why?"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.gallery.tag_chips import colour_of, sureness
from organizer.teaching.taught_tags import looked_at, sigmoid
from organizer.text import safe_text
from organizer.types import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from organizer.library.records import VideoRecord
    from organizer.library.taught import TaughtTag
    from organizer.types import VideoScores

_NEVER = 1.0
"""The threshold of a label that is never suggested."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label of the model, for one video."""

    label: str
    score: float
    """Probability 0..1."""
    threshold: float | None
    """A score from here on makes a tag; None where none does, and where the model is not installed."""
    maybe_threshold: float | None
    """A score from here on makes a maybe; None where none does, and where the model is not installed."""
    words: str
    """The score and both thresholds."""
    state: str
    """``maybe``, else a ``TagState``, or empty where nothing is said of the label."""
    strip: tuple[int, ...]
    """0..100 for each second that was looked at: how much it speaks for the label; empty where that is not
    known."""
    best_second: int | None
    seconds: tuple[int, ...] = ()
    """Which second each of them is, ascending."""
    sure: str = ""
    """How sure the model is, in words."""
    colour: str = ""
    """As ``#rrggbb``."""


def label_rows(
    video: VideoRecord,
    thresholds: Mapping[str, float],
    maybe_thresholds: Mapping[str, float],
    labels: tuple[str, ...] = (),
    scored: VideoScores | None = None,
) -> list[LabelRow]:
    """Return a row for each label that the video was scored for, best score first.

    Args:
        video: the video.
        thresholds: from which score on the model that scored it gives each label; empty when that is not
            installed.
        maybe_thresholds: from which score on each is a maybe, without the labels that never are.
        labels: the columns of ``scored``.
        scored: what the same model says of each second, where it is known.
    """
    states = {tag.name: "maybe" if tag.is_maybe else tag.state.value for tag in video.tags}
    rows = []
    for label, score in sorted(video.scores.items(), key=lambda item: -item[1]):
        strip: tuple[int, ...] = ()
        seconds: tuple[int, ...] = ()
        if scored is not None and label in labels:
            column = scored.evidence[:, labels.index(label)]
            strip = tuple(round(100 * min(1.0, max(0.0, float(value)))) for value in column)
            seconds = scored.seconds
        best = seconds[strip.index(max(strip))] if strip else None
        given, maybe = thresholds.get(label), maybe_thresholds.get(label)
        rows.append(
            LabelRow(
                label=safe_text(label),
                score=score,
                threshold=None if given is None or given >= _NEVER else given,
                maybe_threshold=maybe,
                words=_score_words(score, given, maybe),
                state=states.get(label, ""),
                strip=strip,
                best_second=best,
                seconds=seconds,
                sure=sureness(score, _tier(score, given, maybe)),
                colour=colour_of(label),
            )
        )
    return rows


def taught_rows(
    video: VideoRecord, tags: Iterable[TaughtTag], features: NDArray[np.float32], seconds: Sequence[int]
) -> list[LabelRow]:
    """Return a row for each tag of the person's own that was taught.

    Args:
        video: the video.
        tags: what was taught for the space of its features.
        features: (seconds, dimensions), one second or more.
        seconds: which seconds these are.
    """
    states = {tag.name: "maybe" if tag.is_maybe else tag.state.value for tag in video.tags}
    rows = []
    for tag in tags:
        if tag.refines is not None:
            continue
        score, of_seconds = looked_at(tag, features)
        strip = tuple(round(100 * sigmoid(float(value))) for value in of_seconds)
        rows.append(
            LabelRow(
                label=safe_text(tag.name),
                score=score,
                threshold=None if tag.given >= _NEVER else tag.given,
                maybe_threshold=tag.maybe,
                words=_score_words(score, tag.given, tag.maybe),
                state=states.get(tag.name, ""),
                strip=strip,
                best_second=seconds[strip.index(max(strip))],
                seconds=tuple(seconds),
                sure=sureness(score, _tier(score, tag.given, tag.maybe)),
                colour=colour_of(tag.name),
            )
        )
    return rows


def _tier(score: float, given: float | None, maybe: float | None) -> Tier | None:
    if given is not None and given <= score and given < _NEVER:
        return Tier.GIVEN
    return Tier.MAYBE if maybe is not None and maybe <= score else None


def _score_words(score: float, given: float | None, maybe: float | None) -> str:
    """Say a score, and what the model makes of which scores."""
    if given is None:
        return f"Score {score:.2f}"
    sure = "never sure enough for a tag" if given >= _NEVER else f"a tag from {given:.2f} on"
    unsure = "" if maybe is None else f"a maybe from {maybe:.2f} on, "
    return f"Score {score:.2f}: {unsure}{sure}"
