"""The published networks and ours on real videos of YouTube-8M, each video one mean over all its seconds.

python -m benchmarks yt8m_means --table MEANS.npz

The table (see ``organizer.training.yt8m.means_table``) has five fixed folds. For each fold a network is
trained by the product's own trainer on the other four, less a tenth of their videos, which chooses the epoch
and the thresholds; what is reported is of the fold that neither saw. The published networks read 45 seconds
always: the mean over and over; they are trained for the first fold alone, CNN + LSTM on as many videos with a
label as its authors had.

Finished runs are kept in a folder, so a stopped benchmark goes on where it was, in the midst of a training
too. Delete the folder when a network has changed.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_file import RESULTS, default_folder, write
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.inception.assemble import NAME
from organizer.training.calibration import calibrate
from organizer.training.engine.data import MemoryData
from organizer.training.engine.events import Trained
from organizer.training.engine.settings import TrainingSettings
from organizer.training.engine.trainer import train
from organizer.training.measure.figures import figures_of
from organizer.training.measure.scored import Scored
from organizer.training.score_videos import score_network
from organizer.training.yt8m.means_table import MeansTable, read_means_table
from organizer.training.yt8m.sampling import is_held_out

FOLDS = 5
CHOOSING_SHARE = 0.1
"""Of the videos of the other folds: they choose the epoch and the thresholds."""
PRECISION = 0.9
PATIENCE = 3
LEFT_OUT = "Nature"
"""Of the nine-label mean, for it has 60 videos."""
AUTHORS_VIDEOS = 7448
"""80 % of 9,310."""
AUTHORS_BATCH = 64
AUTHORS = {"majority": 0.290, "rnn": 0.352, "cnn-lstm": 0.879}
"""Best label right, as published, on 45 s of frames of other videos."""
ONCE, OVER_AND_OVER = "the mean, once", "the mean, 45 times over"


@dataclass(frozen=True)
class Network:
    """One row of the table."""

    architecture: str
    reads: str
    epochs: int = 15
    folds: tuple[int, ...] = tuple(range(FOLDS))
    most_videos: int | None = None
    """With a label, to train on; None takes all videos, those without a label too."""
    batch: int = 256

    @property
    def key(self) -> str:
        return self.architecture if self.most_videos is None else f"{self.architecture}-{self.most_videos}"


NETWORKS = (
    Network("majority", ONCE, epochs=6),
    Network("moe", ONCE),
    Network("netvlad", ONCE),
    Network("attention", ONCE),
    Network("attention-conv", ONCE),
    Network("moe", ONCE, folds=(0,), most_videos=AUTHORS_VIDEOS),
    Network("cnn-lstm-masked", ONCE, epochs=8, folds=(0,)),
    Network("rnn", OVER_AND_OVER, epochs=6, folds=(0,), batch=AUTHORS_BATCH),
    Network("cnn-lstm", OVER_AND_OVER, 4, (0,), AUTHORS_VIDEOS, AUTHORS_BATCH),
)
"""Cheap ones first."""


def data_of(table: MeansTable, network: Network, fold: int) -> tuple[MemoryData, MemoryData]:
    """Return what is trained on with what chooses held out, and the same with the fold held out."""
    assert table.folds is not None
    others = table.folds != fold
    chooses = others & np.array([is_held_out(one, CHOOSING_SHARE) for one in table.ids])
    to_train = np.flatnonzero(others & ~chooses)
    if network.most_videos is not None:
        with_label = to_train[table.targets[to_train].any(axis=1)]
        drawn = np.random.default_rng(fold).permutation(with_label)[: network.most_videos]
        to_train = np.sort(drawn)
    trained_on = table.videos(to_train)
    return tuple(
        MemoryData(
            table.labels,
            NAME,
            YT8M_QUANTISER,
            to_train=trained_on,
            held_out=table.videos(np.flatnonzero(rows)),
        )
        for rows in (chooses, table.folds == fold)
    )


def run_once(network: Network, fold: int, table: MeansTable, work: Path) -> dict[str, Any]:
    """Train for a fold and return scores and thresholds; called again after a break, it goes on."""
    to_choose, to_test = data_of(table, network, fold)
    started, used = time.perf_counter(), time.process_time()
    settings = TrainingSettings(epochs=network.epochs, batch=network.batch, patience=PATIENCE)
    *_, last = train(network.architecture, to_choose, settings, work / f"{network.key}-{fold}")
    assert isinstance(last, Trained)
    model, trained = last.classifier.model(), last.classifier
    once = dict.fromkeys(table.labels, 0.5)
    thresholds = calibrate(score_network(model, to_choose, once), PRECISION).thresholds
    scored = score_network(model, to_test, once)
    return {
        "videos": len(to_choose.to_train.names),
        "epochs": len(trained.history),
        "best_epoch": trained.best_epoch + 1,
        "weights": sum(weight.size for weight in trained.weights),
        "seconds": round(time.perf_counter() - started, 1),
        "processor_seconds": round(time.process_time() - used, 1),
        "thresholds": thresholds,
        "scores": scored.scores.round(5).tolist(),
    }


def scored_of(table: MeansTable, runs: dict[int, dict[str, Any]]) -> Scored:
    """Return the scores of all folds that were run."""
    parts, rows = [], []
    for fold, run in sorted(runs.items()):
        rows.append(np.flatnonzero(table.folds == fold))
        limits = np.array([run["thresholds"][label] for label in table.labels])
        parts.append(np.broadcast_to(limits, (len(rows[-1]), len(limits))))
    videos = table.videos(np.concatenate(rows))
    return Scored(
        table.labels,
        videos.names,
        videos.groups,
        videos.targets,
        np.ones(videos.targets.shape, bool),
        np.concatenate([np.array(run["scores"]) for _, run in sorted(runs.items())]),
        np.concatenate(parts),
    )


def figures(scored: Scored, repeats: int) -> dict[str, Any]:
    """Return what is told of scores: over all videos, and over those with a label."""
    nine = tuple(label for label in scored.labels if label != LEFT_OUT)
    with_label = [name for name, has in zip(scored.names, scored.positives.any(axis=1), strict=True) if has]
    every, of_nine = figures_of(scored, repeats=repeats), figures_of(scored.only(nine), repeats=repeats)
    labelled = figures_of(scored.only(nine).pick(with_label), repeats=repeats)
    told = {
        "map_9": of_nine.headline["map_all"],
        "map_9_labelled": labelled.headline["map_all"],
        **{name: every.headline[name] for name in ("map_all", "top1", "gap20", "precision", "recall")},
    }
    return {
        "videos": len(scored.names),
        "labelled": len(with_label),
        **{name: asdict(figure) for name, figure in told.items()},
        "label_precisions": {row.label: row.average_precision.value for row in every.labels},
    }


def summarise(network: Network, table: MeansTable, runs: dict[int, dict[str, Any]], repeats: int) -> Any:
    """Return the row of a network."""
    told = {
        str(fold): {name: run[name] for name in run if name not in {"scores", "thresholds"}}
        for fold, run in sorted(runs.items())
    }
    row: dict[str, Any] = {
        "architecture": network.architecture,
        "reads": network.reads,
        "published_top1": AUTHORS.get(network.architecture),
        "trained_on": "videos with a label" if network.most_videos else "all videos",
        "runs": told,
        "fold_0": figures(scored_of(table, {0: runs[0]}), repeats),
    }
    if len(runs) == FOLDS:
        row["all_folds"] = figures(scored_of(table, runs), repeats)
    return row


def markdown(rows: list[dict[str, Any]]) -> str:
    """Return the table for the documentation."""
    heads = (
        *("network", "reads", "trained on", "top-1", "mAP, nine labels", "of those with a label"),
        *("precision of the tags", "recall", "top-1, as published"),
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        shown = row.get("all_folds", row["fold_0"])
        names = ("top1", "map_9", "map_9_labelled", "precision", "recall")
        values = [shown[name]["value"] for name in names]
        cells = [
            row["architecture"],
            row["reads"],
            f"{row['runs']['0']['videos']:,} {row['trained_on']}"
            + ("" if "all_folds" in row else ", fold 0"),
            *("-" if value is None else f"{value:.3f}" for value in (*values, row["published_top1"])),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def run(table: MeansTable, networks: tuple[Network, ...], folder: Path, results: Path, repeats: int) -> None:
    """Train and measure what is not there yet; write the results after each run; print the table."""
    from organizer.features.tensorflow.loading import load_tensorflow

    load_tensorflow()
    folder.mkdir(parents=True, exist_ok=True)
    # The first fold of all of them first: then there is a table, and the rest makes it surer.
    for fold in range(FOLDS):
        for network in (one for one in networks if fold in one.folds):
            file = _kept(folder, network, fold)
            if not file.exists():
                done = run_once(network, fold, table, folder / "work")
                growing = file.with_suffix(".part")
                growing.write_text(json.dumps(done), encoding="utf-8")
                growing.rename(file)
                words = f"{done['epochs']} epochs, {done['seconds']:.0f} s"
                print(f"{network.key}, fold {fold}: {words}", flush=True)
                _write(networks, table, folder, results, 0)
    rows = _write(networks, table, folder, results, repeats)
    print(markdown(rows))


def _kept(folder: Path, network: Network, fold: int) -> Path:
    return folder / f"{network.key}-{fold}.json"


def _write(
    networks: tuple[Network, ...], table: MeansTable, folder: Path, results: Path, repeats: int
) -> list[dict[str, Any]]:
    """Write what is known so far, and return the rows."""
    rows = []
    for network in networks:
        files = {fold: _kept(folder, network, fold) for fold in network.folds}
        runs = {
            fold: json.loads(file.read_text(encoding="utf-8"))
            for fold, file in files.items()
            if file.exists()
        }
        if runs:
            rows.append(summarise(network, table, runs, repeats))
    content = {
        "data": f"{len(table.ids):,} real videos of YouTube-8M, each a mean over all its seconds",
        "method": " ".join((__doc__ or "").split("\n\n")[2].split()),
        "networks": rows,
    }
    write("yt8m_means", content, results)
    return rows


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--table", type=Path, required=True, help="the .npz file with means and folds")
    parser.add_argument("--arch", nargs="+", choices=sorted({one.architecture for one in NETWORKS}))
    parser.add_argument("--repeats", type=int, default=1000, help="draws for the intervals")
    parser.add_argument("--folder", type=Path, default=default_folder() / "yt8m_means")
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    networks = tuple(one for one in NETWORKS if chosen.arch is None or one.architecture in chosen.arch)
    run(read_means_table(chosen.table), networks, chosen.folder.absolute(), chosen.results, chosen.repeats)


if __name__ == "__main__":
    main()
