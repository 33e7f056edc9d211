"""How long the server waits for the other end of a connection, and how many it keeps at once.

A person's browser opens a dozen connections. Whatever else runs on this computer could open thousands, send
half a request or read nothing, and keep the person out. WebSockets, which the page itself lives on, are never
cut.
"""

from __future__ import annotations

import http
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from organizer.ui.server.guard import REFUSAL_HEADERS

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connection may cost."""

    request_s: float = 20.0
    """From its first byte, or the beginning of the connection, to the end of a request."""
    stalled_s: float = 600.0
    """Without one byte taken. A browser whose video is paused reads nothing, for as long as the person likes;
    it asks for the rest again when it is cut off."""
    connections: int = 64
    """At once. One more takes the place of the one that has taken nothing for longest."""
    websockets: int = 64
    """At once; each is a tab."""
    patience_s: float = 2.0
    """A connection that was quiet for less is not given up for another one."""


class PatientProtocol(H11Protocol):
    """Uvicorn's HTTP with limits; Uvicorn makes one for each connection."""

    limits: ClassVar[Limits] = Limits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, if need be in the place of another connection."""
        super().connection_made(transport)
        self._request_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._stalled_since: float | None = None
        self._quiet_since = self.loop.time()
        self._watch_request()
        self._no_room = False
        others = [other for other in self.connections if isinstance(other, PatientProtocol)]
        if len(others) > 2 * self.limits.connections:
            transport.abort()
        elif len(others) > self.limits.connections:
            # Told when its request has come: an answer to one that was not read would not arrive.
            self._no_room = not self._replace_one_of(others)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._forget_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        if self._no_room:
            self.refuse(http.HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.")
            return
        super().data_received(data)
        if self.transport.get_protocol() is self:
            self._watch_request()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._quiet_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The other end does not take what is sent."""
        super().pause_writing()
        self._stalled_since = self.loop.time()
        self._watch_stall()

    def resume_writing(self) -> None:
        """The other end has taken it."""
        super().resume_writing()
        self._stalled_since = None
        _cancel(self._stall_timer)
        self._stall_timer = None

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over, unless there are too many of the kind."""
        websockets = sum(not isinstance(other, PatientProtocol) for other in self.connections)
        if websockets >= self.limits.websockets:
            self.refuse(http.HTTPStatus.SERVICE_UNAVAILABLE, "Too many tabs are open.")
            return
        self._forget_timers()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request."""
        self.refuse(http.HTTPStatus.BAD_REQUEST, msg)

    def refuse(self, status: http.HTTPStatus, words: str) -> None:
        """Answer with a sentence, where an answer is still possible, and end the connection."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            headers = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close", **REFUSAL_HEADERS}
            for event in (
                h11.Response(status_code=status, headers=list(headers.items()), reason=status.phrase),
                h11.Data(data=words.encode()),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch_request(self) -> None:
        """Set an end to a request that has begun, or is the first; bytes that trickle in do not move it."""
        if self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:
            _cancel(self._request_timer)
            self._request_timer = None
        elif self._request_timer is None:
            self._request_timer = self.loop.call_later(self.limits.request_s, self.transport.abort)

    def _watch_stall(self) -> None:
        left = self.transport.get_write_buffer_size()

        def look() -> None:
            if self.transport.get_write_buffer_size() < left:
                self._watch_stall()
            else:
                self.transport.abort()

        self._stall_timer = self.loop.call_later(self.limits.stalled_s, look)

    def _replace_one_of(self, others: list[PatientProtocol]) -> bool:
        """End the connection whose end costs least, if there is one."""
        long_ago = self.loop.time() - self.limits.patience_s
        since: Callable[[PatientProtocol], float | None]
        for since in (PatientProtocol._stalled, PatientProtocol._idle):
            quiet = [(at, other) for other in others if (at := since(other)) is not None and at <= long_ago]
            if quiet:
                _, victim = min(quiet, key=lambda found: found[0])
                # At once: it would only be over when the other end had taken what is left.
                self.connections.discard(victim)
                victim.transport.abort()
                return True
        return False

    def _stalled(self) -> float | None:
        """Since when the other end has taken nothing."""
        return self._stalled_since

    def _idle(self) -> float | None:
        """Since when no request is being answered."""
        busy = self.cycle is not None and not self.cycle.response_complete
        return None if busy else self._quiet_since

    def _forget_timers(self) -> None:
        _cancel(self._request_timer)
        _cancel(self._stall_timer)
        self._request_timer = self._stall_timer = None


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
