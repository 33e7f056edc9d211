"""The published networks and ours on generated data: the same videos, several seeds, the real command.

python -m benchmarks generated

No real video is in it: all are made by ``tests.training.yt8m.generate``, in one world for all networks. Each
run is ``organizer train --data yt8m`` in a process of its own, with the command's own settings; a sixth shard
of the training split, left out of training, chooses epoch and thresholds. What is reported is measured on
other videos, of sources that no network has seen, by the model that the command wrote and as ``organizer
evaluate`` measures. The space is a stand-in: no picture is looked at.

Data and finished runs are kept in a folder by their settings, so a stopped benchmark goes on where it was.
Delete the folder when a network has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.results_file import RESULTS, default_folder, write
from organizer.models.bundle import load_bundle
from organizer.models.inception.assemble import NAME
from organizer.training.measure.bootstrap import REPEATS, group_draws, interval
from organizer.training.measure.figures import Measures
from organizer.training.measure.scored import Scored
from organizer.training.measure_yt8m import measure_on_yt8m
from organizer.training.yt8m_source import Yt8mChoice
from tests.cli.labelled import install_space
from tests.training.yt8m import generate

PUBLISHED = ("majority", "rnn", "cnn-lstm")
ORDER = ("majority", "moe", "attention", "netvlad", "attention-conv", "rnn", "cnn-lstm-masked", "cnn-lstm")
"""Cheap ones first."""
USUAL = tuple(name for name in ORDER if name != "cnn-lstm-masked")
WORLD = 0
TRAIN_SHARDS = 5
FIGURES = ("map", "top1", "hit1", "gap20")
METHOD = (
    f"95 % intervals: {REPEATS} draws with replacement of the sources of the test videos and of the seeds, "
    "the same draw for both networks; each draw is a difference of means over its seeds. With one seed only "
    "sources are drawn."
)


@dataclass(frozen=True)
class Settings:
    """What shapes the numbers."""

    videos: int
    """Trained on."""
    held_out: int
    """That the figures are of."""
    epochs: int
    world: int = WORLD
    draws: int = REPEATS
    tensorflow: str = version("tensorflow")

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Run:
    """A network trained once and measured."""

    architecture: str
    seed: int
    figures: dict[str, float]
    label_precisions: dict[str, float]
    weights: int
    epochs: int
    best_epoch: int
    """Counted from 0."""
    seconds: float
    """The whole command."""
    processor_seconds: float
    drawn: list[float]
    """mAP in each draw of the sources; the draws are the same for all runs."""


class _Noting(list):
    """The sources' offsets, which note whose was asked for."""

    def __init__(self, offsets):
        super().__init__(offsets)
        self.asked: list[int] = []

    def __getitem__(self, index):
        self.asked.append(int(index))
        return super().__getitem__(index)


def make_data(folder: Path, settings: Settings) -> Path:
    """Return a folder with ``train`` (shards to train on, one to choose on) and ``test``; made once."""
    data = folder / f"data-{settings.world}-{settings.videos}-{settings.held_out}"
    if data.is_dir():
        return data
    growing = data.with_suffix(".part")
    shutil.rmtree(growing, ignore_errors=True)
    shards = TRAIN_SHARDS + 1
    videos = settings.videos * shards // TRAIN_SHARDS
    *_, chooses = generate.write_shards(growing / "train", videos, shards, settings.world, "train")
    chooses.rename(chooses.with_name("validate0000.tfrecord"))
    nuisances, noting = generate._nuisances, []

    def noted(*arguments):
        noting.append(_Noting(nuisances(*arguments)))
        return noting[-1]

    # A shard does not tell a video's source, which the intervals need.
    with patch.object(generate, "_nuisances", noted):
        generate.write_shards(growing / "test", settings.held_out, 1, settings.world, "validate")
    (growing / "sources.json").write_text(json.dumps(noting[0].asked), encoding="utf-8")
    growing.rename(data)
    return data


def run_once(architecture: str, seed: int, data: Path, settings: Settings, work: Path) -> Run:
    """Train with the command, measure what it wrote."""
    shutil.rmtree(work, ignore_errors=True)
    command = [sys.executable, "-m", "organizer", "train", "--data", "yt8m", "--folder", data / "train"]
    command += ["--arch", architecture, "--seed", str(seed), "--epochs", str(settings.epochs)]
    command += ["--name", "generated", "--work", work / "work", "--out", work / "out"]
    before, started = _processor_seconds(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds, processor_seconds = time.perf_counter() - started, _processor_seconds() - before
    if done.returncode:
        sys.exit(f"{architecture}, seed {seed}, was not trained:\n{done.stdout}{done.stderr}")
    scored = score(work / "out", data)
    told = load_bundle(work / "out").provenance["classifier"]
    measures, once = Measures(scored), np.ones((1, len(scored.names)), np.int64)
    headline, precisions = measures.headline(once), measures.label_precisions(once)[0]
    shutil.rmtree(work)
    return Run(
        architecture,
        seed,
        {name: float(headline[name][0]) for name in FIGURES},
        dict(zip(scored.labels, precisions.tolist(), strict=True)),
        told["weights"],
        told["epochs"],
        told["best_epoch"],
        seconds,
        processor_seconds,
        draw_map(scored),
    )


def score(bundle_folder: Path, data: Path) -> Scored:
    """Return what a model says of the test videos, with their sources as groups."""
    bundle = load_bundle(bundle_folder)
    measured = measure_on_yt8m(bundle, Yt8mChoice((data / "test",)))
    sources = json.loads((data / "sources.json").read_text(encoding="utf-8"))
    return replace(measured.scored, groups=tuple(f"source {number}" for number in sources))


def draw_map(scored: Scored) -> list[float]:
    """Return mAP in each of ``REPEATS`` draws of the sources."""
    measures = Measures(scored)
    return [
        float(value)
        for weights in group_draws(
            scored.groups, accepts=measures.has_all_labels, width=3 * len(scored.labels)
        )
        for value in measures.label_precisions(weights)[:, measures.in_mean].mean(axis=1)
    ]


def difference(first: list[Run], second: list[Run]) -> dict[str, Any]:
    """Return mAP of the second minus the first over the seeds that both have; see ``METHOD``."""
    pairs = [(one, two) for one in first for two in second if one.seed == two.seed]
    drawn = np.array([np.subtract(two.drawn, one.drawn) for one, two in pairs])
    draws = np.arange(drawn.shape[1])[:, np.newaxis]
    seeds = np.random.default_rng(0).integers(len(pairs), size=(len(draws), len(pairs)))
    span = interval(drawn[seeds, draws].mean(axis=1))
    return {
        "seeds": sorted(one.seed for one, _ in pairs),
        "difference": statistics.mean(two.figures["map"] - one.figures["map"] for one, two in pairs),
        "interval_95": span and [span.low, span.high],
    }


def summarise(runs: list[Run]) -> dict[str, Any]:
    """Return what is told of the runs so far: of each network, and of each of ours against the published."""
    by_name = {name: found for name in ORDER if (found := [run for run in runs if run.architecture == name])}
    table = {}
    for name, of_it in by_name.items():
        row: dict[str, Any] = {"seeds": [run.seed for run in of_it], "weights": of_it[0].weights}
        for figure in FIGURES:
            values = [run.figures[figure] for run in of_it]
            row[figure] = statistics.mean(values)
            row[f"{figure}_deviation"] = statistics.stdev(values) if len(values) > 1 else None
        for field in ("seconds", "processor_seconds"):
            row[field] = statistics.mean(getattr(run, field) for run in of_it)
        row["best_epochs"] = [run.best_epoch + 1 for run in of_it]
        table[name] = row
    published = [name for name in PUBLISHED if name in table]
    best = max(published, key=lambda name: table[name]["map"], default=None)
    against = {}
    for name in table:
        if name in PUBLISHED:
            continue
        others = {"cnn-lstm" if "cnn-lstm" in table else None, best} - {None}
        against[name] = {
            other: difference(by_name[other], by_name[name])
            for other in sorted(others)
            if {run.seed for run in by_name[other]} & {run.seed for run in by_name[name]}
        }
    return {"networks": table, "best_published": best, "map_differences": against}


def markdown(summary: dict[str, Any], settings: Settings) -> str:
    """Return the tables for the README."""

    def figure(row: dict[str, Any], name: str) -> str:
        spread = row[f"{name}_deviation"]
        return f"{row[name]:.3f}" + ("" if spread is None else f" ± {spread:.3f}")

    lines = [
        f"Generated data, no real video: {settings.videos:,} videos to train on, {settings.epochs} epochs, "
        f"measured on {settings.held_out:,} others. Mean ± standard deviation over seeds.",
        "",
        "| network | mAP | top-1 | Hit@1 | GAP@20 | training, s (of processors) | weights | seeds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in summary["networks"].items():
        shown = " | ".join(figure(row, one) for one in FIGURES)
        published = ", published" if name in PUBLISHED else ""
        lines.append(
            f"| {name}{published} | {shown} | {row['seconds']:.0f} ({row['processor_seconds']:.0f}) "
            f"| {row['weights']:,} | {len(row['seeds'])} |"
        )
    best = summary["best_published"]
    # Often the best published one is CNN + LSTM itself.
    others = list(dict.fromkeys(name for name in ("cnn-lstm", best) if name in summary["networks"]))
    if others and summary["map_differences"]:
        notes = {name: " (best published)" if name == best else "" for name in others}
        heads = " | ".join(f"mAP minus {name}{notes[name]}" for name in others)
        lines += ["", f"| network | {heads} |", "|---" * (len(others) + 1) + "|"]
        for name, pairs in summary["map_differences"].items():
            lines.append(f"| {name} | " + " | ".join(_span(pairs.get(other)) for other in others) + " |")
        lines += ["", METHOD]
    return "\n".join(lines)


def _span(pair: dict[str, Any] | None) -> str:
    if pair is None:
        return "-"
    ends = pair["interval_95"]
    words = "too few to tell" if ends is None else f"{ends[0]:+.3f} to {ends[1]:+.3f}"
    return f"{pair['difference']:+.3f} ({words})"


def run(
    settings: Settings, architectures: tuple[str, ...], seeds: int, folder: Path, results: Path
) -> dict[str, Any]:
    """Train and measure what is not there yet; write the results after each run; print the tables."""
    from organizer.features.tensorflow.loading import load_tensorflow

    load_tensorflow()
    data, kept = make_data(folder, settings), folder / f"runs-{settings.digest}"
    kept.mkdir(parents=True, exist_ok=True)
    models = folder / "models"
    with patch.dict(os.environ, ORGANIZER_MODELS=str(models), ORGANIZER_CACHE=str(folder / "cache")):
        if not (models / NAME / "bundle.json").exists():
            shutil.rmtree(models, ignore_errors=True)
            install_space()
        for architecture in (name for name in ORDER if name in architectures):
            for seed in range(seeds):
                file = kept / f"{architecture}-{seed}.json"
                if not file.exists():
                    done = run_once(architecture, seed, data, settings, folder / "now")
                    growing = file.with_suffix(".part")
                    growing.write_text(json.dumps(asdict(done)), encoding="utf-8")
                    growing.rename(file)
                    print(
                        f"{architecture}, seed {seed}: mAP {done.figures['map']:.3f}, {done.seconds:.0f} s",
                        flush=True,
                    )
                summary = _write(settings, kept, results)
    print(markdown(summary, settings))
    return summary


def _write(settings: Settings, kept: Path, results: Path) -> dict[str, Any]:
    runs = [Run(**json.loads(file.read_text(encoding="utf-8"))) for file in sorted(kept.glob("*.json"))]
    summary = summarise(runs)
    told = [{name: value for name, value in asdict(run).items() if name != "drawn"} for run in runs]
    content = {
        "data": "generated data, made by tests/training/yt8m/generate.py: no real video",
        "settings": asdict(settings),
        "method": METHOD,
        **summary,
        "runs": told,
    }
    write("generated", content, results)
    return summary


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--videos", type=int, default=1000, help="to train on")
    parser.add_argument("--held-out", type=int, default=400, help="to measure on")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--arch", nargs="+", choices=ORDER, default=USUAL)
    parser.add_argument("--folder", type=Path, default=default_folder() / "generated")
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    settings = Settings(chosen.videos, chosen.held_out, chosen.epochs)
    run(settings, tuple(chosen.arch), chosen.seeds, chosen.folder.absolute(), chosen.results)


if __name__ == "__main__":
    main()
