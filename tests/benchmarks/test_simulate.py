"""The simulation of many computers: against what can be worked out by hand, and against itself."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import pytest

from benchmarks import simulate
from benchmarks.simulation.assumptions import Costs, SetUp, measured_costs, set_ups
from benchmarks.simulation.model import Simulation, batch_size, closed_form_s

COSTS = Costs(
    worker_s=2.0,
    spread=0.0,
    network_turn_s=0.01,
    store_s=0.002,
    video_bytes=40e6,
    read_bytes=10e6,
    library_bytes=40_000,
    shard_bytes=30_000,
)
SET_UP = SetUp(
    name="four",
    words="four computers of two processors",
    nodes=4,
    workers=2,
    storage_bit_per_s=1e9,
    node_bit_per_s=1e9,
    link_efficiency=0.8,
    shard_videos=None,
    fixed_parts=False,
    failure_every_h=math.inf,
    repair_h=0.1,
    node_busy_w=100,
    node_idle_w=50,
    storage_w=30,
    cooling=1.0,
    euro_per_kwh=0.3,
)
"""A video takes 0.1 s to read alone, and 2 s of a worker: eight workers take at least 0.2625 s for one."""
SHARDS = replace(SET_UP, shard_videos=50, fixed_parts=True)
VIDEOS = 4000


def simulated(set_up=SET_UP, costs=COSTS, videos=VIDEOS, seed=1, batch=None):
    return Simulation(set_up, costs, videos, seed=seed, batch=batch).run()


@pytest.mark.parametrize(
    ("set_up", "costs", "limit", "a_video_s"),
    [
        (SET_UP, COSTS, "processors", 2.1 / 8),
        (SET_UP, replace(COSTS, read_bytes=50e6), "storage link", 0.5),
        (SET_UP, replace(COSTS, store_s=0.4), "writer", 0.4),
        (SET_UP, replace(COSTS, network_turn_s=1.6), "network (model)", 1.6 / 4),
        (SHARDS, replace(COSTS, store_s=0.4), "processors", 2.1 / 8),
        (replace(SET_UP, node_bit_per_s=0.5e9), COSTS, "processors", 2.2 / 8),
    ],
)
def test_without_chance_it_takes_what_the_busiest_takes(set_up, costs, limit, a_video_s):
    assert closed_form_s(set_up, costs, VIDEOS) == pytest.approx(a_video_s * VIDEOS)
    for batch in (1, None):
        outcome = simulated(set_up, costs, batch=batch)
        assert 1 - 1e-9 <= outcome.seconds / (a_video_s * VIDEOS) < 1.03
        assert outcome.limit == limit
        assert (outcome.failures, outcome.redone) == (0, 0)


def test_all_work_is_done_and_none_of_it_twice():
    outcome = simulated(batch=1)
    assert outcome.events == VIDEOS
    assert outcome.worker_busy_share * outcome.seconds * 8 == pytest.approx(2.0 * VIDEOS)
    assert outcome.link_busy_share * outcome.seconds == pytest.approx(0.1 * VIDEOS)
    assert outcome.writer_busy_share * outcome.seconds == pytest.approx(0.002 * VIDEOS)
    assert outcome.network_busy_share * outcome.seconds * 4 == pytest.approx(0.01 * VIDEOS)


def test_the_same_seed_gives_the_same_run_and_another_one_does_not():
    costs, set_up = replace(COSTS, spread=0.6), replace(SET_UP, failure_every_h=0.1)
    assert simulated(set_up, costs, seed=3) == simulated(set_up, costs, seed=3)
    assert simulated(set_up, costs, seed=3).seconds != simulated(set_up, costs, seed=4).seconds


@pytest.mark.parametrize("batch", [1, 10])
def test_durations_have_their_mean_and_their_spread(batch):
    costs = replace(COSTS, spread=0.6)
    simulation = Simulation(SET_UP, costs, VIDEOS, seed=1)
    drawn = [simulation._work_s(batch) for _ in range(20_000)]
    mean = sum(drawn) / len(drawn)
    variance = sum((one - mean) ** 2 for one in drawn) / len(drawn)
    assert mean == pytest.approx(batch * 2.0, rel=0.02)
    assert variance == pytest.approx(batch * 4.0 * (math.exp(0.36) - 1), rel=0.1)


@pytest.mark.parametrize("set_up", [SET_UP, SHARDS], ids=["library", "shards"])
@pytest.mark.parametrize("batch", [1, 10])
def test_failures_lose_work_and_it_is_done_again(set_up, batch):
    quiet = simulated(set_up, batch=batch)
    outcome = simulated(replace(set_up, failure_every_h=0.1, repair_h=0.01), batch=batch)
    assert outcome.failures > 5
    assert outcome.seconds > quiet.seconds
    # One video a worker, and with shards what stood in the one that was not complete.
    most = outcome.failures * (2 + (49 if set_up is SHARDS else 0))
    assert 0 < outcome.redone <= most
    done = outcome.worker_busy_share * outcome.seconds * 8 / 2.0
    assert VIDEOS <= done <= VIDEOS + outcome.redone


def test_failing_shards_cost_more_than_failing_single_videos():
    failing = {"failure_every_h": 0.05, "repair_h": 0.01}
    shards = simulated(replace(SHARDS, **failing))
    assert shards.redone / shards.failures > 10
    single = simulated(replace(SHARDS, shard_videos=1, **failing))
    assert single.redone / single.failures <= 2


@pytest.mark.parametrize("set_up", [SET_UP, SHARDS], ids=["library", "shards"])
def test_batches_take_as_long_as_single_videos(set_up):
    costs = replace(COSTS, spread=0.6)
    failing = replace(set_up, failure_every_h=0.25, repair_h=0.01)
    assert batch_size(failing, 10_000) > 20
    single, batched = (
        sum(simulated(failing, costs, 10_000, seed, size).seconds for seed in (1, 2, 3)) for size in (1, None)
    )
    assert batched / single == pytest.approx(1, abs=0.05)


def test_what_a_node_takes_from_the_grid():
    outcome = replace(simulated(videos=100), seconds=7200.0, worker_busy_share=0.5)
    set_up = replace(SET_UP, cooling=2.0)
    # Four computers of 75 W and a NAS of 30 W, for two hours, twice.
    assert simulate.electricity_kwh(set_up, outcome) == pytest.approx(2 * 2 * (4 * 75 + 30) / 1000)


def test_measured_times_are_read_from_the_results():
    costs = measured_costs()
    assert 1 < costs.worker_s < 5
    assert 0 < costs.store_s < 0.01 < costs.network_turn_s < 0.5
    assert 27 * 1024 < costs.shard_bytes < costs.library_bytes < costs.read_bytes < costs.video_bytes
    names = [one.name for one in set_ups()]
    assert len(set(names)) == len(names) >= 4


def test_results_hold_every_assumption(tmp_path, capsys):
    content = simulate.run(
        (SET_UP, SHARDS), COSTS, videos=(200,), checked=(100,), seeds=range(1, 3), results=tmp_path
    )
    written = json.loads((tmp_path / "simulate.json").read_text())
    assumed = written["assumptions"]
    assert set(assumed["costs"]) == {field.name for field in fields(Costs)}
    assert [set(one) for one in assumed["set_ups"]] == [{field.name for field in fields(SetUp)}] * 2
    assert assumed["seeds"] == [1, 2]
    library, shards = written["results"]
    assert library["stored_tb"] == pytest.approx(200 * 40_000 / 1e12)
    assert shards["stored_tb"] == pytest.approx(200 * 30_000 / 1e12)
    assert library["euros"] == pytest.approx(0.3 * library["kwh"])
    assert library["hours_least"] <= library["hours"] <= library["hours_most"]
    simulate.print_tables(content)
    assert "| four computers of two processors | 200 | 0.0 h | " in capsys.readouterr().out
