"""Whether a download can go on where it stopped: what to ask for, and what the answer means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from organizer.models.partial import Origin


@dataclass(frozen=True, slots=True)
class Answer:
    """What the headers of an answer say about its body; None is what they do not say."""

    status: int
    """200 (the whole file), 206 (a part of it) or 416 (there is no such part)."""
    start: int | None
    """First byte of the part, from 0."""
    whole: int | None
    """Bytes of the whole file, from an answer about a part."""
    length: int | None
    """Bytes of the body."""
    etag: str | None
    last_modified: str | None


class Joint(Enum):
    """How an answer fits to the bytes that are there."""

    ANEW = auto()
    """It is the whole file, from its beginning."""
    ON = auto()
    """It goes on right behind the last byte."""
    COMPLETE = auto()
    """Nothing is missing."""
    CHANGED = auto()
    """It belongs to another content: the bytes that are there are worth nothing."""


def request_headers(origin: Origin | None, here: int, url: str, *, pinned: bool) -> dict[str, str] | None:
    """Return the headers that ask for what is missing; None when nothing is.

    Args:
        origin: where the bytes that are there came from.
        here: how many there are.
        url: the address that will be asked.
        pinned: whether the checksum of the whole file is known.
    """
    if here == 0:
        return {}
    if origin is not None and origin.size == here:
        return None
    validator = origin.validator if origin is not None and origin.url == url else None
    if validator is not None:
        return {"Range": f"bytes={here}-", "If-Range": validator}
    # Another mirror, or nothing to recognise the content by: a known checksum will tell in the end. Without
    # one nothing would, so the file is fetched anew.
    return {"Range": f"bytes={here}-"} if pinned else {}


def joint(answer: Answer, origin: Origin | None, here: int, url: str, known: int | None) -> Joint:
    """Return how an answer fits.

    Args:
        answer: what the server says.
        origin: where the bytes that are there came from.
        here: how many there are.
        url: the address that was asked.
        known: bytes of the whole file as the list of sources has it.
    """
    if answer.status == 200:
        return Joint.ANEW
    # There are servers that know Range and not If-Range: they go on with whatever they have now.
    another = origin is not None and (
        _differ(answer.whole, origin.size) or (origin.url == url and _differ(answer.etag, origin.etag))
    )
    if another or _differ(answer.whole, known):
        return Joint.CHANGED
    if answer.status == 416:
        return Joint.COMPLETE if answer.whole == here else Joint.CHANGED
    return Joint.ON if answer.start == here else Joint.CHANGED


def _differ(one: object, other: object) -> bool:
    """Whether both are known and not the same."""
    return one is not None and other is not None and one != other
