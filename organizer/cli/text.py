"""Tags as words for a terminal; what the page shows too is in ``organizer.text``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.text import safe_text
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from organizer.library.records import TagRecord


def tag_list(tags: Iterable[TagRecord], *, rejected: bool = False) -> str:
    """Return shown tags as ``Animal 0.98, Holiday (yours), Dance? 0.41``, or ``no tag``.

    Those with a question mark are maybes. Rejected ones are left out, unless they are asked for:
    ``not Food``.
    """
    tags = tuple(tags)
    words = [_tag(tag) for tag in tags if tag.state is not TagState.REJECTED]
    if rejected:
        words += [f"not {safe_text(tag.name)}" for tag in tags if tag.state is TagState.REJECTED]
    return ", ".join(words) if words else "no tag"


def _tag(tag: TagRecord) -> str:
    score = "" if tag.score is None else f" {tag.score:.2f}"
    return f"{tag_name(tag)}{score}{' (yours)' if tag.state is TagState.CONFIRMED else ''}"


def tag_name(tag: TagRecord) -> str:
    """Return a tag's name, a maybe with a question mark: ``Dance?``."""
    return safe_text(tag.name) + "?" * tag.is_maybe


def decided(tags: Iterable[TagRecord]) -> str:
    """Return decisions as ``Holiday, not Dance``."""
    return ", ".join(("not " if tag.state is TagState.REJECTED else "") + safe_text(tag.name) for tag in tags)
