"""Which spellings of a word, or of a path, a person takes for the same."""

from __future__ import annotations

import os
import unicodedata


def composed(text: str) -> str:
    """Return text with composed accents: macOS stores names with decomposed ones, and nobody types those."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Return text such that two spellings that a person takes for the same are equal."""
    return composed(composed(text).casefold())


def is_same_path(one: str, other: str) -> bool:
    """Whether two paths are one, where at most the composing of accents differs."""
    if one == other or composed(one) != composed(other):
        return one == other
    try:
        # Some file systems hold both spellings as two.
        return os.path.samefile(one, other)
    except OSError:
        return True
