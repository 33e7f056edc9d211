"""The shipped classifier is what its card says; a small one is built from made-up videos."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from organizer.assets import assets_folder
from organizer.features.quantiser import YT8M_QUANTISER
from organizer.models.inception.assemble import RESIZE, SETTINGS
from organizer.models.inception.own_classifier import shipped_classifier
from organizer.models.loose_classifier import load_loose_classifier
from organizer.pipeline.prove_classifier import prove_classifier
from organizer.tags.tagger import Tagger
from organizer.training.render import render
from organizer.training.trained_on import read_trained_on
from organizer.training.yt8m import build_classifier
from organizer.training.yt8m.build_classifier import main, model_card
from organizer.training.yt8m.video_means import read_video_means
from organizer.training.yt8m.video_model import VideoModelSettings
from organizer.training.yt8m.video_model_figures import evaluate, intervals
from organizer.training.yt8m.video_model_folds import read_out_of_fold
from organizer.training.yt8m_source import trained_videos
from organizer.types import LABELS, VideoFeatures
from tests.training.yt8m.made_up_means import made_up_means, save_means

FOLDER = assets_folder() / "inception-yt8m"
MANIFEST = json.loads((FOLDER / "classifier.json").read_text())
METRICS = MANIFEST["metrics"]
EXPERIMENTS = Path(__file__).parent / "data" / "classifier_experiments.json"
REAL = (Path(__file__).resolve().parents[4] / "shared" / "yt8m" / "video_level_2018.npz").resolve()
needs_videos = pytest.mark.skipif(not REAL.is_file(), reason=f"the videos of YouTube-8M are not at {REAL}")


@pytest.fixture(scope="module")
def result():
    return read_out_of_fold(FOLDER / "out_of_fold.npz")


@pytest.fixture(scope="module")
def figures(result):
    return evaluate(result)


def test_the_manifest_says_what_the_scores_give(figures):
    assert {name: METRICS[name] for name in figures if name != "windows"} == {
        name: value for name, value in figures.items() if name != "windows"
    }
    for seconds, of_window in figures["windows"].items():
        assert {name: METRICS["windows"][seconds][name] for name in of_window} == of_window


@pytest.mark.parametrize("seconds", [None, 45, 5])
def test_the_intervals_hold_the_figures(figures, seconds):
    said = METRICS if seconds is None else METRICS["windows"][str(seconds)]
    for name, (low, high) in said["intervals_95"].items():
        assert low <= said[name] <= high
        assert high - low < 0.06


@pytest.mark.long
def test_the_intervals_are_those_of_the_scores(result):
    assert {name: list(ends) for name, ends in intervals(result).items()} == METRICS["intervals_95"]


def test_the_card_and_the_notice_are_those_of_the_templates():
    assert (FOLDER / "MODEL_CARD.md").read_text() == model_card(MANIFEST)
    assert (FOLDER / "NOTICE.md").read_text() == render("yt8m_notice.md")
    assert "YouTube-8M data set by Google" in (FOLDER / "NOTICE.md").read_text()


def test_the_manifest_tells_the_experiments_that_are_kept():
    assert MANIFEST["experiments"] == json.loads(EXPERIMENTS.read_text())


@pytest.mark.parametrize(
    ("name", "at_least"),
    [("map_9", 0.83), ("labelled_map_9", 0.945), ("top1", 0.935), ("precision", 0.90), ("recall", 0.80)],
)
def test_it_is_good_enough(figures, name, at_least):
    assert figures[name] >= at_least


def test_its_probabilities_are_true(figures):
    assert figures["expected_calibration_error"] <= 0.05


def test_maybes_are_right_about_every_second_time(figures):
    assert 0.4 <= figures["maybe_precision"] <= 0.65
    assert figures["recall_with_maybes"] > figures["recall"] + 0.03


def test_it_is_a_classifier_of_the_published_space():
    own = shipped_classifier()
    assert (own.name, own.space_id, own.labels) == ("inception-yt8m", "inception-yt8m", LABELS)
    assert (own.quantiser, own.dimensions, own.resize) == (YT8M_QUANTISER, 1024, RESIZE)
    assert own.backbone_settings == SETTINGS.stored()
    assert all(maybe <= given for maybe, given in zip(own.maybe_thresholds, own.thresholds, strict=True))
    assert len(prove_classifier(own)) == 3


def test_what_ships_is_small():
    assert (FOLDER / "classifier.tflite").stat().st_size < 3_000_000
    assert (FOLDER / "out_of_fold.npz").stat().st_size < 1_500_000
    assert sum(file.stat().st_size for file in assets_folder().rglob("*") if file.is_file()) < 30_000_000


def test_what_it_was_trained_on_is_never_measured(result):
    own = shipped_classifier()
    assert trained_videos(own, read_trained_on(own)) == {id_.encode() for id_ in result.ids}


def test_no_feature_of_a_video_ships(result):
    with np.load(FOLDER / "out_of_fold.npz") as stored:
        assert all(stored[name].shape[1:] in {(), (2,), (10,)} for name in stored.files)
    assert len(set(result.ids)) == len(result.ids) == METRICS["videos"]


@needs_videos
def test_the_scores_are_of_the_real_videos_in_their_fixed_folds(result):
    means = read_video_means(REAL)
    assert result.ids == means.ids
    assert np.array_equal(result.folds, means.folds)
    assert np.array_equal(result.targets, means.targets)


@needs_videos
def test_what_ships_scores_real_videos_as_its_folds_do(result):
    """It has seen them, so it is better on them, but not otherwise."""
    own, means = shipped_classifier(), read_video_means(REAL)
    some = slice(None, None, 50)
    stored = YT8M_QUANTISER.quantise(means.features[some])[:, np.newaxis]
    scored = Tagger(own).score([VideoFeatures(own.space_id, video) for video in stored])
    scores = np.array([video.scores for video in scored])
    assert np.corrcoef(scores.ravel(), result.scores[some].ravel())[0, 1] > 0.9
    right = means.targets[some] > 0
    has = right.any(axis=1)
    assert right[has][np.arange(has.sum()), scores[has].argmax(axis=1)].mean() > 0.93


def test_one_command_builds_it(tmp_path, monkeypatch):
    monkeypatch.setattr(
        build_classifier, "VideoModelSettings", lambda: VideoModelSettings(hidden=8, epochs=3, batch=64)
    )
    save_means(tmp_path / "means.npz", made_up_means(300))
    arguments = ["--data", tmp_path / "means.npz", "--out", tmp_path / "out", "--experiments", EXPERIMENTS]
    outcome = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
    assert outcome.exit_code == 0
    assert "out of fold on 300 videos of YouTube-8M" in outcome.output.splitlines()[-1]
    built = load_loose_classifier(tmp_path / "out")
    built.verify(every_file=True)
    assert len(prove_classifier(built)) == 3
    manifest = json.loads((tmp_path / "out" / "classifier.json").read_text())
    assert manifest["provenance"]["classifier"]["keras_against_litert"] <= 1e-5
    assert (tmp_path / "out" / "MODEL_CARD.md").read_text() == model_card(manifest)
    read = read_out_of_fold(tmp_path / "out" / "out_of_fold.npz")
    assert evaluate(read)["top1"] == manifest["metrics"]["top1"]
