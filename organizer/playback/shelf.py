"""What was made of a video, as files of the cache."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from organizer.playback.desk import Opened
from organizer.playback.plan import Piece, Plan, Way
from organizer.playback.strip import Strip

if TYPE_CHECKING:
    from organizer.playback.original import Original
    from organizer.playback.piece_cache import PieceCache

_OPENED = "opened"
_STRIP = "strip"
_LENGTH = struct.Struct(">I")


class Shelf:
    """Keeps and finds what is made of videos."""

    def __init__(self, cache: PieceCache) -> None:
        self._cache = cache

    def opened(self, original: Original) -> Opened | None:
        """Return how a video is served, None where it is not kept."""
        found = self._found(original, _OPENED)
        if found is None:
            return None
        facts, beginning = found
        return Opened(Plan(**{**facts, "way": Way(facts["way"])}), beginning)

    def keep_opened(self, original: Original, opened: Opened) -> None:
        """Keep how a video is served."""
        self._keep(original, _OPENED, asdict(opened.plan), opened.beginning)

    def piece(self, original: Original, number: int) -> Piece | None:
        """Return a piece, None where it is not kept."""
        found = self._found(original, str(number))
        return None if found is None else Piece(found[1], bool(found[0]["is_last"]))

    def has_piece(self, original: Original, number: int) -> bool:
        """Tell whether a piece is kept."""
        return self._cache.has(original.name_of_pieces, str(number))

    def keep_piece(self, original: Original, number: int, piece: Piece) -> None:
        """Keep a piece."""
        self._keep(original, str(number), {"is_last": piece.is_last}, piece.data)

    def strip(self, original: Original) -> Strip | None:
        """Return the pictures for hovering, None where they are not kept."""
        found = self._found(original, _STRIP)
        if found is None:
            return None
        facts, webp = found
        return Strip(webp, tuple(facts["seconds"]), facts["width"], facts["height"])

    def keep_strip(self, original: Original, strip: Strip) -> None:
        """Keep the pictures for hovering."""
        facts = {"seconds": strip.seconds, "width": strip.width, "height": strip.height}
        self._keep(original, _STRIP, facts, strip.webp)

    def _keep(self, original: Original, name: str, facts: dict[str, Any], data: bytes) -> None:
        head = json.dumps(facts).encode("ascii")
        self._cache.put(original.name_of_pieces, name, _LENGTH.pack(len(head)) + head + data)

    def _found(self, original: Original, name: str) -> tuple[dict[str, Any], bytes] | None:
        kept = self._cache.get(original.name_of_pieces, name)
        if kept is None:
            return None
        try:
            (length,) = _LENGTH.unpack_from(kept)
            at = _LENGTH.size
            return dict(json.loads(kept[at : at + length])), kept[at + length :]
        except (struct.error, ValueError, TypeError):
            # Whatever else lies there is made anew.
            return None
