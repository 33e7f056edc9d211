"""The model card's figures are those of the committed out-of-fold scores."""

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
from organizer.training.calibration_map import ScoreMap
from organizer.training.lite.build import EXPERIMENTS, REFERENCES, model_card
from organizer.training.lite.corpus import read_corpus, read_picture
from organizer.training.lite.out_of_fold import (
    MAIN,
    OutOfFold,
    bootstrap_intervals,
    evaluate,
    evidence_shares,
    mean_average_precision,
    paired_differences,
    read_out_of_fold,
    read_reference_scores,
)
from organizer.types import LABELS
from tests.corpus import CORPUS, needs_corpus

LITE = assets_folder() / "lite"
MANIFEST = json.loads((LITE / "bundle.json").read_text())
DATA = Path(__file__).parent / "data"
RESULT = read_out_of_fold(LITE / "out_of_fold.csv")
FIGURES = evaluate(RESULT)
SHOWN = {"cat": "Animal", "coffee": "Food", "motorcycle": "Vehicle"}
"""The label that a demo photograph shows."""
COMPARED = ("mean_average_precision_9", "mean_average_precision_10", "top1")


@pytest.mark.parametrize("name", FIGURES)
def test_the_manifest_says_what_the_scores_give(name):
    assert MANIFEST["metrics"][name] == FIGURES[name]


def test_the_model_card_is_that_of_the_manifest():
    assert (LITE / "MODEL_CARD.md").read_text() == model_card(MANIFEST)


def test_the_manifest_tells_the_experiments_that_are_kept():
    assert MANIFEST["experiments"] == json.loads((DATA / EXPERIMENTS).read_text())


def on_the_same_clips(file):
    """Yield each model of a file with its scores and ours of the clips that both were measured on."""
    for model, other in read_reference_scores(DATA / file).items():
        ours = RESULT.pick([clip for clip in RESULT.clips if clip in other.clips])
        yield model, ours, replace(other.pick(ours.clips), known=ours.known)


def figure(figures, name):
    return figures[name] if name in COMPARED else figures["labels"][name]["average_precision"]


@pytest.mark.parametrize("file", REFERENCES)
def test_the_manifest_compares_with_the_scores_that_are_kept(file):
    for model, ours, theirs in on_the_same_clips(file):
        compared = dict(MANIFEST["metrics"]["compared"][model])
        assert compared.pop("clips") == len(ours.clips) > 200
        now, before = evaluate(ours), evaluate(theirs)
        assert compared.keys() == {*COMPARED, *LABELS}
        for name, difference in compared.items():
            assert difference["other"] == figure(before, name)
            expected = figure(now, name) - figure(before, name)
            assert difference["difference"] == pytest.approx(expected, abs=0.0015)
            assert difference["low"] < difference["high"]


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        *(("mean_average_precision_9", 0.86), ("mean_average_precision_10", 0.84), ("top1", 0.915)),
        *(("micro_precision", 0.90), ("micro_recall", 0.70), ("both_precision", 0.70), ("both_recall", 0.88)),
    ],
)
def test_the_bundled_model_is_good_enough(name, at_least):
    assert FIGURES[name] >= at_least


def test_every_label_is_found_well_enough():
    found = {label: row["average_precision"] for label, row in FIGURES["labels"].items()}
    assert min(precision for label, precision in found.items() if label != "Mobile phone") >= 0.65
    assert found["Mobile phone"] >= 0.6


def test_scores_say_how_often_they_are_right():
    told = FIGURES["reliability"]
    assert told["expected_error"] <= 0.05 and told["expected_error_above"] <= 0.05
    assert sum(row["predictions"] for row in told["bins"]) == RESULT.known.sum()


@pytest.fixture(scope="module")
def evidence():
    """Logits of what the bundled model sees in three seconds of each photograph; it was trained on none."""
    bundle, files = open_bundle("lite"), {one.name: photograph_file(one) for one in PHOTOGRAPHS}
    pictures = [squash(read_picture(files[name]), bundle.input_spec) for name in SHOWN]
    videos = bundle.space.extract_all([np.stack([picture] * 3) for picture in pictures])
    shares = [np.clip(video.evidence, 1e-7, 1 - 1e-7) for video in Tagger(bundle).score(videos)]
    return {name: np.log(share / (1 - share)) for name, share in zip(SHOWN, shares, strict=True)}


@pytest.mark.parametrize(("first", "second"), [*permutations(SHOWN, 2)])
def test_the_evidence_points_at_the_right_half(evidence, first, second):
    """Of two photographs, one after the other; each pair would have the labels of both, some as maybes."""
    targets = np.array([[label == SHOWN[name] for label in LABELS] for name in (first, second)], np.float32)
    thresholds = np.array([open_bundle("lite").maybe_thresholds])
    joined = made((first, second), np.zeros(2, int), targets, fold_thresholds=thresholds)
    shares = evidence_shares(joined, evidence)["tagged_share_by_label"]
    assert shares.keys() == {SHOWN[first], SHOWN[second]}
    assert min(shares.values()) >= 0.85


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(CORPUS)


def repositories(corpus, clips):
    groups = {clip.name: clip.group for clip in corpus.clips}
    return [groups[clip] for clip in clips]


@needs_corpus
def test_the_manifest_has_the_intervals_that_the_scores_give(corpus):
    found = bootstrap_intervals(RESULT, repositories(corpus, RESULT.clips))
    assert {name: list(ends) for name, ends in found.items()} == MANIFEST["metrics"]["intervals_95"]


@needs_corpus
@pytest.mark.parametrize("file", REFERENCES)
def test_the_manifest_has_the_differences_that_the_scores_give(file, corpus):
    for model, ours, theirs in on_the_same_clips(file):
        compared = {
            "clips": len(ours.clips),
            **paired_differences(ours, theirs, repositories(corpus, ours.clips)),
        }
        assert compared == MANIFEST["metrics"]["compared"][model]


@needs_corpus
def test_the_scores_are_of_the_corpus_clips_in_their_fixed_folds(corpus):
    clips = {clip.name: clip for clip in corpus.clips if clip.counts}
    assert set(RESULT.clips) == set(clips)
    rows = zip(RESULT.clips, RESULT.folds, RESULT.targets, RESULT.known, strict=True)
    for name, fold, target, known in rows:
        shown, sure = (
            {label for label, fits in zip(LABELS, row, strict=True) if fits} for row in (target, known)
        )
        assert (clips[name].fold, clips[name].labels) == (fold, shown)
        assert clips[name].doubtful == set(LABELS) - sure


def test_no_tag_at_all_is_wrong_nowhere_and_finds_nothing():
    nothing = np.full((5, len(LABELS)), 0.999)
    silent = replace(small_result(), fold_thresholds=nothing, fold_maybes=nothing)
    figures = evaluate(silent)
    assert (figures["micro_precision"], figures["micro_recall"]) == (1, 0)
    assert (figures["both_precision"], figures["both_recall"]) == (1, 0)
    assert figures["maybe_precision"] == 1
    assert {(row["precision"], row["recall"]) for row in figures["labels"].values()} == {(1, 0)}
    intervals = bootstrap_intervals(silent, GROUPS, repeats=20)
    assert (intervals["micro_precision"], intervals["micro_recall"]) == ((1, 1), (0, 0))


def test_each_clip_has_the_thresholds_of_its_fold_and_its_repository_as_group():
    thresholds = np.arange(50).reshape(5, 10) / 100
    result = replace(small_result(), fold_thresholds=thresholds, fold_maybes=thresholds / 2)
    scored = result.scored({"c0": "one", "c1": "one"})
    assert scored.groups[:3] == ("one", "one", "c2")
    assert scored.thresholds[7].tolist() == thresholds[2].tolist()
    assert scored.maybe_thresholds[7].tolist() == (thresholds[2] / 2).tolist()


GROUPS = [f"g{n % 20}" for n in range(60)]
MAPS = tuple(ScoreMap(1 + fold / 4, fold / 10, tuple(np.arange(10) / 10 - 0.45)) for fold in range(5))


def made(clips, folds, targets, scores=None, *, known=None, fold_thresholds=None, maps=None):
    """Out-of-fold scores, probabilities unless there are maps, without maybes."""
    count = int(folds.max()) + 1
    thresholds = np.full((count, len(LABELS)), 0.5) if fold_thresholds is None else fold_thresholds
    return OutOfFold(
        clips=tuple(clips),
        folds=folds,
        targets=targets,
        scores=targets.astype(float) if scores is None else scores,
        known=np.ones(targets.shape, bool) if known is None else known,
        fold_thresholds=thresholds,
        fold_maybes=thresholds,
        fold_maps=maps or (None,) * count,
    )


def small_result(**settings):
    """60 clips of five folds and 20 repositories."""
    rng = np.random.default_rng(0)
    targets = (rng.random((60, len(LABELS))) < 0.3).astype(np.float32)
    scores = np.round(np.clip(targets * 0.4 + rng.random(targets.shape) * 0.6, 0, 1), 6)
    return made([f"c{n}" for n in range(60)], np.arange(60) % 5, targets, scores, **settings)


def full_result():
    """The same with doubts, maybes and maps."""
    known = np.random.default_rng(1).random((60, len(LABELS))) < 0.8
    maybes = np.random.default_rng(2).uniform(0.1, 0.5, (5, len(LABELS))).round(6)
    return replace(small_result(known=known, maps=MAPS), fold_maybes=maybes)


def test_probabilities_are_those_of_the_map_of_each_clips_fold():
    result = full_result()
    for clip in (0, 1, 17, 59):
        expected = MAPS[clip % 5].apply(result.scores[clip])
        assert np.array_equal(result.probabilities[clip], expected)
        assert np.array_equal(result.scored().scores[clip], expected)
    assert np.array_equal(result.scored().ranks, result.scores)
    plain = small_result()
    assert np.array_equal(plain.probabilities, plain.scores)


def test_ranks_go_by_scores_and_tags_by_probabilities():
    result = full_result()
    without = replace(result, fold_maps=(None,) * 5)
    mapped, plain = evaluate(result), evaluate(without)
    for name in ("mean_average_precision_9", "mean_average_precision_10"):
        assert mapped[name] == plain[name]
    assert mapped["micro_recall"] != plain["micro_recall"]
    assert mapped["reliability"] != plain["reliability"]
    expected = mean_average_precision(result.targets, result.scores, result.known)
    assert mapped["mean_average_precision_9"] == round(expected, 3)


def test_maybes_are_measured_alone_and_with_what_is_given():
    result = full_result()
    figures, right = evaluate(result), (result.targets > 0) & result.known
    given = (result.probabilities >= 0.5) & result.known
    both = (result.probabilities >= result.fold_maybes[result.folds]) & result.known
    maybes = both & ~given
    assert maybes.any()
    assert figures["micro_precision"] == round(right[given].mean(), 3)
    assert figures["maybe_precision"] == round(right[maybes].mean(), 3)
    assert figures["both_precision"] == round(right[both].mean(), 3)
    assert figures["both_recall"] == round(both[right].mean(), 3)
    of_food, food = figures["labels"]["Food"], LABELS.index("Food")
    assert of_food["both_recall"] == round(both[right[:, food], food].mean(), 3)
    assert of_food["clips"] == right[:, food].sum()


def test_pairs_in_doubt_count_in_no_figure():
    result, rng = full_result(), np.random.default_rng(3)
    spoilt = replace(
        result,
        targets=np.where(result.known, result.targets, 1 - result.targets),
        scores=np.where(result.known, result.scores, rng.random(result.scores.shape)),
    )
    assert evaluate(spoilt) == evaluate(result)
    assert bootstrap_intervals(spoilt, GROUPS, repeats=20) == bootstrap_intervals(result, GROUPS, repeats=20)
    for figures in paired_differences(spoilt, result, GROUPS, repeats=20).values():
        assert (figures["difference"], figures["low"], figures["high"]) == (0, 0, 0)
    counted = np.ones_like(result.known)
    sure = evaluate(replace(result, known=counted))
    assert evaluate(replace(spoilt, known=counted)) != sure != evaluate(result)


@pytest.mark.parametrize("make", [small_result, full_result])
def test_scores_are_read_back_as_written(tmp_path, make):
    result = make()
    result.save(tmp_path / "scores.csv")
    again = read_out_of_fold(tmp_path / "scores.csv")
    assert again.clips == result.clips
    for name in ("folds", "targets", "scores", "known", "fold_thresholds", "fold_maybes"):
        assert np.array_equal(getattr(again, name), getattr(result, name)), name
    assert np.allclose(again.probabilities, result.probabilities, rtol=0, atol=1e-6)
    assert evaluate(again) == evaluate(result)
    again.save(tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "scores.csv").read_bytes()


def test_a_clip_without_labels_and_one_in_doubt_are_read_back(tmp_path):
    targets, known = np.zeros((2, len(LABELS)), np.float32), np.ones((2, len(LABELS)), bool)
    known[1, [4, 5]] = False
    made(("a", "b"), np.zeros(2, int), targets, known=known).save(tmp_path / "scores.csv")
    rows = (tmp_path / "scores.csv").read_text().splitlines()
    assert rows[-2].startswith("a,0,none,,0.0") and rows[-1].startswith("b,0,none,Animal;Food,0.0")
    again = read_out_of_fold(tmp_path / "scores.csv")
    assert np.array_equal(again.known, known) and not again.targets.any()


def test_files_from_before_there_were_maybes_maps_and_doubts_are_read(tmp_path):
    result = small_result()
    columns = ",".join(LABELS)
    lines = [f"model,clip,fold,labels,{columns}"]
    lines += [f"old,threshold,{fold},,{','.join(['0.5'] * 10)}" for fold in range(5)]
    for row, clip in enumerate(result.clips):
        labels = ";".join(label for label, fits in zip(LABELS, result.targets[row], strict=True) if fits)
        scores = ",".join(str(score) for score in result.scores[row])
        lines.append(f"old,{clip},{row % 5},{labels or 'none'},{scores}")
    (tmp_path / "old.csv").write_text("\n".join(lines))
    old = read_reference_scores(tmp_path / "old.csv")["old"]
    assert old.known.all() and old.fold_maps == (None,) * 5
    assert np.array_equal(old.fold_maybes, old.fold_thresholds) and (old.fold_thresholds == 0.5).all()
    assert np.array_equal(old.probabilities, result.scores) and np.array_equal(old.targets, result.targets)
    figures = evaluate(old)
    assert figures == evaluate(result)
    assert (figures["both_precision"], figures["both_recall"]) == (
        figures["micro_precision"],
        figures["micro_recall"],
    )


@pytest.mark.parametrize("make", [small_result, full_result])
def test_intervals_hold_the_figure(make):
    result = make()
    intervals = bootstrap_intervals(result, GROUPS, repeats=50)
    figures = evaluate(result)
    assert intervals.keys() == MAIN.keys() == MANIFEST["metrics"]["intervals_95"].keys()
    for name, (low, high) in intervals.items():
        assert low <= figures[name] <= high
        assert low < high


def logits_of(shares):
    shares = np.array(shares)
    return np.log(shares / (1 - shares))


def joined_example():
    """Evidence of two clips: the first shows Animal, the second Food."""
    targets = np.zeros((2, len(LABELS)), np.float32)
    targets[0, 4] = targets[1, 5] = 1
    evidence = {
        name: np.full((seconds, len(LABELS)), -30.0, np.float32) for name, seconds in (("a", 3), ("b", 2))
    }
    evidence["a"][:, 4] = logits_of([0.9, 0.9, 0.1])  # the third second is cut off: both halves have two
    evidence["b"][:, 4] = logits_of(0.1)
    evidence["b"][:, 5] = logits_of(0.8)
    return made(("a", "b"), np.zeros(2, int), targets), evidence


def test_evidence_share_of_a_worked_example():
    shares = evidence_shares(*joined_example())
    assert shares["tagged_share_by_label"] == {"Animal": 0.9, "Food": 1.0}
    assert shares["tagged_share_in_own_half"] == 0.95
    assert shares["pairs_and_labels"] == 2


@pytest.mark.parametrize(("threshold", "tagged"), [(0.6, {"Animal", "Food"}), (0.78, {"Food"})])
def test_evidence_is_pooled_as_logits(threshold, tagged):
    """The stronger seconds for Animal are 0.99 and 0.1: as logits their mean is 0.77, as shares 0.55."""
    result, evidence = joined_example()
    evidence["a"][:2, 4] = logits_of([0.99, 0.1])
    evidence["b"][:, 4] = logits_of(0.01)
    at = replace(result, fold_thresholds=np.full((1, len(LABELS)), threshold))
    assert evidence_shares(at, evidence)["tagged_share_by_label"].keys() == tagged


@pytest.mark.parametrize(
    ("clip", "label", "left"),
    [("a", "Animal", 2), ("a", "Food", 4), ("b", "Animal", 4), ("b", "Food", 2), ("b", "Dance", 6)],
)
def test_a_label_that_one_clip_shows_and_the_other_may_show_makes_no_pair(clip, label, left):
    """Of three clips with a label each there are six pairs; a clip without a label is in none."""
    result, evidence = joined_example()
    targets = np.vstack([result.targets, np.eye(len(LABELS), dtype=np.float32)[:1]])
    evidence["c"] = np.zeros((2, len(LABELS)), np.float32)
    three = made(("a", "b", "c"), np.zeros(3, int), targets)
    assert evidence_shares(three, evidence)["pairs_and_labels"] == 6
    three.known["abc".index(clip), LABELS.index(label)] = False
    assert evidence_shares(three, evidence)["pairs_and_labels"] == left


def test_a_model_differs_from_itself_in_nothing():
    result = full_result()
    figures = paired_differences(result, result, GROUPS, repeats=20)
    assert figures.keys() == {*COMPARED, *LABELS}
    for figure in figures.values():
        assert (figure["difference"], figure["low"], figure["high"]) == (0, 0, 0)


def test_a_better_model_is_better_in_every_draw_whatever_the_order_of_its_clips():
    worse = small_result()
    perfect = made(worse.clips[::-1], worse.folds[::-1], worse.targets[::-1])
    figures = paired_differences(perfect, worse, GROUPS[::-1], repeats=20)
    figure = figures["mean_average_precision_9"]
    assert figure["other"] == evaluate(worse)["mean_average_precision_9"]
    assert figure["difference"] == pytest.approx(1 - figure["other"])
    assert 0 < figure["low"] <= figure["difference"] <= figure["high"]


def test_reference_scores_are_kept_apart_by_model(tmp_path):
    one = full_result()
    one.save(tmp_path / "one.csv")
    header, *rows = (tmp_path / "one.csv").read_text().splitlines()
    lines = [f"model,{header}", *(f"{model},{row}" for model in ("a", "b") for row in rows)]
    (tmp_path / "both.csv").write_text("\n".join(lines))
    both = read_reference_scores(tmp_path / "both.csv")
    assert list(both) == ["a", "b"]
    assert both["b"].clips == one.clips
    for name in ("scores", "fold_thresholds", "fold_maybes", "known"):
        assert np.array_equal(getattr(both["b"], name), getattr(one, name))
    assert both["b"].fold_maps[1].a == one.fold_maps[1].a != one.fold_maps[2].a
