"""The published networks on the corpus: the same folds, features and trainer as everything else.

python -m benchmarks published --corpus CORPUS

For each fold a network is trained by the product's own trainer on the other four: all their clips and every
fourth photograph, drawn with a seed, for as many epochs as asked for. The epoch that does best on the fold
that is tested counts, which favours them, and their features come through the bundled model's PCA, which saw
all folds. Thresholds are 0.5, for they are not compared. The scores go into a table that the bundled model's
card is compared with; rows of networks that are not asked for stay.

The networks read 45 seconds always, a photograph as one second shown over and over, so a photograph costs
them as much as a video.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path

import numpy as np

from benchmarks.results_file import default_folder
from organizer.assets import assets_folder
from organizer.models.bundle import load_bundle
from organizer.training.engine.data import MemoryData, MemoryVideos
from organizer.training.engine.events import Trained
from organizer.training.engine.settings import TrainingSettings
from organizer.training.engine.trainer import train
from organizer.training.lite.corpus import FOLDS, read_corpus
from organizer.training.lite.corpus_data import corpus_data
from organizer.training.score_videos import score_network
from organizer.types import LABELS

NAMES = {"majority": "majority class", "rnn": "two SimpleRNN(64)", "cnn-lstm": "CNN + LSTM"}
TABLE = Path("tests/training/lite/data/published_out_of_fold.csv")


def fewer_pictures(data: MemoryData, share: float, seed: int) -> None:
    """Leave of the one-second videos trained on only a share."""
    videos = data.to_train
    draws = np.random.default_rng(seed).random(len(videos.names))
    kept = [
        row
        for row, (features, draw) in enumerate(zip(videos.features, draws, strict=True))
        if features.shape[1] > 1 or draw < share
    ]
    data.to_train = MemoryVideos(
        names=tuple(videos.names[row] for row in kept),
        groups=tuple(videos.groups[row] for row in kept),
        features=[videos.features[row] for row in kept],
        targets=videos.targets[kept],
        weights=videos.weights[kept],
    )


def scores_of(architecture: str, corpus: Path, epochs: int, share: float, work: Path) -> list[list[str]]:
    """Return rows of the table: model, clip, fold, labels, scores."""
    rows: list[list[str]] = []
    bundle, settings = load_bundle(assets_folder() / "lite"), TrainingSettings(epochs=epochs, patience=None)
    for fold in range(FOLDS):
        data = corpus_data(corpus, bundle, work / "features", fold)
        fewer_pictures(data, share, fold)
        folder = work / f"{architecture}-{fold}"
        shutil.rmtree(folder, ignore_errors=True)
        *_, last = train(architecture, data, settings, folder)
        assert isinstance(last, Trained)
        trained = last.classifier
        best = trained.figures
        print(f"{architecture}, fold {fold}: loss {best.loss:.4f}, mAP {best.validation_map:.3f}", flush=True)
        scored = score_network(trained.model(), data, dict.fromkeys(LABELS, 0.5))
        for name, target, scores in zip(scored.names, scored.targets, scored.scores, strict=True):
            labels = ";".join(label for label, fits in zip(LABELS, target, strict=True) if fits)
            values = [f"{score:.6f}" for score in scores]
            rows.append([NAMES[architecture], name, str(fold), labels or "none", *values])
    order = {clip.name: number for number, clip in enumerate(read_corpus(corpus).clips)}
    thresholds = [
        [NAMES[architecture], "threshold", str(fold), "", *["0.500000"] * len(LABELS)]
        for fold in range(FOLDS)
    ]
    return [*thresholds, *sorted(rows, key=lambda row: order[row[1]])]


def replace_rows(table: Path, model: str, rows: list[list[str]]) -> None:
    """Write the rows of one model into a table, in place of those that are there."""
    kept = []
    if table.exists():
        with table.open(encoding="utf-8", newline="") as opened:
            kept = [row for row in csv.reader(opened) if row[0] not in {"model", model}]
    with table.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerows([["model", "clip", "fold", "labels", *LABELS], *kept, *rows])


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--share", type=float, default=0.25, help="of the photographs")
    parser.add_argument("--arch", nargs="+", choices=NAMES, default=tuple(NAMES))
    parser.add_argument("--folder", type=Path, default=default_folder() / "published")
    parser.add_argument("--table", type=Path, default=TABLE)
    chosen = parser.parse_args()
    from organizer.features.tensorflow.loading import load_tensorflow

    load_tensorflow()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for architecture in chosen.arch:
        rows = scores_of(architecture, chosen.corpus, chosen.epochs, chosen.share, chosen.folder)
        replace_rows(chosen.table, NAMES[architecture], rows)


if __name__ == "__main__":
    main()
