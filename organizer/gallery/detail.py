"""What the page of one video says of it: why it has no tag or does not play, what was looked at, facts."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from organizer.library.records import Status
from organizer.text import duration, file_size, looked_at, safe_text, spelled_date_and_time
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from organizer.library.records import VideoRecord
    from organizer.types import SampledSeconds

_SOURCES = {
    "container": "from the video itself",
    "name": "from the file's name",
    "file": "from the file's date",
}


ADD_A_TAG = "Add a tag if you know better."

_NEVER = 1.0
"""The threshold of a label that is never suggested."""


def analysed_part(video: VideoRecord, sampled: SampledSeconds | None = None) -> str:
    """Say how much of a video was looked at; empty where it was each of its seconds.

    Args:
        video: the video.
        sampled: the seconds that the model looks at which scored it; None when that is not installed.
    """
    words = looked_at(video.duration_s, sampled, of=f" of {duration(video.duration_s)}")
    return f"{words[0].upper()}{words[1:]}." if words else ""


def why_no_tag(video: VideoRecord, thresholds: Mapping[str, float]) -> str:
    """Say why a video carries no tag, for who knows of thresholds; empty where it carries one.

    Args:
        video: the video.
        thresholds: by label, of the model that scored it; empty when that is not installed.
    """
    return {
        _Untagged.TAGGED: "",
        _Untagged.UNREAD: "It could not be read, so there is nothing to tag.",
        _Untagged.UNSEEN: "No model has looked at it yet. Scan its folder again.",
        _Untagged.FORGOTTEN: (
            f"You took back what you decided about {_forgotten(video, thresholds)}, and it was not tagged "
            "since. To let the model say again, tag it again (organizer retag)."
        ),
        _Untagged.REJECTED: "You rejected its tags, and no other score reaches its label's threshold.",
        _Untagged.UNSURE: f"No score reaches its label's threshold. {ADD_A_TAG}",
    }[_untagged(video, thresholds)]


def no_tag_words(video: VideoRecord, thresholds: Mapping[str, float]) -> str:
    """Say the same on the page, without a word of scores."""
    return {
        _Untagged.TAGGED: "",
        _Untagged.UNREAD: "It could not be read, so there is nothing to tag by itself. You can add tags.",
        _Untagged.UNSEEN: "No model has looked at it yet. Scan its folder again, or add a tag yourself.",
        _Untagged.FORGOTTEN: (
            f"You took back what you said about {_forgotten(video, thresholds)}. To hear the model again, "
            "choose \u201cTag again\u201d below."
        ),
        _Untagged.REJECTED: "You said no to its tags, and the model is not sure enough of any other.",
        _Untagged.UNSURE: f"The model is not sure enough of any tag. {ADD_A_TAG}",
    }[_untagged(video, thresholds)]


class _Untagged(Enum):
    """Why a video carries no tag."""

    TAGGED = auto()
    """It carries one."""
    UNREAD = auto()
    UNSEEN = auto()
    FORGOTTEN = auto()
    """A decision was taken back, and nothing tagged it since."""
    REJECTED = auto()
    UNSURE = auto()


def _untagged(video: VideoRecord, thresholds: Mapping[str, float]) -> _Untagged:
    if any(tag.state is not TagState.REJECTED for tag in video.tags):
        return _Untagged.TAGGED
    if video.status is Status.FAILED:
        return _Untagged.UNREAD
    if not video.scores:
        return _Untagged.UNSEEN
    if _forgotten(video, thresholds):
        return _Untagged.FORGOTTEN
    return _Untagged.REJECTED if video.tags else _Untagged.UNSURE


def _forgotten(video: VideoRecord, thresholds: Mapping[str, float]) -> str:
    """Name the labels whose score makes a tag that the video does not have."""
    carried = {tag.name for tag in video.tags}
    return ", ".join(
        safe_text(label)
        for label, score in video.scores.items()
        if label not in carried and score >= thresholds.get(label, _NEVER) < _NEVER
    )


def problem(video: VideoRecord) -> tuple[str, str] | None:
    """Return what keeps a video from being watched, and what to do about it; None where nothing does."""
    if video.status is Status.OK:
        return None
    if video.status is Status.FAILED:
        return (
            f"This file could not be read: {safe_text(video.error or 'no reason was stored')}.",
            "It may be damaged or not copied to its end. If another player plays it, try again; "
            "else copy it anew from the camera or a backup.",
        )
    if video.status is Status.MISSING:
        return (
            "This file was gone at the last scan.",
            "Its tags are kept. Put it back and scan its folder: it is known again, wherever it lies.",
        )
    return (
        "Its folder is not there now.",
        "Connect the drive it lies on and scan again. Its tags can be changed meanwhile.",
    )


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
