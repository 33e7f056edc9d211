"""The tags of one video as chips: their names, who is how sure of them, where in the video they are seen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.text import safe_text
from organizer.types import EVERY_SECOND, LABELS, TagState, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from organizer.library.records import JournalEntry, TagRecord, VideoRecord
    from organizer.types import SampledSeconds

VERY_SURE = 0.9
"""The score from which on a given tag is called very sure."""

# Each is told from white, from the dark page and from the black around a video by 3:1 or more; a test
# computes it. A colour is never the only thing that tells tags apart.
_LABEL_COLOURS = dict(
    zip(
        LABELS,
        (
            "#3d7fe0",
            "#a65bea",
            "#e0478f",
            "#2a9447",
            "#c97a10",
            "#e0523f",
            "#15938a",
            "#6f9420",
            "#7183a0",
            "#b0683a",
        ),
        strict=True,
    )
)
_OTHER_COLOURS = ("#4b8bc4", "#8d74d8", "#c95fb0", "#3c9673", "#a88417", "#cf6a55", "#6b8f8a", "#8f8357")


@dataclass(frozen=True, slots=True)
class Chip:
    """One tag of one video; all of it is plain text."""

    name: str
    """As it is stored: decisions name it so."""
    shown: str
    """As it is shown, without the question mark of a maybe."""
    state: str
    """``given``, ``maybe``, ``yes`` or ``no`` (what the person said), or ``gone``: a tag of the person's own
    that was just taken away."""
    words: str
    """How sure of it whom."""
    colour: str
    """As ``#rrggbb``."""
    spans: tuple[tuple[int, int], ...]
    """Where it is seen: from which second, before which one."""
    own: bool
    """Whether no model knows it: saying no takes it away."""
    entry: int | None
    """The decision in the journal that Undo takes back; None where the journal holds none."""


def chips(
    video: VideoRecord,
    decided: Mapping[str, JournalEntry],
    sampled: SampledSeconds | None = None,
    colours: Mapping[str, str] | None = None,
) -> list[Chip]:
    """Return the chips of a video in the order of its tags, and the one that was taken away last.

    Args:
        video: the video.
        decided: by tag the last decision of each, the newest of all last.
        sampled: the seconds that the model looks at which scored it; None when that is not installed.
        colours: what the person chose, by tag.
    """
    chosen = colours or {}

    def entry(name: str) -> int | None:
        return decided[name].id if name in decided else None

    shown = [
        Chip(
            tag.name,
            safe_text(tag.name),
            _state(tag),
            _words(tag),
            chosen.get(tag.name) or colour_of(tag.name),
            spans(tag.seconds, sampled or EVERY_SECOND),
            own=_is_own(tag),
            entry=entry(tag.name),
        )
        for tag in video.tags
    ]
    name, last = list(decided.items())[-1] if decided else ("", None)
    if last is not None and last.after is None and name not in {tag.name for tag in video.tags}:
        colour = chosen.get(name) or colour_of(name)
        shown.append(
            Chip(name, safe_text(name), "gone", "taken away by you", colour, (), own=True, entry=last.id)
        )
    return shown


def spans(seconds: Sequence[int], sampled: SampledSeconds) -> tuple[tuple[int, int], ...]:
    """Return ascending seconds as (first, end) pairs, ``end`` being the next second that is looked at."""
    runs: list[tuple[int, int]] = []
    for second in seconds:
        after = sampled.after(second)
        if runs and second <= runs[-1][1]:
            runs[-1] = runs[-1][0], after
        else:
            runs.append((second, after))
    return tuple(runs)


def colour_of(tag: str) -> str:
    """Return the colour of a tag that nobody chose one for, the same at every look."""
    if tag in _LABEL_COLOURS:
        return _LABEL_COLOURS[tag]
    digest = hashlib.sha256(tag.casefold().encode("utf-8", "replace")).digest()
    return _OTHER_COLOURS[digest[0] % len(_OTHER_COLOURS)]


def sureness(score: float | None, tier: Tier | None) -> str:
    """Say how sure a model is of a tag, as one says it to somebody."""
    if tier is None:
        return "" if score is None else "not seen"
    if tier is Tier.MAYBE:
        return "not sure enough"
    # As it is shown in numbers, two digits of it.
    return "very sure" if score is not None and round(score, 2) >= VERY_SURE else "sure"


def maybes_alone(video: VideoRecord) -> str:
    """Say what to do where a video carries no tag but maybes; empty anywhere else."""
    carried = [tag for tag in video.tags if tag.state is not TagState.REJECTED]
    if not carried or not all(tag.is_maybe for tag in carried):
        return ""
    return "The model is sure of no tag. It asks about those with a question mark: say yes or no."


def _is_own(tag: TagRecord) -> bool:
    return tag.name not in LABELS and tag.score is None


def _state(tag: TagRecord) -> str:
    if tag.state is TagState.SUGGESTED:
        return "maybe" if tag.is_maybe else "given"
    return "yes" if tag.state is TagState.CONFIRMED else "no"


def _words(tag: TagRecord) -> str:
    if tag.state is TagState.SUGGESTED:
        return sureness(tag.score, tag.tier or Tier.GIVEN)
    if tag.state is TagState.REJECTED:
        return "you said no"
    return "added by you" if tag.tier is None else "you said yes"
