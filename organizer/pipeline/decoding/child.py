"""A process of its own for what may crash, as this one sees it: started, talked with, ended."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from organizer.config import DEBUG_VARIABLE
from organizer.features.quiet import quiet_stderr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_START_S = 300.0
"""Seconds: loading the decoders from a cold network drive, on a computer that is busy otherwise."""
_ENDS_WITHIN_S = 5.0
_UNKNOWN = 255
"""What multiprocessing says of a process whose end nobody saw, as after the end of the fork server."""
_WINDOWS_EXCEPTION = 0xC0000000
_OWN_SIGNALS = {"SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS", "SIGXCPU"}
"""What the system sends to a process for what itself did; others come from outside."""

_processes = threading.Lock()
"""Held to start a process and to ask how one ended: multiprocessing looks at all of them each time."""


class WorkerDiedError(Exception):
    """A worker ended by itself, or was ended from outside."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(f"exit code {exit_code}")
        self.exit_code = exit_code
        """As multiprocessing has it: the negative number of a signal; None when unknown."""

    @property
    def out_of_time(self) -> bool:
        """Whether it had used up the processor time that a file may take."""
        return hasattr(signal, "SIGXCPU") and self.exit_code == -signal.SIGXCPU

    @property
    def own_doing(self) -> bool:
        """Whether it crashed, rather than being ended by a person, a guard of memory or a logout."""
        code = self.exit_code
        if code is None or code == _UNKNOWN:
            return False
        if sys.platform == "win32":
            # Exceptions of the processor have numbers from here on; a task that is ended has 1.
            return code >= _WINDOWS_EXCEPTION
        return code >= 0 or signal.Signals(-code).name in _OWN_SIGNALS


class WorkerStalledError(Exception):
    """A worker did not get on within the time by the clock, and was ended."""


class Child:
    """One process and the pipe to it; used by one thread, but ``end`` and ``end_if_late`` by any."""

    def __init__(self, main: Callable[..., None], *arguments: object) -> None:
        """Start a process.

        Args:
            main: its main function; gets its end of the pipe, then the arguments. It says ready with anything
                that it sends.
            arguments: can be pickled, as ``main`` can.

        Raises:
            OSError: the system cannot start one.
            EOFError: the fork server cannot.
        """
        self._ending = threading.Lock()
        self._open = True
        self._late = False
        self.due_s: float | None = time.monotonic() + _START_S
        """When it is late, on the monotonic clock; None while nothing is asked of it."""
        context = _context()
        self.connection, theirs = context.Pipe()
        try:
            self._process = context.Process(target=main, args=(theirs, *arguments), daemon=True)
            with _processes, _starting(), _without_main((main, arguments)):
                self._process.start()
            self._handle = _handle(self._process)
        except BaseException:
            self.connection.close()
            raise
        finally:
            # Only the worker holds that end now: when it is gone, ours says so.
            theirs.close()

    def wait_until_ready(self) -> None:
        """Wait until it is ready.

        Raises:
            WorkerDiedError: it ended before.
            WorkerStalledError: it was ended, for it took too long.
        """
        self.receive()
        self.due_s = None

    def is_there(self) -> bool:
        """Whether it waits for work. It says nothing unasked, so that anything to read is its end."""
        try:
            return not self.connection.poll()
        except OSError:
            return False

    def end_if_late(self) -> None:
        """End it when it did not get on in time."""
        due_s = self.due_s
        if due_s is not None and time.monotonic() > due_s:
            self._late = True
            self.end()

    def end(self) -> None:
        """End the process at once; the thread that waits for it is told that it died."""
        with self._ending:
            if not self._open:
                return
            with suppress(OSError):
                self._kill()
            # A process that waits for a dead drive does not even hear that signal.
            if sys.platform != "win32":
                with suppress(OSError), socket.socket(fileno=os.dup(self.connection.fileno())) as end:
                    end.shutdown(socket.SHUT_RDWR)

    def _kill(self) -> None:
        if sys.platform == "linux" and self._handle is not None:
            # Not Process.kill: it does nothing once the fork server is gone, though its children live on.
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        # What ended may have left its number to a process of somebody else.
        elif not wait([self._process.sentinel], 0):
            self._process.kill()

    def close(self) -> None:
        """End the process, if it has not ended, and forget it; for the thread that uses it."""
        self.end()
        self._forget()

    def receive(self) -> Any:
        """Return what it says next.

        Raises:
            WorkerDiedError: it ended.
            WorkerStalledError: it was ended, for it did not get on in time.
        """
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            exit_code = self._forget()
            if self._late:
                raise WorkerStalledError from None
            raise WorkerDiedError(exit_code) from None

    def _forget(self) -> int | None:
        """Return how the process ended, None when it did not within a few seconds."""
        with self._ending:
            if self._open:
                self._open = False
                self.connection.close()
                if self._handle is not None:
                    os.close(self._handle)
        wait([self._process.sentinel], _ENDS_WITHIN_S)
        with _processes:
            self._process.join(0)
            exit_code: int | None = self._process.exitcode
            return exit_code


def _handle(process: Any) -> int | None:
    """Return a file descriptor that stands for a process, whatever becomes of its number.

    None where the system has no such thing, or where the process has ended already.
    """
    if sys.platform != "linux":
        return None
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        # Linux before 5.3, a Python that was built on one, or a guard that forbids it.
        return None
    # Had it ended before, its number might have been another's by then.
    if wait([process.sentinel], 0):
        os.close(handle)
        return None
    return handle


def _context() -> Any:
    """Return how workers are made: never as forks of this process, whose threads a fork might wait for."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    # One process of its own loads the decoders once; workers are forks of it, before it has any threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["organizer.pipeline.decoding.preload"])
    return context


@contextmanager
def _without_main(work: object) -> Iterator[None]:
    """Start a worker that leaves the program's main file alone, unless its work lies there.

    Python has each new process import the main file again: a script that scans, and does not guard that with
    ``if __name__ == "__main__":``, would scan anew in every worker. What tells which file that is, is taken
    away; only one thread at a time may do this.
    """
    if b"__main__" in pickle.dumps(work):
        yield
        return
    main = sys.modules["__main__"]
    # The module itself stays: other threads may pickle a class of it meanwhile.
    hidden: dict[str, Any] = {
        name: vars(main)[name] for name in ("__spec__", "__file__") if name in vars(main)
    }
    vars(main).pop("__file__", None)
    vars(main)["__spec__"] = None
    try:
        yield
    finally:
        vars(main).update(hidden)
        if "__spec__" not in hidden:
            del vars(main)["__spec__"]


@contextmanager
def _starting() -> Iterator[None]:
    """Start a worker without a share in Ctrl-C and, while it starts up, in the terminal.

    A terminal sends Ctrl-C to all processes of a command, and only the main one knows how to stop well. A
    process that is ended while it starts up complains in Python's words, and so does Python itself where one
    of its helpers was ended from outside and is started again.
    """
    from multiprocessing import resource_tracker

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    with nullcontext() if os.environ.get(DEBUG_VARIABLE) else quiet_stderr():
        # First, for Python unblocks the signal at the end of starting this one.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
