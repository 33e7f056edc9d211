"""Measuring, with the model that sees colours and with features made up for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from organizer.errors import FeatureSpaceError, TrainingDataError
from organizer.tags import tagger
from organizer.training.engine.data import MemoryData, MemoryVideos
from organizer.training.evaluate_model import (
    Measured,
    align,
    measure_on_corpus,
    trained_on,
)
from organizer.training.measure.scored import Scored
from organizer.training.score_videos import score_held_out, score_videos
from organizer.types import EVERY_SECOND, LABELS, SampledSeconds
from tests.fakes import COLOUR_OF, NO_LABEL, NOT_AT_ALL, SURE, ColourClassifier, colour_bundle

BUNDLE = colour_bundle()
SHOWN = ("Animal", "Food", "Food", "Cooking", "Dance")


@pytest.fixture(autouse=True)
def colours(monkeypatch):
    monkeypatch.setattr(tagger, "open_classifier", lambda _bundle: ColourClassifier())


def videos(labels=LABELS, lengths=(1, 4, 2, 45, 3)):
    """Give videos that show one label's colour in all their seconds."""
    features = [
        np.full((1, length, 3), COLOUR_OF[name], np.uint8)
        for name, length in zip(SHOWN, lengths, strict=True)
    ]
    targets = np.array([[label == name for label in labels] for name in SHOWN], np.float32)
    names = tuple(f"v{number}" for number in range(len(SHOWN)))
    return MemoryVideos(names, ("g", "g", "h", "h", "i"), features, targets, np.ones_like(targets))


def data(labels=LABELS, space_id=BUNDLE.space_id):
    return MemoryData(labels, space_id, BUNDLE.quantiser, to_train=videos(labels), held_out=videos(labels))


def expected(labels=LABELS):
    return np.array([[SURE if label == name else NOT_AT_ALL for label in labels] for name in SHOWN])


def test_videos_of_all_lengths_are_scored_as_tagging_scores_them():
    found = score_videos(BUNDLE, videos(), LABELS)
    assert found.labels == LABELS and found.thresholds.tolist() == [0.5] * 10
    assert found.scores == pytest.approx(expected())


def test_held_out_videos_are_scored_without_their_padding():
    found = score_held_out(BUNDLE, data())
    assert found.scores == pytest.approx(expected())
    assert (found.names, found.groups) == (videos().names, videos().groups)


def test_a_source_that_tells_no_names_has_videos_that_are_sources_of_their_own():
    class Nameless:
        labels, dimensions, space_id = LABELS, 3, BUNDLE.space_id
        validation_names = validation_groups = None
        validation = staticmethod(data().validation)

    found = score_held_out(BUNDLE, Nameless())
    assert found.names == found.groups == tuple(f"video {number}" for number in range(1, 6))


def test_columns_go_by_name():
    labels = ("Boat", "Food", "Animal")
    found = score_videos(BUNDLE, videos(labels), labels)
    assert found.labels == ("Animal", "Food")  # in the model's order, without what it does not know
    assert found.scores == pytest.approx(expected(("Animal", "Food")))
    assert found.targets.tolist() == [[1, 0], [0, 1], [0, 1], [0, 0], [0, 0]]


def test_a_model_that_knows_none_of_the_labels_is_refused():
    with pytest.raises(TrainingDataError, match="knows none of the labels Boat"):
        score_videos(BUNDLE, videos(("Boat",)), ("Boat",))


def test_features_of_another_space_are_refused():
    with pytest.raises(FeatureSpaceError):
        score_held_out(BUNDLE, data(space_id="elsewhere"))


def test_of_clips_the_seconds_are_measured_that_a_scan_looks_at(tmp_path):
    """Dance is shown at 9 s alone, which is left out."""
    frames = tmp_path / "clips" / "c1"
    frames.mkdir(parents=True)
    for second in range(12):
        shown = "Dance" if second == 9 else "Food" if second == 10 else None
        picture = np.full((40, 40, 3), COLOUR_OF.get(shown, NO_LABEL), np.uint8)
        Image.fromarray(picture).save(frames / f"{second:02}.jpg", quality=100)
    (tmp_path / "images.csv").write_text("image,labels,group,fold,source_class,path\n")
    header = "clip,labels,group,fold,counts,source,frames"
    (tmp_path / "clips.csv").write_text(f"{header}\n")
    (tmp_path / "clips_2.csv").write_text(f"{header},maybe\nc1,Food,g,0,yes,test,12,Dance;Nature\n")
    for sampled, dance in ((EVERY_SECOND, SURE), (SampledSeconds(8, 2), NOT_AT_ALL)):
        found = measure_on_corpus(colour_bundle(sampled=sampled), tmp_path).scored
        scores = dict(zip(found.labels, found.scores[0], strict=True))
        assert (scores["Food"], scores["Dance"]) == (pytest.approx(SURE), pytest.approx(dance))
        # What a clip may show counts in no figure.
        in_doubt = {label for label, known in zip(found.labels, found.known[0], strict=True) if not known}
        assert in_doubt == {"Dance", "Nature"}


def measured(scored):
    return Measured(BUNDLE, scored, "some videos.")


def some(names, labels=("A", "B"), shift=0.0):
    rows = [int(name[1:]) for name in names]
    scores = np.array([[row / 10 + shift, column / 10] for row, column in zip(rows, rows, strict=True)])
    targets = np.array([[row % 2, 1 - row % 2] for row in rows], np.float32)[:, : len(labels)]
    known = np.ones(targets.shape, bool)
    return Scored(
        labels,
        tuple(names),
        tuple(names),
        targets,
        known,
        scores[:, : len(labels)],
        np.full(len(labels), 0.5),
    )


def test_models_are_compared_on_what_they_have_in_common():
    first, second = align(
        measured(some(["v1", "v2", "v3"])), measured(some(["v3", "v5", "v2"], labels=("A",), shift=0.2))
    )
    assert first.names == second.names == ("v2", "v3")
    assert first.labels == second.labels == ("A",)
    assert first.scores[:, 0] == pytest.approx([0.2, 0.3])
    assert second.scores[:, 0] == pytest.approx([0.4, 0.5])
    assert np.array_equal(first.targets, second.targets)


def test_models_with_nothing_in_common_are_not_compared():
    with pytest.raises(TrainingDataError, match="cannot be compared"):
        align(measured(some(["v1"])), measured(some(["v2"])))


@pytest.mark.parametrize(
    ("provenance", "words"),
    [
        ({"classifier": "trained on 10 clips"}, "Its classifier: trained on 10 clips."),
        ({"classifier": {"data": "Trained on shards."}}, "Its classifier: Trained on shards."),
        ({}, "Its manifest does not say what it was trained on."),
        ({"classifier": {"data": 3}}, "Its manifest does not say what it was trained on."),
    ],
)
def test_what_a_model_was_trained_on_is_told_from_its_manifest(provenance, words):
    assert trained_on(replace(BUNDLE, provenance=provenance)) == words
