"""What a process that decodes does, from its start to its end.

It talks with the scan over a pipe of its own. Nothing is shared among workers, no lock and no queue: whatever
ends one, at whatever point, is felt by the one file that it had.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from organizer.errors import OrganizerError, OutOfMemoryError
from organizer.frames.limits import FILE_CPU_S, PICTURE_CPU_S, worker_memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from organizer.frames.decode import Decoded
    from organizer.frames.readers.reader import FrameReader
    from organizer.types import InputSpec, VideoFile


class Sign(Enum):
    """What a worker says besides its answers."""

    READY = "ready"
    """It can take a file."""
    PICTURE = "picture"
    """One more picture of the file at hand is there."""


@dataclass(frozen=True, slots=True)
class Work:
    """What all files of a scan have in common; can be pickled."""

    reader: FrameReader
    spec: InputSpec
    threads: int
    """For decoding one video; memory and processor time are allotted accordingly."""
    prepare: Callable[[], None]
    """Called once in each worker, before its first file."""
    decode: Callable[..., Decoded]
    """Gets a file, ``reader``, ``spec`` and ``on_picture``; see organizer.frames.decode."""


def serve(connection: Connection, work: Work) -> None:
    """Decode the files that come over a connection until it ends; the main function of a worker.

    Sends ``Sign.READY`` once, and for each file ``Sign.PICTURE`` any number of times, then the ``Decoded`` or
    the OrganizerError.
    """
    confine(work.threads)
    work.prepare()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        connection.send(Sign.READY)
        while True:
            file: VideoFile = connection.recv()
            _answer(connection, work, file)


def _answer(connection: Connection, work: Work, file: VideoFile) -> None:
    began_s = time.process_time()

    def more_time() -> None:
        due_s = min(time.process_time() + PICTURE_CPU_S * work.threads, began_s + FILE_CPU_S * work.threads)
        _limit("RLIMIT_CPU", int(due_s) + 1)

    def on_picture() -> None:
        more_time()
        connection.send(Sign.PICTURE)

    more_time()
    answer: Decoded | OrganizerError
    try:
        answer = work.decode(file, work.reader, work.spec, on_picture=on_picture)
    except OrganizerError as error:
        answer = error
    try:
        connection.send(answer)
    except MemoryError:
        connection.send(
            OutOfMemoryError(file.path, "there was not enough memory", "Scan again with fewer --workers.")
        )


def confine(threads: int) -> None:
    """Hold this new process to the memory of a worker, and to the life of its parent.

    Args:
        threads: for decoding one video.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _limit("RLIMIT_AS", worker_memory(threads))
    # What a decoder that crashes leaves behind would hold pictures of a private video.
    _limit("RLIMIT_CORE", 0)


def allow_processor_time(seconds: float) -> None:
    """Let this process use so many more seconds of processor time, and end it then."""
    _limit("RLIMIT_CPU", int(time.process_time() + seconds) + 1)


def _end_with_parent() -> None:
    """End this process when the one that scans has ended, whatever is being decoded."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _limit(name: str, value: int) -> None:
    """Set a limit of this process, where the system has it; a person's own lower one stays."""
    try:
        import resource
    except ImportError:
        # Windows: the scan's clock is the only limit there.
        return
    kind = getattr(resource, name, None)
    if kind is None:
        return
    soft, hard = resource.getrlimit(kind)
    unlimited = resource.RLIM_INFINITY
    if hard != unlimited:
        value = min(value, hard)
    if name == "RLIMIT_AS" and soft != unlimited:
        value = min(value, soft)
    # macOS has the name of RLIMIT_AS only.
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (value, hard))
