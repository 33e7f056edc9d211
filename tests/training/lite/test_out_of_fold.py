"""The model card's figures are those of the committed out-of-fold scores."""

import csv
import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from organizer.assets import assets_folder
from organizer.demo import PHOTOGRAPHS, photograph_file
from organizer.frames.pictures.resize import squash
from organizer.models.catalogue import open_bundle
from organizer.tags.tagger import Tagger
from organizer.training.lite.build import EXPERIMENTS, REFERENCES, model_card
from organizer.training.lite.corpus import read_picture
from organizer.training.lite.out_of_fold import (
    OutOfFold,
    bootstrap_intervals,
    evaluate,
    evidence_shares,
    paired_differences,
    read_out_of_fold,
    read_reference_scores,
)
from organizer.types import LABELS
from tests.corpus import CORPUS, needs_corpus

LITE = assets_folder() / "lite"
MANIFEST = json.loads((LITE / "bundle.json").read_text())
DATA = Path(__file__).parent / "data"
FIGURES = evaluate(read_out_of_fold(LITE / "out_of_fold.csv"))
SHOWN = {"cat": "Animal", "coffee": "Food", "motorcycle": "Vehicle"}
"""The label that a demo photograph shows."""


@pytest.mark.parametrize("name", FIGURES)
def test_the_manifest_says_what_the_scores_give(name):
    assert MANIFEST["metrics"][name] == FIGURES[name]


def test_the_model_card_is_that_of_the_manifest():
    assert (LITE / "MODEL_CARD.md").read_text() == model_card(MANIFEST)


def test_the_manifest_tells_the_experiments_that_are_kept():
    assert MANIFEST["experiments"] == json.loads((DATA / EXPERIMENTS).read_text())


@pytest.mark.parametrize("file", REFERENCES)
def test_the_manifest_compares_with_the_scores_that_are_kept(file):
    for model, other in read_reference_scores(DATA / file).items():
        figures = evaluate(other)
        for name, compared in MANIFEST["metrics"]["compared"][model].items():
            assert compared["other"] == figures[name]
            assert compared["difference"] == pytest.approx(FIGURES[name] - figures[name], abs=0.0015)
            assert compared["low"] < compared["high"]


@pytest.mark.parametrize(
    ("name", "at_least"),
    [("mean_average_precision_9", 0.80), ("top1", 0.87), ("micro_precision", 0.85), ("micro_recall", 0.60)],
)
def test_the_bundled_model_is_good_enough(name, at_least):
    assert FIGURES[name] >= at_least


@pytest.fixture(scope="module")
def evidence():
    """What the bundled model sees in three seconds of each photograph; it was trained on none of them."""
    bundle, files = open_bundle("lite"), {one.name: photograph_file(one) for one in PHOTOGRAPHS}
    pictures = [squash(read_picture(files[name]), bundle.input_spec) for name in SHOWN]
    videos = bundle.space.extract_all([np.stack([picture] * 3) for picture in pictures])
    return {name: video.evidence for name, video in zip(SHOWN, Tagger(bundle).score(videos), strict=True)}


@pytest.mark.parametrize(("first", "second"), [*permutations(SHOWN, 2)])
def test_the_evidence_points_at_the_right_half(evidence, first, second):
    """Of two photographs, one after the other; each pair would be tagged with the labels of both."""
    targets = np.array([[label == SHOWN[name] for label in LABELS] for name in (first, second)], np.float32)
    thresholds = np.array([open_bundle("lite").thresholds])
    joined = OutOfFold((first, second), np.zeros(2, int), targets, targets, thresholds)
    shares = evidence_shares(joined, evidence)["tagged_share_by_label"]
    assert shares.keys() == {SHOWN[first], SHOWN[second]}
    assert min(shares.values()) >= 0.85


@pytest.fixture(scope="module")
def repositories():
    with (CORPUS / "clips.csv").open(newline="") as file:
        groups = {row["clip"]: row["group"] for row in csv.DictReader(file)}
    return [groups[clip] for clip in read_out_of_fold(LITE / "out_of_fold.csv").clips]


@needs_corpus
def test_the_manifest_has_the_intervals_that_the_scores_give(repositories):
    found = bootstrap_intervals(read_out_of_fold(LITE / "out_of_fold.csv"), repositories)
    assert {name: list(ends) for name, ends in found.items()} == MANIFEST["metrics"]["intervals_95"]


@needs_corpus
@pytest.mark.parametrize("file", REFERENCES)
def test_the_manifest_has_the_differences_that_the_scores_give(file, repositories):
    result = read_out_of_fold(LITE / "out_of_fold.csv")
    for model, other in read_reference_scores(DATA / file).items():
        assert paired_differences(result, other, repositories) == MANIFEST["metrics"]["compared"][model]


@needs_corpus
def test_the_scores_are_of_the_corpus_clips_in_their_fixed_folds():
    with (CORPUS / "clips.csv").open(newline="") as file:
        rows = {row["clip"]: row for row in csv.DictReader(file) if row["counts"] == "yes"}
    result = read_out_of_fold(LITE / "out_of_fold.csv")
    assert set(result.clips) == set(rows)
    for clip, fold, target in zip(result.clips, result.folds, result.targets, strict=True):
        labels = {label for label, fits in zip(LABELS, target, strict=True) if fits} or {"none"}
        assert (int(rows[clip]["fold"]), set(rows[clip]["labels"].split(";"))) == (fold, labels)


def test_no_tag_at_all_is_wrong_nowhere_and_finds_nothing():
    result = small_result()
    silent = replace(result, fold_thresholds=np.full((5, len(LABELS)), 0.999))
    figures = evaluate(silent)
    assert (figures["micro_precision"], figures["micro_recall"]) == (1, 0)
    assert {(row["precision"], row["recall"]) for row in figures["labels"].values()} == {(1, 0)}
    intervals = bootstrap_intervals(silent, [f"g{n % 20}" for n in range(60)], repeats=20)
    assert (intervals["micro_precision"], intervals["micro_recall"]) == ((1, 1), (0, 0))


def test_each_clip_has_the_thresholds_of_its_fold_and_its_repository_as_group():
    result = replace(small_result(), fold_thresholds=np.arange(50).reshape(5, 10) / 100)
    scored = result.scored({"c0": "one", "c1": "one"})
    assert scored.groups[:3] == ("one", "one", "c2")
    assert scored.thresholds[7].tolist() == result.fold_thresholds[2].tolist()


def small_result():
    rng = np.random.default_rng(0)
    targets = (rng.random((60, len(LABELS))) < 0.3).astype(np.float32)
    scores = np.round(np.clip(targets * 0.4 + rng.random(targets.shape) * 0.6, 0, 1), 6)
    folds = np.arange(60) % 5
    clips, thresholds = tuple(f"c{n}" for n in range(60)), np.full((5, len(LABELS)), 0.5)
    return OutOfFold(clips, folds, targets, scores, thresholds)


def test_scores_are_read_back_as_written(tmp_path):
    result = small_result()
    result.save(tmp_path / "scores.csv")
    again = read_out_of_fold(tmp_path / "scores.csv")
    assert again.clips == result.clips
    for name in ("folds", "targets", "scores", "fold_thresholds"):
        assert np.array_equal(getattr(again, name), getattr(result, name))


def test_intervals_hold_the_figure():
    result = small_result()
    intervals = bootstrap_intervals(result, [f"g{n % 20}" for n in range(60)], repeats=50)
    figures = evaluate(result)
    assert intervals.keys() == MANIFEST["metrics"]["intervals_95"].keys()
    for name, (low, high) in intervals.items():
        assert low <= figures[name] <= high
        assert low < high


def test_evidence_share_of_a_worked_example():
    targets = np.zeros((2, len(LABELS)), np.float32)
    targets[0, 4] = targets[1, 5] = 1
    evidence = {name: np.zeros((seconds, len(LABELS)), np.float32) for name, seconds in (("a", 3), ("b", 2))}
    evidence["a"][:, 4] = [0.9, 0.9, 0.1]  # the third second is cut off: both halves have two
    evidence["b"][:, 4] = 0.1
    evidence["b"][:, 5] = 0.8
    result = OutOfFold(("a", "b"), np.zeros(2, int), targets, targets, np.full((1, len(LABELS)), 0.5))
    shares = evidence_shares(result, evidence)
    assert shares["tagged_share_by_label"] == {"Animal": 0.9, "Food": 1.0}
    assert shares["tagged_share_in_own_half"] == 0.95
    assert shares["pairs_and_labels"] == 2


def test_a_model_differs_from_itself_in_nothing():
    result = small_result()
    figures = paired_differences(result, result, [f"g{n % 20}" for n in range(60)], repeats=20)
    assert "mean_average_precision_9" in figures
    for figure in figures.values():
        assert (figure["difference"], figure["low"], figure["high"]) == (0, 0, 0)


def test_a_better_model_is_better_in_every_draw_whatever_the_order_of_its_clips():
    worse, groups = small_result(), [f"g{n % 20}" for n in range(60)]
    perfect = OutOfFold(
        worse.clips[::-1],
        worse.folds[::-1],
        worse.targets[::-1],
        worse.targets[::-1].astype(float),
        worse.fold_thresholds,
    )
    figures = paired_differences(perfect, worse, groups[::-1], repeats=20)
    figure = figures["mean_average_precision_9"]
    assert figure["other"] == evaluate(worse)["mean_average_precision_9"]
    assert figure["difference"] == pytest.approx(1 - figure["other"])
    assert 0 < figure["low"] <= figure["difference"] <= figure["high"]


def test_reference_scores_are_kept_apart_by_model(tmp_path):
    one = small_result()
    one.save(tmp_path / "one.csv")
    header, *rows = (tmp_path / "one.csv").read_text().splitlines()
    lines = [f"model,{header}", *(f"{model},{row}" for model in ("a", "b") for row in rows)]
    (tmp_path / "both.csv").write_text("\n".join(lines))
    both = read_reference_scores(tmp_path / "both.csv")
    assert list(both) == ["a", "b"]
    assert both["b"].clips == one.clips
    assert np.array_equal(both["b"].scores, one.scores)
    assert np.array_equal(both["b"].fold_thresholds, one.fold_thresholds)
