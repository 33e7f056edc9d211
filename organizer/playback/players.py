"""Which videos are played now: a few at a time, each by a process of its own."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from organizer.features.processor import processors
from organizer.playback.desk import Opened
from organizer.playback.maker import Maker
from organizer.playback.plan import Piece
from organizer.playback.player import Player
from organizer.playback.shelf import Shelf
from organizer.playback.strip_desk import StripDesk

if TYPE_CHECKING:
    from collections.abc import Callable

    from organizer.playback.original import Original
    from organizer.playback.piece_cache import PieceCache
    from organizer.playback.strip import Strip

T = TypeVar("T")

MOST_PLAYERS = 3
"""At once; one more takes the place of the one that was asked least recently."""
_IDLE_S = 20.0
"""Seconds after which a process that nobody asks anything is ended; it is back in a moment."""
_AHEAD = 2
"""Pieces that are made before they are asked for."""
_MOST_THREADS = 8


class Players:
    """Answers what is asked about any video, from what is kept or by having it made.

    All futures may be cancelled: another video needed the place, or the gallery ends. They raise VideoError
    where a file cannot be played, and ScanError never.
    """

    def __init__(
        self,
        cache: PieceCache,
        *,
        most: int = MOST_PLAYERS,
        ahead: int = _AHEAD,
        idle_s: float = _IDLE_S,
        maker: Callable[[], Maker] | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            cache: where what is made is kept.
            most: videos at once.
            ahead: pieces that are made before they are asked for.
            idle_s: seconds without a question after which a process is ended.
            maker: gives processes.
        """
        self._shelf = Shelf(cache)
        self._most = most
        self._ahead = ahead
        self._idle_s = idle_s
        self._maker = maker or (lambda: Maker(min(processors(), _MOST_THREADS)))
        self._lock = threading.Lock()
        self._players: OrderedDict[Original, Player] = OrderedDict()
        # Beside a film that plays: one thread of it is enough.
        self._strips = StripDesk(self._shelf, Maker(1) if maker is None else maker(), idle_s=idle_s)
        self._closed = False

    def look(self, original: Original) -> Future[Opened]:
        """Return how a video is served."""
        kept = self._shelf.opened(original)
        return _done(kept) if kept is not None else self._player(original).look()

    def piece(self, original: Original, number: int) -> Future[Piece]:
        """Return a piece of a video, 0 or more."""
        kept = self._shelf.piece(original, number)
        return _done(kept) if kept is not None else self._player(original).piece(number)

    def give_up(self, original: Original, number: int, future: Future[Piece]) -> None:
        """Say that nobody waits for a piece any more."""
        with self._lock:
            player = self._players.get(original)
        if player is not None:
            player.give_up(number, future)

    def strip(self, original: Original) -> Future[Strip]:
        """Return the pictures of a video for hovering."""
        kept = self._shelf.strip(original)
        return _done(kept) if kept is not None else self._strips.strip(original)

    def give_up_strip(self, future: Future[Strip]) -> None:
        """Say that nobody waits for a strip any more."""
        self._strips.give_up(future)

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._closed = True
            players = [*self._players.values()]
            self._players.clear()
        for player in players:
            player.close()
        self._strips.close()

    def _player(self, original: Original) -> Player:
        with self._lock:
            player = self._players.get(original)
            if player is None:
                player = Player(original, self._shelf, self._maker(), ahead=self._ahead, idle_s=self._idle_s)
                self._players[original] = player
            self._players.move_to_end(original)
            if self._closed:
                player.close()
            too_many = [
                self._players.pop(one)
                for one in sorted(self._players, key=lambda one: self._players[one].is_wanted)[
                    : max(0, len(self._players) - self._most)
                ]
                if one != original
            ]
        for old in too_many:
            old.close()
        return player


def _done(result: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(result)
    return future
