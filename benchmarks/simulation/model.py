"""Discrete events: workers take videos, read them over a shared link, look at them, and have them stored.

A process of simpy stands for each worker. A step of it may stand for a batch of videos in place of one: its
reading takes as long as theirs together, and its work is drawn with the mean and the variance of their sum.
So 10^8 videos take as many steps as 10^6. What a batch is costs nothing else: when a computer fails, what its
workers had finished of their batches counts as finished, as it would have video by video, and batches become
smaller towards the end, so that no worker sits on many videos while others have none.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from benchmarks.simulation.assumptions import Costs, SetUp

Steps = Generator[Any, Any, None]
_SECONDS_AN_HOUR = 3600.0
_BATCHES_A_WORKER = 30
"""At least so many, that a batch is a small part of what a worker does."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run went."""

    seconds: float
    """From the first video to the last one stored."""
    failures: int
    """Of computers."""
    redone: int
    """Videos that were finished, or begun, and lost with a computer."""
    worker_busy_share: float
    """Of the workers' time, while they looked at videos."""
    network_busy_share: float
    """Of the computers' time, while their networks had a video."""
    link_busy_share: float
    """Of what the storage can deliver."""
    writer_busy_share: float
    """Of the time of the one writer; 0 where there is none."""
    events: int
    """Steps of workers that were simulated."""

    @property
    def limit(self) -> str:
        """What is busy most."""
        shares = {
            "processors": self.worker_busy_share,
            "network (model)": self.network_busy_share,
            "storage link": self.link_busy_share,
            "writer": self.writer_busy_share,
        }
        return max(shares, key=lambda name: shares[name])


def batch_size(set_up: SetUp, videos: int) -> int:
    """Return how many videos one step stands for."""
    return max(1, videos // (_BATCHES_A_WORKER * set_up.nodes * set_up.workers))


def closed_form_s(set_up: SetUp, costs: Costs, videos: int) -> float:
    """Return how long it takes at least: as long as whatever is busy all the time. Nothing fails."""
    return max(
        videos * (read_s(set_up, costs) + costs.worker_s) / (set_up.nodes * set_up.workers),
        videos * costs.network_turn_s / set_up.nodes,
        videos * costs.read_bytes / _bytes_per_s(set_up, set_up.storage_bit_per_s),
        videos * costs.store_s if set_up.shard_videos is None else 0.0,
    )


def read_s(set_up: SetUp, costs: Costs) -> float:
    """Return how long a worker reads a video when nobody else does."""
    return costs.read_bytes / _bytes_per_s(set_up, set_up.node_bit_per_s)


def _bytes_per_s(set_up: SetUp, bit_per_s: float) -> float:
    return set_up.link_efficiency * bit_per_s / 8


@dataclass(eq=False)
class _Pool:
    """Videos that nobody has taken."""

    left: int
    more: simpy.Event
    """Happens when some come back."""


@dataclass(eq=False)
class _Node:
    pool: _Pool
    network: simpy.Resource
    room: simpy.Resource
    """Batches that it may have at the same time, those included that wait to be stored."""
    part: int
    """Videos of its pool in the beginning."""
    finished: int = 0
    """Videos; those of a shard that is not complete yet included."""
    workers: list[simpy.Process] = field(default_factory=list)


class Simulation:
    """One run."""

    def __init__(self, set_up: SetUp, costs: Costs, videos: int, *, seed: int, batch: int | None = None):
        """Prepare.

        Args:
            set_up: the computers.
            costs: of a video.
            videos: how many there are.
            seed: of all draws.
            batch: videos that a step stands for; None takes ``batch_size``, 1 simulates each video.
        """
        self._set_up = set_up
        self._costs = costs
        self._videos = videos
        self._batch = batch_size(set_up, videos) if batch is None else batch
        self._draw = random.Random(seed)
        self._time = simpy.Environment()
        self._all_done = self._time.event()
        # So many computers get the full speed of their own link at once; whoever comes later waits.
        self._readers = max(1, int(set_up.storage_bit_per_s // set_up.node_bit_per_s))
        self._link = simpy.Resource(self._time, self._readers)
        self._writer = simpy.Resource(self._time)
        self._finished = self._failures = self._redone = self._events = 0
        self._worked_s = self._turned_s = self._linked_s = self._wrote_s = 0.0
        # Mean and sigma of the log-normal whose mean is worker_s.
        self._mu = math.log(costs.worker_s) - costs.spread**2 / 2
        self._relative_variance = math.exp(costs.spread**2) - 1
        parts = self._parts()
        pools = [_Pool(part, self._time.event()) for part in parts]
        self._nodes = [self._node(pools[number % len(pools)]) for number in range(set_up.nodes)]

    def run(self) -> Outcome:
        """Simulate until the last video is stored."""
        for node in self._nodes:
            self._start_workers(node)
            if math.isfinite(self._set_up.failure_every_h):
                self._time.process(self._fail(node))
        self._time.run(until=self._all_done)
        seconds = self._time.now
        nodes, workers = self._set_up.nodes, self._set_up.nodes * self._set_up.workers
        return Outcome(
            seconds=seconds,
            failures=self._failures,
            redone=self._redone,
            worker_busy_share=self._worked_s / seconds / workers,
            network_busy_share=self._turned_s / seconds / nodes,
            link_busy_share=self._linked_s / seconds / self._readers,
            writer_busy_share=self._wrote_s / seconds,
            events=self._events,
        )

    def _parts(self) -> list[int]:
        if not self._set_up.fixed_parts:
            return [self._videos]
        each, rest = divmod(self._videos, self._set_up.nodes)
        return [each + (number < rest) for number in range(self._set_up.nodes)]

    def _node(self, pool: _Pool) -> _Node:
        network = simpy.Resource(self._time)
        # As a scan does: while a computer decodes some, the next ones wait there.
        room = simpy.Resource(self._time, 2 * self._set_up.workers)
        return _Node(pool, network, room, pool.left)

    def _start_workers(self, node: _Node) -> None:
        node.workers = [self._time.process(self._work(node)) for _ in range(self._set_up.workers)]

    def _work(self, node: _Node) -> Steps:
        """Look at videos until the computer fails."""
        try:
            while True:
                place = node.room.request()
                try:
                    yield place
                    taken = self._take(node.pool)
                    if not taken:
                        node.room.release(place)
                        yield node.pool.more
                        continue
                    finished = yield from self._look(node, taken)
                except simpy.Interrupt:
                    place.cancel()
                    node.room.release(place)
                    raise
                self._time.process(self._store(node, finished, place))
        except simpy.Interrupt:
            return

    def _look(self, node: _Node, taken: int) -> Generator[Any, Any, int]:
        """Read and decode a batch; when the computer fails, what is not finished goes back."""
        self._events += 1
        began_s = work_s = 0.0
        try:
            with self._link.request() as turn:
                yield turn
                reading_s = taken * read_s(self._set_up, self._costs)
                yield self._time.timeout(reading_s)
                self._linked_s += reading_s
            began_s, work_s = self._time.now, self._work_s(taken)
            yield self._time.timeout(work_s)
        except simpy.Interrupt:
            done = int(taken * (self._time.now - began_s) / work_s) if work_s else 0
            self._worked_s += self._time.now - began_s if work_s else 0.0
            # Its results were with the driver, or in a shard, which is looked at by whoever fails.
            self._finish(node, done)
            self._redone += min(1, taken - done)
            self._give_back(node.pool, taken - done)
            raise
        self._worked_s += work_s
        return taken

    def _work_s(self, videos: int) -> float:
        if not self._costs.spread:
            return videos * self._costs.worker_s
        if videos == 1:
            return self._draw.lognormvariate(self._mu, self._costs.spread)
        # A sum of many, with their mean and their variance.
        shape = videos / self._relative_variance
        return self._draw.gammavariate(shape, videos * self._costs.worker_s / shape)

    def _store(self, node: _Node, videos: int, place: Any) -> Steps:
        """Run the network, and have the driver store what came of it; a failure here is not simulated."""
        with node.network.request() as turn:
            yield turn
            turn_s = videos * self._costs.network_turn_s
            yield self._time.timeout(turn_s)
            self._turned_s += turn_s
        if self._set_up.shard_videos is None:
            with self._writer.request() as turn:
                yield turn
                store_s = videos * self._costs.store_s
                yield self._time.timeout(store_s)
                self._wrote_s += store_s
        node.room.release(place)
        self._finish(node, videos)

    def _finish(self, node: _Node, videos: int) -> None:
        node.finished += videos
        self._finished += videos
        if self._finished == self._videos and not self._all_done.triggered:
            self._all_done.succeed()

    def _take(self, pool: _Pool) -> int:
        sharing = self._set_up.workers * (1 if self._set_up.fixed_parts else self._set_up.nodes)
        taken = min(self._batch, math.ceil(pool.left / (2 * sharing)))
        pool.left -= taken
        return taken

    def _give_back(self, pool: _Pool, videos: int) -> None:
        if videos:
            pool.left += videos
            pool.more.succeed()
            pool.more = self._time.event()

    def _fail(self, node: _Node) -> Steps:
        """Have a computer fail again and again."""
        while True:
            mean_s = self._set_up.failure_every_h * _SECONDS_AN_HOUR
            yield self._time.timeout(self._draw.expovariate(1 / mean_s))
            self._failures += 1
            for worker in node.workers:
                worker.interrupt()
            # Only then have the workers given back what they had.
            yield self._time.timeout(0)
            self._lose_shard(node)
            yield self._time.timeout(self._set_up.repair_h * _SECONDS_AN_HOUR)
            self._start_workers(node)

    def _lose_shard(self, node: _Node) -> None:
        """Take back what stood in a shard that is not complete."""
        if self._set_up.shard_videos is None or node.finished == node.part:
            return
        lost = node.finished % self._set_up.shard_videos
        node.finished -= lost
        self._finished -= lost
        self._redone += lost
        self._give_back(node.pool, lost)
