"""What 10^6 and 10^8 videos would cost: python -m benchmarks simulate [--seeds N].

Hours, euros of electricity and terabytes on a PC with a NAS, two PCs, a rack and a batch array, by a
simulation of discrete events (``benchmarks/simulation/``) that rests on measured times and on assumptions.
All of them are written into ``results/simulate.json`` with what comes of them, and so is how the simulation of
batches compares with that of single videos. Takes some minutes.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks import results_file
from benchmarks.simulation.assumptions import Costs, SetUp, measured_costs, set_ups
from benchmarks.simulation.model import Outcome, Simulation, batch_size, closed_form_s

VIDEOS = (1_000_000, 100_000_000)
CHECKED = (10_000, 100_000)
"""Numbers of videos with which batches are held against single videos."""
_CHECKED_NODES = 8
"""Of set-ups with more nodes a part is checked, with its part of the link."""


def electricity_kwh(set_up: SetUp, outcome: Outcome) -> float:
    """Return what all computers and the storage take from the grid, in kWh.

    A computer takes its idle watts all the time, and the rest for as much of it as its workers work.
    """
    busy_w = (set_up.node_busy_w - set_up.node_idle_w) * outcome.worker_busy_share
    watts = set_up.nodes * (set_up.node_idle_w + busy_w) + set_up.storage_w
    return set_up.cooling * watts / 1000 * outcome.seconds / 3600


def cost(set_up: SetUp, costs: Costs, videos: int, seeds: range) -> dict[str, Any]:
    """Simulate one set-up with one number of videos; figures are medians over the seeds."""
    runs = [Simulation(set_up, costs, videos, seed=seed).run() for seed in seeds]
    kwh = statistics.median(electricity_kwh(set_up, run) for run in runs)
    hours = [run.seconds / 3600 for run in runs]
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    stored = costs.library_bytes if set_up.shard_videos is None else costs.shard_bytes
    return {
        "set_up": set_up.name,
        "videos": videos,
        "batch": batch_size(set_up, videos),
        "hours": statistics.median(hours),
        "hours_least": min(hours),
        "hours_most": max(hours),
        "hours_closed_form": closed_form_s(set_up, costs, videos) / 3600,
        "limit": middle.limit,
        "kwh": kwh,
        "euros": kwh * set_up.euro_per_kwh,
        "stored_tb": videos * stored / 1e12,
        "read_tb": videos * costs.read_bytes / 1e12,
        "videos_tb": videos * costs.video_bytes / 1e12,
        "run": asdict(middle),
    }


def check(set_up: SetUp, costs: Costs, videos: int) -> dict[str, Any]:
    """Simulate the same videos in batches and one by one."""
    part = min(1.0, _CHECKED_NODES / set_up.nodes)
    smaller = replace(
        set_up,
        nodes=min(set_up.nodes, _CHECKED_NODES),
        storage_bit_per_s=max(part * set_up.storage_bit_per_s, 1.0),
        node_bit_per_s=min(set_up.node_bit_per_s, part * set_up.storage_bit_per_s),
        # So that some fail in this short time.
        failure_every_h=0.25,
        repair_h=0.05,
    )
    batch = batch_size(smaller, videos)
    single, batched = (
        statistics.median(
            Simulation(smaller, costs, videos, seed=seed, batch=size).run().seconds for seed in (1, 2, 3)
        )
        for size in (1, batch)
    )
    return {
        "set_up": set_up.name,
        "nodes": smaller.nodes,
        "failure_every_h": smaller.failure_every_h,
        "videos": videos,
        "batch": batch,
        "single_s": single,
        "batched_s": batched,
        "ratio": batched / single,
    }


def run(
    chosen: tuple[SetUp, ...],
    costs: Costs,
    *,
    videos: tuple[int, ...],
    checked: tuple[int, ...],
    seeds: range,
    results: Path = results_file.RESULTS,
) -> dict[str, Any]:
    """Simulate, write ``simulate.json`` and return what stands in it."""
    content = {
        "assumptions": {
            "costs": asdict(costs),
            "set_ups": [asdict(one) for one in chosen],
            "seeds": list(seeds),
        },
        "checks": [check(one, costs, count) for one in chosen for count in checked],
        "results": [cost(one, costs, count, seeds) for one in chosen for count in videos],
    }
    results_file.write("simulate", content, results)
    return content


def print_tables(content: dict[str, Any]) -> None:
    """Print one line for each result, and one for each check."""
    print(f"{'set-up':14}{'videos':>12}{'hours':>11}{'€':>10}{'TB kept':>9}{'TB read':>9}  limit")
    for row in content["results"]:
        figures = f"{row['hours']:11,.1f}{row['euros']:10,.0f}{row['stored_tb']:9.2f}{row['read_tb']:9,.0f}"
        print(f"{row['set_up']:14}{row['videos']:12,}{figures}  {row['limit']}")
    for row in content["checks"]:
        print(f"{row['set_up']}, {row['videos']:,} videos: batches of {row['batch']} take {row['ratio']:.3f}")


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how often each set-up is simulated")
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    print_tables(run(set_ups(), measured_costs(), videos=VIDEOS, checked=CHECKED, seeds=seeds))


if __name__ == "__main__":
    main()
