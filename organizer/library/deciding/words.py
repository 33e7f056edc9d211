"""What a step did, in words that stand in a history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from organizer.library.actions import StepKind
from organizer.types import TagState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def step_words(kind: StepKind, details: Mapping[str, Any]) -> str:
    """Return what a step did, without a full stop; how many videos it was stands beside it.

    Args:
        kind: of which kind it is.
        details: what is stored of it.
    """
    return _WORDS[kind](details)


def _tag(details: Mapping[str, Any]) -> str:
    tag = details["tag"]
    match details["state"]:
        case TagState.CONFIRMED:
            return f"Tagged {tag}"
        case TagState.REJECTED:
            return f"Not {tag}"
        case _:
            return f"Decision about {tag} taken back"


def _mark(details: Mapping[str, Any]) -> str:
    words = []
    for name, yes, no in (
        ("favourite", "Marked as favourite", "No favourite any more"),
        ("hidden", "Hidden", "Shown again"),
    ):
        if (value := details.get(name)) is not None:
            words.append(yes if value else no)
    if (rating := details.get("rating")) is not None:
        words.append(f"Rated {rating} of 5" if rating else "Rating taken away")
    return "; ".join(words)


def _hide(details: Mapping[str, Any]) -> str:
    return f"Label {details['tag']} hidden" if details["hidden"] else f"Label {details['tag']} shown again"


def _colour(details: Mapping[str, Any]) -> str:
    tag, colour = details["tag"], details["after"]
    return f"Colour of {tag} taken away" if colour is None else f"{tag} coloured {colour}"


def _forget(details: Mapping[str, Any]) -> str:
    kept = "its tags are kept" if details["keep_tags"] else "with its tags"
    return f"Folder {details['path']} forgotten, {kept}"


_WORDS: dict[StepKind, Callable[[Mapping[str, Any]], str]] = {
    StepKind.TAG: _tag,
    StepKind.MARK: _mark,
    StepKind.RENAME_TAG: lambda details: f"Tag {details['before']} renamed to {details['after']}",
    StepKind.MERGE_TAGS: lambda details: f"{', '.join(details['sources'])} merged into {details['into']}",
    StepKind.DELETE_TAG: lambda details: f"Tag {details['tag']} deleted",
    StepKind.COLOUR_TAG: _colour,
    StepKind.HIDE_LABEL: _hide,
    StepKind.UNLEARN_TAG: lambda details: f"What was learnt of {details['tag']} forgotten",
    StepKind.FORGET_FOLDER: _forget,
    StepKind.EXCLUDE: lambda details: f"{details['pattern']} left out from now on",
    StepKind.INCLUDE: lambda details: f"{details['pattern']} no longer left out",
    StepKind.RETAG: lambda details: f"Tagged again with {details['bundle']}",
    StepKind.KEEP_DECISIONS: lambda _: "Tags of doubles carried to the one that is kept",
    StepKind.MERGE: lambda details: f"Merged {', '.join(details['sources'])}",
    StepKind.MOVE: lambda details: f"Doubles moved to {details['folder']}",
}
