"""Who gets which file, and what becomes of it where computers fail; the computers are made up."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, wait
from contextlib import closing

import pytest

from organizer.cluster import dispatch
from organizer.cluster.cluster_decoders import ClusterDecoders
from organizer.cluster.computers import CannotSendError, NodeGoneError, NodeInfo
from organizer.cluster.node import Broken, NotSeen
from organizer.errors import ClusterError, NotNowError, UnreadableVideoError
from organizer.pipeline.progress import DoneElsewhere, FilesSent, NodeJoined, NodeLost, NodeRefused
from organizer.types import VideoFile

ROOT = "/videos"


def files(count, size=10):
    return [VideoFile(ROOT, f"{number}.mp4", size, 0) for number in range(count)]


class Computer:
    """Answers as its function says; ``hold`` lets it keep files until it is told to go on."""

    workers = 2

    def __init__(self, answer):
        self.answer, self.had, self.sent, self.closed = answer, [], [], False
        self.most_at_once = 0
        self._open: set[Future] = set()
        self._held: list[tuple[Future, VideoFile]] | None = None

    def hold(self):
        self._held = []

    def go_on(self):
        held, self._held = self._held, None
        for future, file in held:
            self._do(future, file)

    def die(self):
        """End with everything that it has."""
        for future, _ in self._held or []:
            future.set_exception(NodeGoneError("killed"))
        self._held = []
        self.answer = lambda _file: NodeGoneError("killed")

    def look(self, file, fingerprint):
        assert fingerprint == f"print of {file.relative_path}"
        self.had.append(file.relative_path)
        future: Future = Future()
        if self._held is None:
            self._do(future, file)
        else:
            self._held.append((future, file))
            self.most_at_once = max(self.most_at_once, len(self._held))
        return future

    def send(self, file, fingerprint):
        self.sent.append(file.relative_path)
        future: Future = Future()
        self._do(future, file)
        return future

    def _do(self, future, file):
        answer = self.answer(file)
        if isinstance(answer, NodeGoneError | OSError):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    def close(self):
        self.closed = True


class Cluster:
    """Computers by name; each has two workers."""

    def __init__(self, **computers):
        self.computers, self.refuses = computers, {}
        self.starts = 0

    def there(self):
        names = [*self.computers, *self.refuses]
        return [NodeInfo(f"id {name}", name, (name,), 2) for name in names]

    def start(self, info):
        self.starts += 1
        if info.name in self.refuses:
            raise ClusterError(self.refuses[info.name])
        return self.computers[info.name]

    def close(self):
        """Nothing is being made ready."""


class Here:
    room = 2

    def __init__(self):
        self.had, self.closed = [], False

    def submit(self, file, fingerprint=""):
        self.had.append(file.relative_path)
        future: Future = Future()
        future.set_result(f"here {file.relative_path}")
        return future

    def news(self):
        return ()

    def close(self):
        self.closed = True


def looked(name):
    return Computer(lambda file: f"{name} {file.relative_path}")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(dispatch, "LOOK_FOR_NODES_S", 0.01)


@pytest.fixture
def here():
    return Here()


@pytest.fixture
def dispatched(here):
    made = []

    def make(cluster, most_sent_bytes=0):
        made.append(ClusterDecoders(cluster, lambda: here, most_sent_bytes=most_sent_bytes))
        return made[-1]

    yield make
    for one in made:
        one.close()


def results(decoders, some, timeout=60):
    futures = [decoders.submit(file, f"print of {file.relative_path}") for file in some]
    _done, left = wait(futures, timeout=timeout)
    assert not left, "some files were never looked at"
    return [future.exception() or future.result() for future in futures]


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def test_files_are_shared_among_computers_and_none_is_done_twice(dispatched):
    one, two = looked("one"), looked("two")
    one.hold(), two.hold()
    decoders = dispatched(Cluster(one=one, two=two))
    until(lambda: decoders.room == 8)
    futures = [decoders.submit(file, f"print of {file.relative_path}") for file in files(20)]
    until(lambda: len(one.had) == len(two.had) == 4)
    one.go_on(), two.go_on()
    wait(futures, timeout=60)
    assert sorted(one.had + two.had) == sorted(file.relative_path for file in files(20))
    assert {future.result().split()[0] for future in futures} == {"one", "two"}
    assert set(decoders.news()) == {NodeJoined("one", 2), NodeJoined("two", 2)}
    assert not decoders.news()


def test_a_computer_has_at_most_twice_its_workers(dispatched):
    one = looked("one")
    one.hold()
    decoders = dispatched(Cluster(one=one))
    futures = [decoders.submit(file, f"print of {file.relative_path}") for file in files(30)]
    until(lambda: len(one.had) == 4)
    time.sleep(0.1)
    assert one.most_at_once == 4
    one.go_on()
    assert len(wait(futures, timeout=60).done) == 30


def test_what_a_computer_had_when_it_ended_is_done_by_others(dispatched):
    one, two = looked("one"), looked("two")
    one.hold()
    cluster = Cluster(one=one)
    decoders = dispatched(cluster)
    futures = [decoders.submit(file, f"print of {file.relative_path}") for file in files(4)]
    until(lambda: len(one.had) == 4)
    # It is found again and again, and ends each time.
    cluster.computers["two"] = two
    until(lambda: decoders.room == 8)
    one.die()
    assert len(wait(futures, timeout=60).done) == 4
    assert sorted(future.result() for future in futures) == [f"two {number}.mp4" for number in range(4)]
    lost = [event for event in decoders.news() if isinstance(event, NodeLost)]
    assert lost[0] == NodeLost("one", 4) and one.closed


def test_a_computer_that_ends_again_and_again_is_left_alone(dispatched, monkeypatch):
    one = Computer(lambda _file: NodeGoneError("killed"))
    cluster = Cluster(one=one)
    decoders = dispatched(cluster)
    assert results(decoders, files(20)) == [f"here {number}.mp4" for number in range(20)]
    time.sleep(0.1)
    assert cluster.starts == 5
    refused = [event for event in decoders.news() if isinstance(event, NodeRefused)]
    assert refused == [NodeRefused("one", "one is left alone: what works there ended 5 times.")]


def test_a_file_that_ends_three_computers_is_looked_at_here(dispatched, here):
    def answer(file):
        return NodeGoneError("killed") if file.relative_path == "1.mp4" else f"there {file.relative_path}"

    cluster = Cluster(one=Computer(answer), two=Computer(answer))
    decoders = dispatched(cluster)
    done = results(decoders, files(3))
    assert done == ["there 0.mp4", "here 1.mp4", "there 2.mp4"]
    assert here.had == ["1.mp4"]
    (moved,) = [event for event in decoders.news() if isinstance(event, DoneElsewhere)]
    assert moved == DoneElsewhere("/videos/1.mp4", "here", "3 computers ended while they had it")


def test_a_computer_that_joins_later_is_used(dispatched):
    one, two = looked("one"), looked("two")
    one.hold()
    cluster = Cluster(one=one)
    decoders = dispatched(cluster)
    futures = [decoders.submit(file, f"print of {file.relative_path}") for file in files(8)]
    until(lambda: len(one.had) == 4)
    cluster.computers["two"] = two
    until(lambda: len(two.had) == 4)
    one.go_on()
    assert len(wait(futures, timeout=60).done) == 8


def test_who_does_not_see_a_file_is_not_asked_again_and_others_are(dispatched):
    blind = Computer(lambda _file: NotSeen(root_is_there=False))
    decoders = dispatched(Cluster(blind=blind, seeing=looked("seeing")))
    until(lambda: decoders.room == 8)
    assert results(decoders, files(12)) == [f"seeing {number}.mp4" for number in range(12)]
    # Those that were on their way when it said that the whole folder is not there.
    assert len(blind.had) <= 4


def test_who_does_not_see_a_folder_is_sent_files_while_others_are_busy(dispatched):
    class Blind(Computer):
        def look(self, file, fingerprint):
            self.had.append(file.relative_path)
            future: Future = Future()
            future.set_result(NotSeen(root_is_there=False))
            return future

    blind, seeing = Blind(lambda file: f"sent {file.relative_path}"), looked("seeing")
    seeing.hold()
    decoders = dispatched(Cluster(blind=blind, seeing=seeing), most_sent_bytes=100)
    until(lambda: decoders.room == 8)
    some = [*files(20), VideoFile(ROOT, "large.mp4", 101, 0)]
    futures = [decoders.submit(file, f"print of {file.relative_path}") for file in some]
    # The one that sees them has four and is busy; the large one is never sent.
    until(lambda: len(blind.sent) == 16)
    seeing.go_on()
    assert not wait(futures, timeout=60).not_done
    assert sorted(blind.sent + seeing.had) == sorted(file.relative_path for file in some)
    assert "large.mp4" in seeing.had
    told = [event for event in decoders.news() if isinstance(event, FilesSent | DoneElsewhere)]
    assert told == [FilesSent("blind", ROOT)]


@pytest.mark.parametrize("seen_by", [None, "seeing"])
def test_what_a_computer_has_no_room_for_is_sent_to_another(dispatched, here, seen_by):
    class Blind(Computer):
        def look(self, file, fingerprint):
            future: Future = Future()
            future.set_result(NotSeen(root_is_there=False))
            return future

    full = Blind(lambda file: NotSeen(root_is_there=True, reason="there is no room for it"))
    empty = Blind(lambda file: f"sent {file.relative_path}")
    computers, given = {"full": full, "empty": empty}, []
    if seen_by:
        computers[seen_by] = seeing = looked(seen_by)
        seeing.hold()
        given = seeing.had
    decoders = dispatched(Cluster(**computers), most_sent_bytes=100)
    until(lambda: decoders.room == 4 * len(computers))
    futures = [decoders.submit(file, f"print of {file.relative_path}") for file in files(20)]
    until(lambda: len(empty.sent) + len(given) >= 20)
    if seen_by:
        seeing.go_on()
    assert not wait(futures, timeout=60).not_done
    assert not here.had and len(set(empty.sent)) == len(empty.sent) >= 16


def test_what_no_computer_sees_is_sent_up_to_a_size_and_looked_at_here_beyond(dispatched, here):
    class SentAlone(Computer):
        def look(self, file, fingerprint):
            self.had.append(file.relative_path)
            future: Future = Future()
            future.set_result(NotSeen(root_is_there=True))
            return future

    one = SentAlone(lambda file: f"sent {file.relative_path}")
    decoders = dispatched(Cluster(one=one), most_sent_bytes=100)
    small, large = VideoFile(ROOT, "small.mp4", 100, 0), VideoFile(ROOT, "large.mp4", 101, 0)
    assert results(decoders, [small, large]) == ["sent small.mp4", "here large.mp4"]
    moved = [event for event in decoders.news() if isinstance(event, DoneElsewhere)]
    assert moved == [
        DoneElsewhere("/videos/small.mp4", "sent to one", "no computer of the cluster sees it"),
        DoneElsewhere("/videos/large.mp4", "here", "no computer of the cluster sees it"),
    ]


def test_what_cannot_be_read_to_be_sent_is_looked_at_here(dispatched, here):
    one = Computer(lambda file: NotSeen(root_is_there=True))
    one.send = lambda file, fingerprint: failed(CannotSendError("Permission denied"))
    decoders = dispatched(Cluster(one=one), most_sent_bytes=100)
    assert results(decoders, files(1)) == ["here 0.mp4"]
    assert "it cannot be sent (Permission denied)" in [
        event.reason for event in decoders.news() if isinstance(event, DoneElsewhere)
    ]


def failed(error):
    future: Future = Future()
    future.set_exception(error)
    return future


def test_what_one_computer_cannot_read_now_another_may(dispatched):
    poor = Computer(lambda file: NotNowError(file.path, "there was not enough memory", "Wait."))
    decoders = dispatched(Cluster(poor=poor, rich=looked("rich")))
    until(lambda: decoders.room == 8)
    assert results(decoders, files(6)) == [f"rich {number}.mp4" for number in range(6)]


def test_a_damaged_file_is_damaged_everywhere(dispatched, here):
    one = Computer(lambda file: UnreadableVideoError(file.path, "it is damaged", "Copy it again."))
    two = Computer(lambda file: UnreadableVideoError(file.path, "it is damaged", "Copy it again."))
    decoders = dispatched(Cluster(one=one, two=two))
    (error,) = results(decoders, files(1))
    assert isinstance(error, UnreadableVideoError) and len(one.had) + len(two.had) == 1
    assert not here.had


def test_a_broken_computer_takes_no_part_any_more(dispatched):
    broken = Computer(lambda _file: Broken("Its decoders cannot be started."))
    cluster = Cluster(broken=broken, sound=looked("sound"))
    decoders = dispatched(cluster)
    until(lambda: decoders.room == 8)
    assert results(decoders, files(10)) == [f"sound {number}.mp4" for number in range(10)]
    assert NodeRefused("broken", "Its decoders cannot be started.") in decoders.news()
    time.sleep(0.1)
    assert cluster.starts == 2


def test_without_any_computer_a_scan_ends_with_the_reasons(dispatched):
    cluster = Cluster()
    cluster.refuses["old"] = "old takes no part: it has organizer 0.0.9, and this computer 0.1.0."
    decoders = dispatched(cluster)
    (error,) = results(decoders, files(1))
    assert isinstance(error, ClusterError) and "old takes no part" in str(error)
    assert [type(event) for event in decoders.news()] == [NodeRefused]


def test_when_the_cluster_cannot_be_asked_any_more_who_waits_is_told(dispatched):
    one = looked("one")
    one.hold()
    cluster = Cluster(one=one)
    decoders = dispatched(cluster)
    future = decoders.submit(files(1)[0], "print of 0.mp4")
    until(lambda: one.had)

    def there():
        raise RuntimeError("the head is gone")

    cluster.there = there
    assert isinstance(future.exception(timeout=60), ClusterError)
    assert isinstance(decoders.submit(files(1)[0], "print of 0.mp4").exception(timeout=60), ClusterError)


def test_what_a_computer_throws_is_the_affair_of_that_file_alone(dispatched):
    strange = Computer(lambda _file: None)
    strange.look = lambda file, fingerprint: failed(MemoryError("no room for the answer"))
    decoders = dispatched(Cluster(strange=strange, sound=looked("sound")))
    until(lambda: decoders.room == 8)
    assert results(decoders, files(4)) == [f"sound {number}.mp4" for number in range(4)]


def test_closed_it_ends_what_computers_do_and_cancels_the_rest(here):
    one = looked("one")
    one.hold()
    decoders = ClusterDecoders(Cluster(one=one), lambda: here, most_sent_bytes=0)
    with closing(decoders):
        futures = [decoders.submit(file, f"print of {file.relative_path}") for file in files(10)]
        until(lambda: len(one.had) == 4)
    assert one.closed and all(future.cancelled() for future in futures)
    assert not [thread for thread in threading.enumerate() if thread.name == "dispatch"]


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), ValueError("no such option")])
def test_whatever_goes_wrong_when_a_computer_is_made_ready_the_others_go_on(dispatched, error):
    cluster = Cluster(odd=looked("odd"), sound=looked("sound"))
    start = cluster.start

    def fails(info):
        if info.name == "odd":
            raise error
        return start(info)

    cluster.start = fails
    decoders = dispatched(cluster)
    assert results(decoders, files(3)) == [f"sound {number}.mp4" for number in range(3)]
    until(lambda: any(isinstance(event, NodeRefused) for event in decoders.news()))


def test_an_error_of_a_computers_system_is_not_one_of_this_computer(dispatched):
    """Ray's errors of a call are also of the class of what was raised there."""
    odd = Computer(lambda _file: None)
    odd.look = lambda file, fingerprint: failed(OSError(5, "Input/output error"))
    decoders = dispatched(Cluster(odd=odd, sound=looked("sound")))
    until(lambda: decoders.room == 8)
    assert results(decoders, files(4)) == [f"sound {number}.mp4" for number in range(4)]


def test_closing_does_not_wait_for_a_computer_that_cannot_begin(here):
    cluster, closing_it = Cluster(one=looked("one")), threading.Event()

    def never(info):
        closing_it.wait(60)
        raise ClusterError("its processors are taken")

    cluster.start, cluster.close = never, closing_it.set
    decoders = ClusterDecoders(cluster, lambda: here, most_sent_bytes=0)
    future = decoders.submit(files(1)[0], "print of 0.mp4")
    time.sleep(0.1)
    started = time.monotonic()
    decoders.close()
    assert time.monotonic() - started < 10 and future.cancelled()


def test_closed_nothing_is_left_that_asks_the_cluster(here):
    """A thread that asks Ray when it is shut down never ends, and the command waits for it."""
    cluster, closing_it = Cluster(one=looked("one")), threading.Event()
    asking = []

    def slow(info):
        asking.append("one")
        closing_it.wait(60)
        time.sleep(0.3)
        asking.remove("one")
        raise NodeGoneError("nobody waits")

    cluster.start, cluster.close = slow, closing_it.set
    decoders = ClusterDecoders(cluster, lambda: here, most_sent_bytes=0)
    until(lambda: asking)
    decoders.close()
    assert not asking


def test_a_computer_that_is_ready_when_nobody_waits_any_more_is_let_go(here):
    one, closing_it = looked("one"), threading.Event()
    cluster, starting = Cluster(one=one), threading.Event()

    def late(info):
        starting.set()
        closing_it.wait(60)
        return one

    cluster.start, cluster.close = late, closing_it.set
    decoders = ClusterDecoders(cluster, lambda: here, most_sent_bytes=0)
    assert starting.wait(60)
    decoders.close()
    assert one.closed


def test_a_computer_has_as_many_files_as_its_memory_carries(dispatched):
    small = looked("small")
    small.workers = 1
    small.hold()
    decoders = dispatched(Cluster(small=small))
    futures = [decoders.submit(file, f"print of {file.relative_path}") for file in files(6)]
    until(lambda: len(small.had) == 2)
    time.sleep(0.1)
    assert small.most_at_once == 2
    small.go_on()
    assert len(wait(futures, timeout=60).done) == 6
    assert NodeJoined("small", 1) in decoders.news()
