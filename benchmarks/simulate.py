"""What 10^6 and 10^8 videos would cost: python -m benchmarks simulate [--seeds N].

Hours, euros of electricity and terabytes on a PC with a NAS, two PCs, a rack and a batch array, by a
simulation of discrete events (``benchmarks/simulation/``) that rests on measured times and on assumptions.
All of them are written into ``results/simulate.json`` with what comes of them, and so is how the simulation
of batches compares with that of single videos. Takes some minutes.
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
_CHECK_SEEDS = range(1, 6)


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
    """Simulate the same videos in batches and one by one, with computers that fail three times each."""
    part = min(1.0, _CHECKED_NODES / set_up.nodes)
    smaller = replace(
        set_up,
        nodes=min(set_up.nodes, _CHECKED_NODES),
        storage_bit_per_s=part * set_up.storage_bit_per_s,
        node_bit_per_s=min(set_up.node_bit_per_s, part * set_up.storage_bit_per_s),
    )
    hours = closed_form_s(smaller, costs, videos) / 3600
    smaller = replace(smaller, failure_every_h=hours / 3, repair_h=hours / 50)
    batch = batch_size(smaller, videos)
    single_s, batched_s = (
        [Simulation(smaller, costs, videos, seed=seed, batch=size).run().seconds for seed in _CHECK_SEEDS]
        for size in (1, batch)
    )
    return {
        "set_up": set_up.name,
        "nodes": smaller.nodes,
        "failure_every_h": smaller.failure_every_h,
        "repair_h": smaller.repair_h,
        "videos": videos,
        "batch": batch,
        "single_s": single_s,
        "batched_s": batched_s,
        "ratio": statistics.mean(batched_s) / statistics.mean(single_s),
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
            "check_seeds": list(_CHECK_SEEDS),
        },
        "checks": [check(one, costs, count) for one in chosen for count in checked],
        "results": [cost(one, costs, count, seeds) for one in chosen for count in videos],
    }
    results_file.write("simulate", content, results)
    return content


def table(content: dict[str, Any]) -> str:
    """Return the results as the table of docs/scale.md."""
    words = {one["name"]: one["words"] for one in content["assumptions"]["set_ups"]}
    lines = ["| | videos | time | limit | electricity | kept | read |", "|---|---|---|---|---|---|---|"]
    for row in content["results"]:
        power = f"{row['kwh']:,.0f} kWh, {row['euros']:,.0f} €"
        space = f"{_tb(row['stored_tb'])} | {_tb(row['read_tb'])}"
        cells = f"{row['videos']:,} | {_duration(row['hours'])} | {row['limit']} | {power} | {space}"
        lines.append(f"| {words[row['set_up']]} | {cells} |")
    return "\n".join(lines)


def _duration(hours: float) -> str:
    if hours < 72:
        return f"{hours:.1f} h"
    days = hours / 24
    return f"{days:.1f} days" if days < 730 else f"{days / 365:.1f} years"


def _tb(terabytes: float) -> str:
    return f"{terabytes:,.0f} TB" if terabytes >= 10 else f"{terabytes:.2g} TB"


def print_tables(content: dict[str, Any]) -> None:
    """Print the results, and one line for each check."""
    print(table(content))
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
