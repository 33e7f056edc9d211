"""What the page of one video says: its labels, why it has no tag, its facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.library.records import Status
from organizer.text import duration, file_size, looked_at, safe_text, spelled_date_and_time
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from organizer.library.records import VideoRecord
    from organizer.types import SampledSeconds, VideoScores

_SOURCES = {
    "container": "from the video itself",
    "name": "from the file's name",
    "file": "from the file's date",
}


ADD_A_TAG = "Add a tag if you know better."

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
                label=label,
                score=score,
                threshold=None if given is None or given >= _NEVER else given,
                maybe_threshold=maybe,
                words=_score_words(score, given, maybe),
                state=states.get(label, ""),
                strip=strip,
                best_second=best,
                seconds=seconds,
            )
        )
    return rows


def _score_words(score: float, given: float | None, maybe: float | None) -> str:
    """Say a score, and what the model makes of which scores."""
    if given is None:
        return f"Score {score:.2f}"
    sure = "never sure enough for a tag" if given >= _NEVER else f"a tag from {given:.2f} on"
    unsure = "" if maybe is None else f"a maybe from {maybe:.2f} on, "
    return f"Score {score:.2f}: {unsure}{sure}"


def analysed_part(video: VideoRecord, sampled: SampledSeconds | None = None) -> str:
    """Say how much of a video was looked at; empty where it was each of its seconds.

    Args:
        video: the video.
        sampled: the seconds that the model looks at which scored it; None when that is not installed.
    """
    words = looked_at(video.duration_s, sampled, of=f" of {duration(video.duration_s)}")
    return f"{words[0].upper()}{words[1:]}." if words else ""


def why_no_tag(video: VideoRecord, thresholds: Mapping[str, float]) -> str:
    """Say why a video carries no tag; empty where it carries one.

    Args:
        video: the video.
        thresholds: by label, of the model that scored it; empty when that is not installed.
    """
    if any(tag.state is not TagState.REJECTED for tag in video.tags):
        return ""
    if video.status is Status.FAILED:
        return "It could not be read, so there is nothing to tag."
    if not video.scores:
        return "No model has looked at it yet. Scan its folder again."
    rejected = {tag.name for tag in video.tags}
    high = [label for label, score in video.scores.items() if score >= thresholds.get(label, _NEVER) < _NEVER]
    if forgotten := [safe_text(label) for label in high if label not in rejected]:
        return (
            f"You took back what you decided about {', '.join(forgotten)}, and it was not tagged since. "
            "To let the model say again, tag it again (organizer retag)."
        )
    if rejected:
        return "You rejected its tags, and no other score reaches its label's threshold."
    return f"No score reaches its label's threshold. {ADD_A_TAG}"


def maybes_alone(video: VideoRecord) -> str:
    """Say what to do where a video carries no tag but maybes; empty anywhere else."""
    carried = [tag for tag in video.tags if tag.state is not TagState.REJECTED]
    if not carried or not all(tag.is_maybe for tag in carried):
        return ""
    return "The model is sure of no tag. It asks about those with a question mark: confirm or reject them."


def why_not_playable(video: VideoRecord) -> str:
    """Say why a video cannot be watched; empty where it can."""
    return {
        Status.OK: "",
        Status.FAILED: f"This file could not be read: {safe_text(video.error or 'no reason was stored')}.",
        Status.MISSING: (
            "This file was gone at the last scan. Its tags are kept; it is known again when it comes back."
        ),
        Status.OFFLINE: "Its folder is not there now. Connect the drive and scan again.",
    }[video.status]


def facts(video: VideoRecord) -> list[tuple[str, str]]:
    """Return (name, value) of what is known of a video, values as plain text."""
    rate = f"{video.frame_rate:.3g} frames/s" if video.frame_rate else ""
    picture = ", ".join(filter(None, (picture_size(video), rate, placement(video))))
    taken = spelled_date_and_time(video.taken)
    rows = [
        ("Length", duration(video.duration_s)),
        ("Taken", f"{taken} ({_SOURCES.get(video.taken_source or '', 'source unknown')})" if taken else ""),
        ("Picture", picture),
        ("Codec", safe_text(video.codec or "")),
        ("Size", file_size(video.size_bytes)),
        ("Model", safe_text(video.bundle or "")),
    ]
    rows += [("File", safe_text(place.path)) for place in video.places]
    return [(name, value) for name, value in rows if value]


def picture_size(video: VideoRecord) -> str:
    """Return a picture's size as ``1024 x 576 (stored 720 x 576)``; empty where it is unknown.

    The stored size is named only where it differs by more than the turn.
    """
    if not video.width or not video.height:
        return ""
    words = f"{video.width} x {video.height}"
    stored = (video.stored_width, video.stored_height)
    shown = (video.width, video.height)
    if None in stored or stored == (shown[::-1] if video.rotation_deg in (90, 270) else shown):
        return words
    return f"{words} (stored {stored[0]} x {stored[1]})"


def placement(video: VideoRecord) -> str:
    """Return what a player does to a stored picture, as ``turned by 90 degrees, mirrored``; mostly empty."""
    words = [f"turned by {video.rotation_deg} degrees"] if video.rotation_deg else []
    return ", ".join(words + ["mirrored"] * video.mirrored)
