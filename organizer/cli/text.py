"""Tags as words for a terminal; what the page shows too is in ``organizer.text``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.text import safe_text
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from organizer.library.records import TagRecord


def tag_list(tags: Iterable[TagRecord], *, rejected: bool = False) -> str:
    """Return shown tags as ``Animal 0.98, Holiday (yours)``, or ``no tag``.

    Rejected ones are left out, unless they are asked for: ``not Dance``.
    """
    tags = tuple(tags)
    words = [_tag(tag) for tag in tags if tag.state is not TagState.REJECTED]
    if rejected:
        words += [f"not {safe_text(tag.name)}" for tag in tags if tag.state is TagState.REJECTED]
    return ", ".join(words) if words else "no tag"


def _tag(tag: TagRecord) -> str:
    score = "" if tag.score is None else f" {tag.score:.2f}"
    return f"{safe_text(tag.name)}{score}{' (yours)' if tag.state is TagState.CONFIRMED else ''}"


def decided(tags: Iterable[TagRecord]) -> str:
    """Return decisions as ``Holiday, not Dance``."""
    return ", ".join(("not " if tag.state is TagState.REJECTED else "") + safe_text(tag.name) for tag in tags)
