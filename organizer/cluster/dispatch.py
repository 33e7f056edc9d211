"""Hand work out to computers, and bring back what they make of it.

One thread decides everything: what arrives, from whoever, is put in one queue, and looked at one after the
other. So nothing here is locked, and whatever a computer does or fails to do is one message among others.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from concurrent.futures import CancelledError, Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from organizer.cluster.computers import CannotSendError, NodeGoneError
from organizer.cluster.node import Broken, NotSeen
from organizer.errors import ClusterError, NotNowError, OrganizerError, VideoError
from organizer.pipeline.progress import DoneElsewhere, FilesSent, NodeJoined, NodeLost, NodeRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from organizer.cluster.computers import NodeHandle, NodeInfo, Nodes
    from organizer.cluster.node import Answer
    from organizer.pipeline.progress import WorkersEvent

LOOK_FOR_NODES_S = 2.0
_FIRST_ROOM = 4
"""Files to have at hand before any computer takes part: those that join first begin at once."""
_MOST_DEATHS = 3
"""Computers that end while they have something; then it is done here, which tells whose fault it is."""
_MOST_STARTS = 5
"""Of the same computer: one that ends again and again is of no use."""
_AT_ONCE = 8
"""Computers that are made ready at the same time."""
HERE = "here"


@dataclass(eq=False)
class Task:
    """Something to be done by any computer, and how it is asked for."""

    path: str
    """What it is about, for people."""
    root: str
    """The folder that a computer has to see for it."""
    ask: Callable[[NodeHandle], Future[Answer]]
    here: Callable[[], Future[Any]]
    """Does it on this computer."""
    send: Callable[[NodeHandle], Future[Answer]] | None = None
    """Asks a computer that does not see it, if there is a way."""
    future: Future[Any] = field(default_factory=Future)
    """What comes of it."""
    refused: set[str] = field(default_factory=set)
    """The computers that do not see it, or could not do it."""
    deaths: int = 0
    reason: str = "no computer of the cluster sees it"
    """Why it is not done where it was asked for first."""
    sent_to: set[str] = field(default_factory=set)
    """The computers that it was sent to: none gets it twice."""


@dataclass(eq=False)
class _Computer:
    info: NodeInfo
    handle: NodeHandle
    most: int
    """What it may have at any time."""
    has: set[Task] = field(default_factory=set)
    gone: bool = False
    unseen_roots: set[str] = field(default_factory=set)
    sent_roots: set[str] = field(default_factory=set)
    """Of these, the ones whose files were sent to it."""

    @property
    def room(self) -> int:
        return self.most - len(self.has)

    def may_take(self, task: Task) -> bool:
        return self.info.id not in task.refused and task.root not in self.unseen_roots


Message = tuple["Callable[..., None]", tuple[object, ...]]


class Dispatcher:
    """Has tasks done by other computers, and by this one where no other can."""

    def __init__(self, nodes: Nodes, most: Callable[[NodeInfo], int]) -> None:
        """Prepare; computers are looked for at once.

        Args:
            nodes: the computers.
            most: how many tasks a computer may have at any time.
        """
        self._nodes = nodes
        self._most = most
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[WorkersEvent] = queue.SimpleQueue()
        self._waiting: deque[Task] = deque()
        self._computers: dict[str, _Computer] = {}
        self._starting: set[str] = set()
        self._starts: dict[str, int] = {}
        self._refused: dict[str, str] = {}
        """Why computers take no part, by their ids."""
        self._open: set[Task] = set()
        """What has no result yet."""
        self._lost: ClusterError | None = None
        """Why nothing is handed out any more."""
        self._room = 0
        """Of all computers; read by other threads."""
        self._looked_for = False
        self._any_joined = False
        self._closed = False
        self._starter = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="node")
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
        self._thread.start()

    @property
    def room(self) -> int:
        """Return how many tasks it should have at any time, at least 1; it changes with the computers."""
        return max(_FIRST_ROOM, self._room)

    def submit(self, task: Task) -> None:
        """Have something done; its future tells when it is."""
        self._open.add(task)
        self._inbox.put((self._take, (task,)))
        if self._lost is not None:
            self._fail(task, self._lost)

    def news(self) -> Sequence[WorkersEvent]:
        """Return what happened to the computers since the last call."""
        news = []
        with suppress(queue.Empty):
            while True:
                news.append(self._news.get_nowait())
        return news

    def close(self) -> None:
        """End what computers do, and cancel what was not done."""
        self._inbox.put((self._close, ()))
        self._thread.join()
        self._nodes.close()
        # One that is being made ready sees that nobody waits for it. Of one that is ready nobody heard.
        self._starter.shutdown(wait=True, cancel_futures=True)
        with suppress(queue.Empty):
            while True:
                act, arguments = self._inbox.get_nowait()
                if act == self._join:
                    cast("NodeHandle", arguments[1]).close()

    def _run(self) -> None:
        try:
            self._dispatch()
        except Exception as error:  # whatever it is, who waits for a video has to hear of it
            self._lost = ClusterError(f"The cluster cannot be reached any more ({error}). Scan again.")
            for task in list(self._open):
                self._fail(task, self._lost)
        finally:
            for computer in self._computers.values():
                computer.handle.close()

    def _dispatch(self) -> None:
        next_look_s = 0.0
        while not self._closed:
            if time.monotonic() >= next_look_s:
                self._look_for_nodes()
                next_look_s = time.monotonic() + LOOK_FOR_NODES_S
            with suppress(queue.Empty):
                act, arguments = self._inbox.get(timeout=max(0.0, next_look_s - time.monotonic()))
                act(*arguments)
            if not self._closed:
                self._hand_out()

    def _take(self, task: Task) -> None:
        self._waiting.append(task)

    def _look_for_nodes(self) -> None:
        for info in self._nodes.there():
            if info.id in self._computers or info.id in self._starting or info.id in self._refused:
                continue
            if self._starts.get(info.id, 0) >= _MOST_STARTS:
                self._refuse(info, f"{info.name} is left alone: what works there ended {_MOST_STARTS} times.")
            else:
                self._starts[info.id] = self._starts.get(info.id, 0) + 1
                self._starting.add(info.id)
                self._starter.submit(self._start, info)
        self._looked_for = True

    def _start(self, info: NodeInfo) -> None:
        """Make a computer ready, in a thread of its own."""
        try:
            handle = self._nodes.start(info)
        except NodeGoneError:
            self._inbox.put((self._starting.discard, (info.id,)))
        except OrganizerError as error:
            self._inbox.put((self._refuse, (info, str(error))))
        except Exception as error:  # of any kind: the others go on
            self._inbox.put((self._refuse, (info, f"{info.name} takes no part: {error}")))
        else:
            self._inbox.put((self._join, (info, handle)))

    def _join(self, info: NodeInfo, handle: NodeHandle) -> None:
        self._starting.discard(info.id)
        info = replace(info, workers=handle.workers)
        self._computers[info.id] = _Computer(info, handle, self._most(info))
        self._any_joined = True
        self._count_workers()
        self._news.put(NodeJoined(info.name, info.workers))

    def _refuse(self, info: NodeInfo, reason: str) -> None:
        self._starting.discard(info.id)
        self._refused[info.id] = reason
        self._news.put(NodeRefused(info.name, reason))

    def _count_workers(self) -> None:
        self._room = sum(one.most for one in self._computers.values())

    def _hand_out(self) -> None:
        """Give every waiting task to who may take it, as far as there is room."""
        left: deque[Task] = deque()
        while self._waiting:
            task = self._waiting.popleft()
            if not (task.future.cancelled() or self._give_out(task)):
                left.append(task)
        self._waiting = left

    def _give_out(self, task: Task) -> bool:
        """Give a task to who has most room, or do it otherwise; False where it has to wait."""
        computers = list(self._computers.values())
        able = [one for one in computers if one.may_take(task)]
        if free := _freest(able):
            self._give(free, task, task.ask)
            return True
        if not able and (self._starting or not self._looked_for):
            return False
        left = [one for one in computers if task.send is not None and one.info.id not in task.sent_to]
        # While others are busy with what they see, who sees nothing of it need not be idle.
        if free := _freest([one for one in left if task.root in one.unseen_roots] if able else left):
            self._send(free, task)
            return True
        if able or left:
            return False
        self._do_otherwise(task)
        return True

    def _send(self, computer: _Computer, task: Task) -> None:
        assert task.send is not None
        task.sent_to.add(computer.info.id)
        if task.root not in computer.unseen_roots:
            self._news.put(DoneElsewhere(task.path, f"sent to {computer.info.name}", task.reason))
        elif task.root not in computer.sent_roots:
            computer.sent_roots.add(task.root)
            self._news.put(FilesSent(computer.info.name, task.root))
        self._give(computer, task, task.send)

    def _do_otherwise(self, task: Task) -> None:
        """Do on this computer what no other may take; where there never was another one, nothing is done."""
        if not self._computers and not self._any_joined:
            reasons = " ".join(self._refused.values()) or "It has none with processors."
            self._fail(task, ClusterError(f"No computer of the cluster can look at videos. {reasons}"))
            return
        if self._computers:
            self._news.put(DoneElsewhere(task.path, HERE, task.reason))
        self._do_here(task)

    def _give(self, computer: _Computer, task: Task, ask: Callable[[NodeHandle], Future[Answer]]) -> None:
        computer.has.add(task)
        try:
            asked = ask(computer.handle)
        except NodeGoneError as error:
            asked = Future()
            asked.set_exception(error)
        asked.add_done_callback(lambda done: self._inbox.put((self._answered, (computer, task, done))))

    def _do_here(self, task: Task) -> None:
        task.here().add_done_callback(lambda done: self._inbox.put((self._done_here, (task, done))))

    def _done_here(self, task: Task, done: Future[Any]) -> None:
        try:
            self._finish(task, done.result())
        except (Exception, CancelledError) as error:
            self._fail(task, error)

    def _finish(self, task: Task, result: Any) -> None:
        self._open.discard(task)
        # Cancelled, or told meanwhile that nothing is handed out any more.
        with suppress(InvalidStateError):
            task.future.set_result(result)

    def _fail(self, task: Task, error: BaseException) -> None:
        self._open.discard(task)
        with suppress(InvalidStateError):
            task.future.set_exception(error)

    def _answered(self, computer: _Computer, task: Task, done: Future[Answer]) -> None:
        computer.has.discard(task)
        try:
            answer = done.result()
        except NodeGoneError:
            self._lose(computer, had=1)
            task.deaths += 1
            if task.deaths >= _MOST_DEATHS:
                self._news.put(
                    DoneElsewhere(task.path, HERE, f"{task.deaths} computers ended while they had it")
                )
                self._do_here(task)
            else:
                # Whoever waited longest goes first.
                self._waiting.appendleft(task)
            return
        except CannotSendError as error:
            # Looking at it here says why in the usual way.
            task.send = None
            task.reason = f"it cannot be sent ({error})"
            self._waiting.appendleft(task)
            return
        except Exception as error:  # of any kind: it comes from another computer
            task.refused.add(computer.info.id)
            task.reason = f"{computer.info.name}: {error}"
            self._waiting.appendleft(task)
            return
        self._use(computer, task, answer)

    def _use(self, computer: _Computer, task: Task, answer: Answer) -> None:
        if isinstance(answer, Broken):
            self._refuse(computer.info, answer.reason)
            self._lose(computer, had=1)
            self._waiting.appendleft(task)
        elif isinstance(answer, NotSeen):
            task.refused.add(computer.info.id)
            task.reason = answer.reason or task.reason
            if not answer.root_is_there:
                computer.unseen_roots.add(task.root)
            self._waiting.appendleft(task)
        elif isinstance(answer, NotNowError):
            # Its network drive, its memory: another one may be better off.
            task.refused.add(computer.info.id)
            task.reason = f"{computer.info.name}: {answer.reason}"
            self._waiting.appendleft(task)
        elif isinstance(answer, VideoError):
            self._fail(task, answer)
        else:
            self._finish(task, answer)

    def _lose(self, computer: _Computer, *, had: int) -> None:
        if computer.gone:
            return
        computer.gone = True
        # It may be there still, and only its process have ended: nothing is given up before that is known.
        self._looked_for = False
        del self._computers[computer.info.id]
        self._count_workers()
        self._news.put(NodeLost(computer.info.name, len(computer.has) + had))
        computer.handle.close()

    def _close(self) -> None:
        self._closed = True
        for task in self._open:
            task.future.cancel()


def _freest(computers: Sequence[_Computer]) -> _Computer | None:
    """Return the computer with the largest part of its room free; None where none has any."""
    free = max(computers, key=lambda one: one.room / one.most, default=None)
    return free if free is not None and free.room > 0 else None
