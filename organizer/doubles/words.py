"""A group of doubles in words, as the command line and the gallery say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.doubles.grouping import Relation
from organizer.text import clock_time
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organizer.doubles.grouping import Double, Group
    from organizer.library.records import VideoRecord

_NAMES = {
    Relation.SAME_FILE: "the same file, as far as its size and a sample of it tell",
    Relation.COPY: "a copy",
    Relation.PART: "a part of it",
    Relation.OVERLAP: "shows some of it, and more",
}
_UNSURE = "perhaps another take: too short or too still to tell"
_GOES_ON = f"perhaps another film that begins alike: nothing is known after the first {MAX_SECONDS} s"


def relation_words(double: Double) -> str:
    """Return what a file is to the one that is kept: ``a part of it, from 0:03 on``."""
    words = _NAMES[double.relation]
    if double.relation is Relation.PART and double.begins_s >= 1:
        words += f", from {clock_time(double.begins_s)} on"
    if double.known_s is not None:
        words += f", as far as is known: its first {double.known_s:.0f} s"
    return words if double.sure else f"{words}; {_GOES_ON if double.goes_on else _UNSURE}"


def as_objects(groups: list[Group]) -> Iterator[dict[str, Any]]:
    """Yield groups as JSON holds them."""
    for number, group in enumerate(groups, start=1):
        kept = group.kept
        yield {
            "group": number,
            "keep": {"id": kept.id, "path": kept.path, "why": group.why, **_facts(kept)},
            "others": [
                {
                    "id": double.video.id,
                    "path": double.path,
                    "status": double.status.value,
                    "relation": double.relation.value,
                    "begins_s": round(double.begins_s, 2),
                    "likeness": double.likeness,
                    "known_s": double.known_s,
                    "sure": double.sure,
                    **_facts(double.video),
                }
                for double in group.doubles
            ],
        }


def _facts(video: VideoRecord) -> dict[str, Any]:
    return {
        "duration_s": video.duration_s,
        "width": video.width,
        "height": video.height,
        "size_bytes": video.size_bytes,
        "taken_at": video.taken and video.taken.moment.isoformat(),
    }
