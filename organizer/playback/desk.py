"""What a process that makes pieces does, from its start to its end.

It is asked one thing at a time over a pipe, and answers once; on the way it shows that it is alive, and hears
when nobody wants the answer any more. It writes to no disk: what it makes goes back over the pipe.
"""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError, OutOfMemoryError
from organizer.frames.limits import PICTURE_CPU_S
from organizer.frames.loading import load_decoders
from organizer.frames.read_errors import all_is_read
from organizer.frames.streams.container import undecodable
from organizer.memory import lacks_memory
from organizer.pipeline.decoding.worker_process import Sign, allow_processor_time, confine
from organizer.playback.converting import Converter
from organizer.playback.copying import Copier
from organizer.playback.looking import look_into, sound_plays
from organizer.playback.muxing import media_type
from organizer.playback.plan import Piece, Plan, Way
from organizer.playback.sound import Sound
from organizer.playback.strip import Strip, make_strip
from organizer.playback.track import Track
from organizer.stopping import StoppedError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from organizer.playback.original import Original

_ALIVE_EVERY_S = 1.0
_ASK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Look:
    """Asks for ``Opened``."""

    original: Original


@dataclass(frozen=True, slots=True)
class Make:
    """Asks for a ``Piece``."""

    original: Original
    number: int


@dataclass(frozen=True, slots=True)
class Draw:
    """Asks for a ``Strip``."""

    original: Original


@dataclass(frozen=True, slots=True)
class Opened:
    """How a video is served, and what all of its pieces have in common."""

    plan: Plan
    beginning: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its number."""

    number: int
    question: Look | Make | Draw


@dataclass(frozen=True, slots=True)
class Leave:
    """Nobody wants the answer to this question any more; it is ``STOPPED`` then, or what was ready."""

    number: int


STOPPED = "stopped"
Answer = Opened | Piece | Strip | OrganizerError | str


def serve(connection: Connection, threads: int) -> None:
    """Answer questions that come over a connection until it ends; the main function of a process.

    Args:
        connection: sends ``Sign.READY`` once, and for each ``Asked`` any number of ``Sign.PICTURE`` and then
            an ``Answer``.
        threads: for decoding and coding one video.
    """
    confine(threads)
    load_decoders()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError), ExitStack() as stack:
        desk = stack.enter_context(Desk(threads))
        connection.send(Sign.READY)
        while True:
            asked = connection.recv()
            if isinstance(asked, Asked):
                connection.send(_answer(desk, asked, _Ear(connection, asked.number, threads)))


def _answer(desk: Desk, asked: Asked, ear: _Ear) -> Answer:
    original = asked.question.original
    try:
        with all_is_read(original.path):
            return desk.answer(asked.question, ear)
    except StoppedError:
        return STOPPED
    except OrganizerError as error:
        return error
    except Exception as error:
        if lacks_memory(error):
            return OutOfMemoryError(original.path, "there was not enough memory", "Close other programs.")
        return undecodable(original.path, error)


class _Ear:
    """Hears between two pictures whether the answer is still wanted, and shows that work goes on."""

    def __init__(self, connection: Connection, number: int, threads: int) -> None:
        self._connection = connection
        self._number = number
        self._cpu_s = PICTURE_CPU_S * threads
        self._said_s = self._heard_s = time.monotonic()
        allow_processor_time(self._cpu_s)

    def on_picture(self) -> None:
        """Call this for each picture.

        Raises:
            StoppedError: nobody wants the answer any more.
        """
        now_s = time.monotonic()
        if now_s - self._said_s > _ALIVE_EVERY_S:
            self._said_s = now_s
            allow_processor_time(self._cpu_s)
            self._connection.send(Sign.PICTURE)
        if now_s - self._heard_s < _ASK_EVERY_S:
            return
        self._heard_s = now_s
        while self._connection.poll():
            heard = self._connection.recv()
            if isinstance(heard, Leave) and heard.number == self._number:
                raise StoppedError


class Desk:
    """Answers questions about one file after the other, and keeps the last one open; use it as a context."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._files = ExitStack()
        self._original: Original | None = None
        self._maker: Converter | Copier | None = None
        self._opened: Opened | None = None
        self._on_picture = _nothing

    def __enter__(self) -> Desk:
        """Open nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file that is open."""
        self._files.close()

    def answer(self, question: Look | Make | Draw, ear: _Ear | None = None) -> Opened | Piece | Strip:
        """Answer a question.

        Raises:
            VideoError: it cannot be answered.
            StoppedError: nobody wants to know any more.
        """
        self._on_picture = _nothing if ear is None else ear.on_picture
        if isinstance(question, Draw):
            return make_strip(question.original, threads=self._threads, on_picture=self._on_picture)
        try:
            maker, opened = self._open(question.original)
            return opened if isinstance(question, Look) else maker.piece(question.number)
        except BaseException:
            # Whatever stopped in the middle is not gone on with.
            self._close()
            raise

    def _close(self) -> None:
        self._files.close()
        self._original = self._maker = self._opened = None

    def _open(self, original: Original) -> tuple[Converter | Copier, Opened]:
        if self._maker is not None and self._opened is not None and original == self._original:
            return self._maker, self._opened
        self._close()

        def on_picture() -> None:
            # Of the question that is at hand by then.
            self._on_picture()

        film = self._files.enter_context(Track(original))
        looked = look_into(film, original, threads=self._threads, on_picture=on_picture)
        sound = None
        if film.heard is not None:
            heard = self._files.enter_context(Track(original, sound=True, linear=film.linear))
            sound = Sound(heard, on_picture)
        plan = Plan(
            way=looked.way,
            media_type="",
            width=looked.shape.width,
            height=looked.shape.height,
            duration_s=looked.duration_s,
            codec=looked.codec,
            sound=looked.sound,
            sound_plays=sound_plays(looked.sound),
        )
        maker: Converter | Copier
        if looked.way is Way.COPY:
            maker = Copier(film, sound, plan.grid, on_picture=on_picture)
        else:
            maker = Converter(
                film, sound, looked.shape, plan.grid, threads=self._threads, on_picture=on_picture
            )
        beginning = maker.beginning()
        opened = Opened(replace(plan, media_type=media_type(beginning)), beginning)
        self._original, self._maker, self._opened = original, maker, opened
        return maker, opened


def _nothing() -> None:
    """Hear nothing."""
