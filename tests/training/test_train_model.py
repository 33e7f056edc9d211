"""The whole way from labelled videos to a model, on small made-up data in the space of ``lite``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from organizer.models.catalogue import open_bundle
from organizer.tags.tagger import Tagger
from organizer.training.calibration_map import ScoreMap
from organizer.training.engine.events import Trained
from organizer.training.engine.settings import TrainingSettings
from organizer.training.sources import TrainingSource
from organizer.training.train_model import Calibrated, Made, Plan, score_map_of, train_model
from organizer.training.trained_on import Origin, TrainedOn
from organizer.types import VideoFeatures
from tests.training.fakes import FakeData
from tests.training.measure.scores import scored


def trained(folder, **settings):
    """Train on videos that cannot be told apart without mistakes; give what happened, by kind."""
    space = open_bundle("lite")
    data = FakeData(
        *(240, 3, space.dimensions),
        held_out=240,
        strength=6.0,
        space_id=space.space_id,
        quantiser=space.quantiser,
    )
    source = TrainingSource(data, "trained on videos that were made up.", "videos", TrainedOn(Origin.YT8M))
    plan = Plan(
        *("mine", "moe", TrainingSettings(epochs=3, batch=16), folder / "work"),
        out=folder / "mine",
        **settings,
    )
    return {type(event): event for event in train_model(plan, source, space)}


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("train"), target_precision=0.9)


def test_the_model_has_both_thresholds(events):
    bundle, calibration = events[Made].bundle, events[Calibrated].calibration
    assert calibration.maybe_thresholds
    assert events[Calibrated].figures.with_maybes.recall > events[Calibrated].figures.at_thresholds[0].recall
    for label, given, maybe in zip(bundle.labels, bundle.thresholds, bundle.maybe_thresholds, strict=True):
        assert calibration.thresholds[label] == given
        assert calibration.maybe_thresholds.get(label, given) == maybe
    manifest = json.loads((bundle.folder / "bundle.json").read_text())
    assert manifest["maybe_thresholds"] == calibration.maybe_thresholds


def test_its_scores_are_probabilities_of_what_the_network_says(events):
    bundle, network = events[Made].bundle, events[Trained].classifier
    told = bundle.provenance["classifier"]["score_map"]
    score_map = ScoreMap(told["a"], told["b"], tuple(told["offsets"][label] for label in bundle.labels))
    stored = np.random.default_rng(0).integers(0, 256, (5, bundle.dimensions), np.uint8)
    (video,) = Tagger(bundle).score([VideoFeatures(bundle.space_id, stored)])
    said = network.model()(bundle.quantiser.dequantise(stored)[np.newaxis], training=False)
    assert video.scores == pytest.approx(score_map.apply(said["scores"].numpy())[0], abs=1e-5)
    assert video.evidence == pytest.approx(score_map.apply(said["evidence"].numpy())[0], abs=1e-5)
    figures = events[Calibrated].figures
    assert figures.reliability.expected_error < 0.05


def test_its_metrics_and_card_tell_both_tiers(events):
    bundle, figures = events[Made].bundle, events[Calibrated].figures
    metrics, card = bundle.metrics, (bundle.folder / "MODEL_CARD.md").read_text()
    assert metrics["both_recall"] == pytest.approx(figures.with_maybes.recall, abs=1e-4)
    assert metrics["target_maybe_precision"] == 0.5
    assert metrics["calibration_error"] == pytest.approx(figures.reliability.expected_error, abs=1e-4)
    assert sum(bin_["predictions"] for bin_ in metrics["reliability"]) == sum(
        label.known for label in figures.labels
    )
    assert (
        f"with maybes {metrics['both_precision']:.2f} at {metrics['both_recall']:.2f}" in metrics["summary"]
    )
    label = next(iter(events[Calibrated].calibration.maybe_thresholds))
    given, maybe = (
        dict(zip(bundle.labels, values, strict=True))[label]
        for values in (bundle.thresholds, bundle.maybe_thresholds)
    )
    assert f"| {label} | {given:.2f} | {maybe:.2f} |" in card
    assert "| label | given from | maybe from |" in card
    assert "| score | pairs | mean score | share right |" in card
    assert "Scores are probabilities" in card


def test_a_few_held_out_videos_make_no_probabilities(tmp_path):
    space = open_bundle("lite")
    data = FakeData(
        *(60, 3, space.dimensions),
        held_out=12,
        strength=6.0,
        space_id=space.space_id,
        quantiser=space.quantiser,
    )
    source = TrainingSource(data, "trained on videos that were made up.", "videos", TrainedOn(Origin.YT8M))
    plan = Plan("mine", "majority", TrainingSettings(epochs=1), tmp_path / "work", out=tmp_path / "mine")
    *_, made = train_model(plan, source, space)
    assert "score_map" not in made.bundle.provenance["classifier"]
    assert "Scores are probabilities" not in (made.bundle.folder / "MODEL_CARD.md").read_text()


def test_only_scores_that_say_something_become_probabilities():
    targets = np.tile([[1.0], [0.0], [0.0]], (20, 1))
    assert score_map_of(scored(targets, 0.2 + 0.5 * targets)).a > 0
    assert score_map_of(scored(targets, 0.7 - 0.5 * targets)) is None
    assert score_map_of(scored(targets[:57], 0.2 + 0.5 * targets[:57])) is None
