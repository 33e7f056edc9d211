"""The three streams of a command: closed, full or broken off, they end it in order or not at all."""

from __future__ import annotations

import io
import os
import sys
import threading
from typing import TYPE_CHECKING, TextIO, cast

from organizer.errors import OutputClosedError, OutputError
from organizer.memory import lacks_memory

if TYPE_CHECKING:
    from threading import ExceptHookArgs

    from _typeshed import ReadableBuffer

_STDIN, _STDOUT, _STDERR = range(3)


class _Output(io.FileIO):
    """Standard output; an error in it is told apart from one in any other file."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError as error:
            raise OutputClosedError("the output is not read any more.") from error
        except OSError as error:
            raise OutputError(
                f"the output cannot be written ({error.strerror}). Make room there, or write it elsewhere."
            ) from error


class _Remarks(io.FileIO):
    """Standard error. Where it cannot be written there is nobody to tell, and work does not end for it."""

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def mend_streams() -> None:
    """Make the three streams ones that every command can use as it likes.

    A closed one (``>&-``) leads nowhere from then on: otherwise the next file that is opened would take its
    number, and whatever is printed would be written into that file. Characters that an encoding lacks are
    spelled out.
    """
    for number in (_STDIN, _STDOUT, _STDERR):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, which is this one, is what it gets.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(_STDIN, closefd=False)), encoding="utf-8")
    sys.stdout = _mended(sys.stdout, _STDOUT, _Output)
    sys.stderr = _mended(sys.stderr, _STDERR, _Remarks)
    threading.excepthook = _quiet_where_main_tells


def discard_output() -> None:
    """Let what is still to be written go nowhere: Python would complain about it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDOUT)
    finally:
        os.close(nowhere)


def _mended(stream: TextIO | None, number: int, kind: type[io.FileIO]) -> TextIO:
    if stream is None:
        return cast("TextIO", _text(kind(number, "w", closefd=False), "utf-8"))
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    raw = getattr(stream.buffer, "raw", stream.buffer)
    # Others, such as the console of Windows or what a test reads from, have ways of their own.
    if type(raw) is not io.FileIO or raw.fileno() != number:
        stream.reconfigure(errors="backslashreplace")
        return stream
    stream.flush()
    mended = _text(kind(number, "w", closefd=False), stream.encoding)
    mended.reconfigure(line_buffering=stream.line_buffering, write_through=stream.write_through)
    return cast("TextIO", mended)


def _text(raw: io.FileIO, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace")


def _quiet_where_main_tells(found: ExceptHookArgs) -> None:
    """Leave it to the main thread to say what ends it too; progress bars, for one, have threads."""
    error = found.exc_value
    if not (isinstance(error, OutputError) or (error is not None and lacks_memory(error))):
        threading.__excepthook__(found)
