"""How people spell names: which spellings are the same, and which words can be a tag."""

from __future__ import annotations

import unicodedata

from organizer.errors import InvalidTagError
from organizer.folding import composed, folded, is_same_path
from organizer.types import LABELS

__all__ = ["clean_tag", "composed", "folded", "is_same_path"]

_MAX_TAG_LENGTH = 60
"""Characters."""


_BUILT_IN = {folded(label): label for label in LABELS}


def clean_tag(name: str) -> str:
    """Return a tag name as it is stored: trimmed, spaces folded, a built-in label in its own spelling.

    Raises:
        InvalidTagError: it is empty, longer than 60 characters or holds control characters.
    """
    clean = " ".join(composed(name).split())
    if not clean or len(clean) > _MAX_TAG_LENGTH:
        raise InvalidTagError(f"A tag has 1 to {_MAX_TAG_LENGTH} characters, this one has {len(clean)}.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise InvalidTagError(f"The tag {clean!r} holds characters that cannot be shown. Leave them out.")
    return _BUILT_IN.get(folded(clean), clean)
