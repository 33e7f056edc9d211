"""What else people call a command, for what is said where there is none of the name that was typed."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "duplicates": ("copies", "dedupe", "doubles", "double", "dupes", "dups", "move", "undo-move"),
    "list": ("filter", "find", "ls", "query", "search", "videos"),
    "similar": ("alike", "like", "more", "more-like"),
    "teach": ("learn", "taught", "lessons"),
    "tag": ("add-tag", "confirm", "label"),
    "untag": ("reject", "remove-tag"),
    "tags": ("labels",),
    "favourite": ("fav", "favorite", "favorites", "favourites"),
    "rate": ("rating", "star", "stars"),
    "show": ("details", "info"),
    "gallery": ("browse", "serve", "ui", "view", "web"),
    "scan": ("add", "analyse", "analyze", "index"),
    "retag": ("tag-again",),
    "review": ("suggestions",),
    "history": ("log", "steps"),
    "job": ("jobs", "progress", "status"),
    "job pause": ("pause",),
    "job resume": ("resume", "continue"),
    "job stop": ("cancel", "stop"),
    "folders forget": ("forget",),
    "folders exclude": ("exclude", "ignore"),
    "folders include": ("include",),
    "tags rename": ("rename",),
    "models": ("model",),
    "models pull": ("download", "pull"),
    "searches save": ("save",),
    "cache --clear": ("clear",),
    "bench": ("benchmark",),
    "--help": ("help",),
    "--version": ("version",),
}
_MEANT = {word: command for command, words in _COMMANDS.items() for word in words}


def meant_by(word: str, commands: Sequence[str], *, top: bool) -> list[str]:
    """Return which commands may be meant by a word that is none, the likest first.

    Args:
        word: what was typed.
        commands: the names that there are.
        top: whether it stood right after ``organizer``; other words for commands are known there.
    """
    word = word.casefold()
    known = [_MEANT[word]] if top and word in _MEANT else []
    return known or get_close_matches(word, commands)
