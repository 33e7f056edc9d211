import csv
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from organizer.assets import assets_folder
from organizer.errors import TrainingDataError
from organizer.features.pca import load_pca
from organizer.models.bundle import load_bundle
from organizer.tags.classifier import LiteRtClassifier
from organizer.training.evidence_weights import base_of
from organizer.training.lite import build, convert_backbone
from organizer.training.lite.build import compared, cross_validate, kept_space, write_bundle
from organizer.training.lite.out_of_fold import paired_differences, read_out_of_fold
from organizer.training.lite.recipe import SAMPLED
from organizer.training.lite.second_classifier import pool, sigmoid
from organizer.types import LABELS
from tests.training.lite.small_corpus import DIMENSIONS, FOLDS, recipe

LITE = assets_folder() / "lite"


@pytest.fixture(scope="module")
def small():
    """A recipe in which clip 5 does not count, and clip 7 is in doubt."""
    return recipe(doubtful={7: ("Food", "Dance")})


@pytest.fixture(scope="module")
def validated(small):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "FOLDS", FOLDS)
        return cross_validate(small)


def test_clips_are_scored_by_what_did_not_see_their_fold(small, validated):
    result, evidence, fits = validated
    assert len(fits) == FOLDS and len(result.clips) == 35 and "c5" not in result.clips
    for row, name in enumerate(result.clips):
        clip, fold = int(name[1:]), int(name[1:]) % FOLDS
        assert result.folds[row] == fold
        assert np.array_equal(result.scores[row], small.score_clips(frozenset({fold}))[clip])
        assert np.array_equal(result.targets[row], small.corpus.clip_targets[clip])
        # Evidence is that of the seconds, as probabilities; scores are still none.
        pooled = sigmoid(pool(evidence[name]))
        # Below 1e-4 a map of shares goes on along its tangent, one of logits straight on.
        assert np.allclose(pooled, fits[fold].score_map.apply(result.scores[row]), rtol=0, atol=1e-3)
        assert np.allclose(pooled, result.probabilities[row], rtol=0, atol=1e-3)
        assert not np.allclose(pooled, result.scores[row], rtol=0, atol=1e-3)
    assert evidence.keys() == {f"c{number}" for number in range(36)}


def test_each_fold_has_its_own_map_and_thresholds(validated):
    result, _, fits = validated
    assert result.fold_maps == tuple(fit.score_map for fit in fits)
    assert len(set(result.fold_maps)) == FOLDS
    for fold, fit in enumerate(fits):
        assert (result.fold_thresholds[fold] == fit.thresholds.given).all()
        assert (result.fold_maybes[fold] == fit.thresholds.maybe).all()


def test_what_is_in_doubt_is_so_in_the_scores(validated):
    result, _, _ = validated
    doubted = {
        (result.clips[row], LABELS[column]) for row, column in zip(*np.nonzero(~result.known), strict=True)
    }
    assert doubted == {("c7", "Food"), ("c7", "Dance")}


def test_models_are_compared_on_the_clips_that_both_were_measured_on(tmp_path, monkeypatch, small, validated):
    """The other one knows no doubts, stands in another order, and has fewer clips and one more."""
    result, _, _ = validated
    other = replace(result.pick(result.clips[:4:-1]), known=np.ones((30, len(LABELS)), bool))
    other = replace(other, scores=other.scores[:, ::-1], clips=("elsewhere", *other.clips[1:]))
    other.save(tmp_path / "one.csv")
    rows = list(csv.reader((tmp_path / "one.csv").open(newline="")))
    with (tmp_path / "reference.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["model", *rows[0]], *(["other 1", *row] for row in rows[1:])])
    monkeypatch.setattr(build, "REFERENCES", ("reference.csv",))
    seen = []

    def few(*arguments):
        seen.append(arguments)
        return paired_differences(*arguments, repeats=1)

    monkeypatch.setattr(build, "paired_differences", few)
    found = compared(result, tmp_path, small.corpus)
    (ours, theirs, groups), common = seen[0], result.clips[5:-1]
    assert ours.clips == theirs.clips == common
    assert np.array_equal(ours.known, theirs.known) and not ours.known.all()
    assert groups == [f"r{int(clip[1:]) % 9}" for clip in common]
    assert found["other 1"]["clips"] == 29 and found["other 1"].keys() > {"clips", "top1", *LABELS}


def test_what_is_written_is_a_model_with_both_tiers(tmp_path, monkeypatch, small, validated):
    monkeypatch.setattr(build, "DIMENSIONS", DIMENSIONS)
    monkeypatch.setattr(build, "model_card", lambda manifest: f"# {manifest['version']}\n")
    (tmp_path / "backbone.tflite").write_bytes(b"a network")
    (tmp_path / "conversion.json").write_text('{"pictures": 3}')
    _, _, fits = validated
    fit = fits[1]
    write_bundle(tmp_path, fit, {"summary": "made up"}, {"tried": []}, small.corpus)
    bundle = load_bundle(tmp_path)
    bundle.verify()
    assert bundle.id == f"lite {build.VERSION}" and bundle.sampled == SAMPLED
    assert bundle.thresholds == (round(fit.thresholds.given, 4),) * len(LABELS)
    assert bundle.maybe_thresholds == (round(fit.thresholds.maybe, 4),) * len(LABELS)
    assert bundle.metrics["backbone_conversion"] == {"pictures": 3}
    assert bundle.provenance["prototypes"] == len(fit.model.weights.prototypes)
    assert (tmp_path / "MODEL_CARD.md").read_text() == f"# {build.VERSION}\n"
    assert np.array_equal(load_pca(tmp_path / "pca.npz").components, fit.model.pca.components)
    assert bundle.quantiser == fit.model.quantiser
    # Arrays and graph are those of the model, with its map.
    features = fit.model.stored(small.clip_features(4))
    logits = base_of(bundle).arrays.logits(features)
    assert np.array_equal(logits, fit.model.weights.logits(features))
    scores, evidence = LiteRtClassifier(bundle.classifier_file).classify(features[np.newaxis])
    assert np.allclose(scores[0], sigmoid(pool(logits)), rtol=0, atol=1e-5)
    assert np.allclose(evidence[0], sigmoid(logits), rtol=0, atol=1e-5)


def test_the_shipped_model_is_what_the_shipped_scores_are_of():
    """Its thresholds lie among those of its folds, which are chosen in the same way on less."""
    bundle, result = load_bundle(LITE), read_out_of_fold(LITE / "out_of_fold.csv")
    assert bundle.id == f"lite {build.VERSION}" and bundle.sampled == SAMPLED
    for thresholds, of_folds in (
        (bundle.thresholds, result.fold_thresholds),
        (bundle.maybe_thresholds, result.fold_maybes),
    ):
        assert len(set(thresholds)) == 1
        assert of_folds.min() - 0.1 < thresholds[0] < of_folds.max() + 0.1


def test_a_space_is_taken_over_with_its_pca_and_quantiser():
    kept = kept_space(LITE, LITE / "backbone.tflite")
    assert np.array_equal(kept.pca.components, load_pca(LITE / "pca.npz").components)
    assert kept.quantiser.high > 1


@pytest.mark.parametrize("other", ["backbone", "poolings", "seconds"])
def test_a_space_of_other_features_is_refused(tmp_path, other):
    copy = shutil.copytree(LITE, tmp_path / "lite")
    backbone = LITE / "backbone.tflite"
    if other == "backbone":
        backbone = tmp_path / "other.tflite"
        backbone.write_bytes(b"another network")
    else:
        manifest = json.loads((copy / "bundle.json").read_text())
        if other == "poolings":
            manifest["backbone_settings"] = {"poolings": ["gem3", "mean"]}
        else:
            del manifest["sampling"]
        (copy / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(TrainingDataError, match="Leave --keep-space out"):
        kept_space(copy, backbone)


@pytest.mark.parametrize(
    ("command", "arguments", "missing"),
    [
        (build.main, ["--out", str(LITE)], "--data"),
        (build.main, ["--data", str(LITE)], "--out"),
        (convert_backbone.main, ["--synsets", str(LITE)], "--out"),
    ],
)
def test_where_things_lie_is_said_and_does_not_depend_on_the_current_folder(command, arguments, missing):
    outcome = CliRunner().invoke(command, ["--corpus", str(LITE), *arguments])
    assert outcome.exit_code == 2 and f"Missing option '{missing}'" in outcome.output
