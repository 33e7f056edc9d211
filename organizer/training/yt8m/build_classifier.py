"""Train, measure and write the classifier that ships for ``inception-yt8m``.

    python -m organizer.training.yt8m.build_classifier --data VIDEO_LEVEL.npz --out OUT --experiments JSON

In a clone OUT is ``assets/inception-yt8m`` and JSON ``tests/training/yt8m/data/classifier_experiments.json``.
Six networks are trained, one after the other: five for the figures, the last one ships. Seeds are fixed. What
the file with the data holds stands in ``organizer.training.yt8m.video_means``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.checksums import sha256_of
from organizer.models.classifier_choice import ClassifierChoice
from organizer.models.inception.assemble import NAME, RESIZE, SETTINGS
from organizer.models.manifest import (
    LOOSE_MANIFEST,
    BackboneKind,
    ClassifierKind,
    Kinds,
    Manifest,
    QuantiserRange,
    manifest_table,
    write_manifest,
)
from organizer.training.export_classifier import write_checked
from organizer.training.render import render
from organizer.training.trained_on import METRIC, VIDEOS_FILE, Origin, TrainedOn
from organizer.training.yt8m.record_formats import DIMENSIONS
from organizer.training.yt8m.video_means import read_video_means
from organizer.training.yt8m.video_model import (
    VideoModelSettings,
    calibrated,
    export_video_model,
    keras_model,
    train_video_model,
)
from organizer.training.yt8m.video_model_figures import evaluate, intervals
from organizer.training.yt8m.video_model_folds import (
    TARGET_PRECISION,
    OutOfFold,
    Progress,
    Validation,
    cross_validate,
    fit_tiers,
    read_out_of_fold,
)
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from organizer.training.yt8m.video_means import VideoMeans
    from organizer.training.yt8m.video_model import VideoModelWeights

VERSION = "1.0.0"
CLASSIFIER, CARD, NOTICE, SCORES = "classifier.tflite", "MODEL_CARD.md", "NOTICE.md", "out_of_fold.npz"
LICENCE = "CC BY 4.0 (trained by organizer's authors on YouTube-8M, CC BY 4.0), see NOTICE.md"
COMMAND = (
    "python -m organizer.training.yt8m.build_classifier --data VIDEO_LEVEL.npz --out assets/inception-yt8m "
    "--experiments tests/training/yt8m/data/classifier_experiments.json"
)
MAX_DIFFERENCE = 1e-5
"""Between the scores of graph and Keras."""


def measure(result: OutOfFold) -> dict[str, Any]:
    """Return all that the manifest says was measured."""
    metrics = evaluate(result)
    metrics["intervals_95"] = intervals(result)
    for seconds in result.windows:
        metrics["windows"][str(seconds)]["intervals_95"] = intervals(result, seconds)
    metrics["summary"] = (
        f"out of fold on {metrics['videos']:,} videos of YouTube-8M: mAP {metrics['map_9']:.2f} over nine "
        f"labels, top-1 {metrics['top1']:.2f}, precision {metrics['precision']:.2f} at recall "
        f"{metrics['recall']:.2f}"
    )
    return metrics


def export_checked(weights: VideoModelWeights, file: Path) -> float:
    """Write the LiteRT graph, and return by how much it differs from Keras at most.

    Raises:
        TrainingDataError: by more than 1e-5; nothing is written then.
    """
    model = keras_model(weights)
    return write_checked(
        export_video_model(model),
        file,
        model,
        quantiser=YT8M_QUANTISER,
        dimensions=weights.hidden_kernel.shape[0],
        most=MAX_DIFFERENCE,
    )


def write_classifier(
    folder: Path,
    means: VideoMeans,
    validation: Validation,
    *,
    metrics: dict[str, Any],
    experiments: dict[str, Any],
    settings: VideoModelSettings,
) -> None:
    """Train the network that ships on all videos; write graph, card, notice and manifest."""
    score_map, tiers = fit_tiers(means.targets, validation.scores)
    weights = calibrated(train_video_model(means, settings), score_map)
    difference = export_checked(weights, folder / CLASSIFIER)
    manifest = Manifest(
        name=NAME,
        version=VERSION,
        summary="Inception v3 features in YouTube-8M's own space, organizer's own network for ten labels",
        licence=LICENCE,
        input_size=SETTINGS.input_size,
        resize=RESIZE,
        space_name=NAME,
        dimensions=DIMENSIONS,
        quantiser=QuantiserRange.of(YT8M_QUANTISER),
        labels=LABELS,
        thresholds=tiers.thresholds,
        maybe_thresholds=tiers.maybe_thresholds,
        metrics={**metrics, METRIC: TrainedOn(Origin.YT8M, videos_file=VIDEOS_FILE).as_json()},
        experiments=experiments,
        provenance={
            "classifier": {
                "origin": ClassifierChoice.OWN.value,
                "title": "organizer's own classifier of YouTube-8M's features",
                "data": f"means over all seconds of {len(means.ids):,} videos of YouTube-8M's 2018 release",
                "licence": LICENCE,
                "settings": asdict(settings),
                "other_classes": means.others.shape[1],
                "weights": weights.size,
                "score_map": asdict(score_map),
                "target_precision": TARGET_PRECISION,
                "maybe_target_precision": tiers.maybe_target,
                "keras_against_litert": difference,
                "command": COMMAND,
            }
        },
        kinds=Kinds(BackboneKind.TF_HUB, ClassifierKind.LITERT),
        backbone_settings=SETTINGS.stored(),
        roles={"classifier": CLASSIFIER},
    )
    (folder / CARD).write_text(model_card(manifest_table(manifest)), encoding="utf-8")
    (folder / NOTICE).write_text(render("yt8m_notice.md"), encoding="utf-8")
    # Named, for what else lies in this folder is not the classifier's.
    (folder / VIDEOS_FILE).write_text("".join(f"{id_}\n" for id_ in means.ids), encoding="utf-8")
    files = {name: sha256_of(folder / name) for name in (CLASSIFIER, CARD, NOTICE, VIDEOS_FILE)}
    write_manifest(folder, replace(manifest, files=files), LOOSE_MANIFEST)


def model_card(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown.

    Args:
        manifest: what ``classifier.json`` holds.
    """
    return render("yt8m_card.md", manifest=manifest)


@click.command()
@click.option(
    "--data",
    "data_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The means over whole videos, a .npz file.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder of the classifier; made where it is not there.",
)
@click.option(
    "--experiments",
    "experiments_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="What was tried and measured on the way, for the card: a JSON file.",
)
def main(data_file: Path, out: Path, experiments_file: Path) -> None:
    """Write OUT: classifier.json, classifier.tflite, out_of_fold.npz, card, notice and the videos' ids."""
    experiments = json.loads(experiments_file.read_text(encoding="utf-8"))
    means, settings = read_video_means(data_file), VideoModelSettings()
    out.mkdir(parents=True, exist_ok=True)
    for event in cross_validate(means, settings):
        match event:
            case Progress(done, total):
                click.echo(f"{done} of {total} networks trained")
            case Validation():
                event.result.save(out / SCORES)
                # What the tests recompute, rounded as in the file.
                metrics = measure(read_out_of_fold(out / SCORES))
                write_classifier(
                    out, means, event, metrics=metrics, experiments=experiments, settings=settings
                )
                click.echo(metrics["summary"])


if __name__ == "__main__":
    main()
