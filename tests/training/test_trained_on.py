"""What a bundle says that it was trained on: written and read back, and not believed where it is damaged."""

import json
from dataclasses import replace

import pytest

from organizer.training.trained_on import METRIC, Origin, TrainedOn, read_trained_on
from tests.fakes import colour_bundle

BUNDLE = colour_bundle()


def said(table):
    return read_trained_on(replace(BUNDLE, metrics={METRIC: table}))


@pytest.mark.parametrize(
    ("trained_on", "table"),
    [
        (TrainedOn(Origin.CORPUS, fold=2), {"data": "corpus", "fold": 2}),
        (TrainedOn(Origin.CORPUS), {"data": "corpus", "fold": None}),
        (TrainedOn(Origin.LIBRARY, groups=("a", "b")), {"data": "library", "groups": ["a", "b"]}),
        (
            TrainedOn(Origin.LIBRARY, groups=("a",), based_on="lite"),
            {"data": "library", "groups": ["a"], "based_on": "lite"},
        ),
        (
            TrainedOn(Origin.YT8M, shards=("train0.tfrecord",)),
            {"data": "yt8m", "shards": ["train0.tfrecord"]},
        ),
        (
            TrainedOn(Origin.YT8M, shards=("train0.tfrecord",), held_out_share=0.2),
            {"data": "yt8m", "shards": ["train0.tfrecord"], "held_out_share": 0.2},
        ),
        # The colour bundle has a file of this name.
        (
            TrainedOn(Origin.YT8M, videos_file="classifier"),
            {"data": "yt8m", "shards": [], "videos_file": "classifier"},
        ),
    ],
)
def test_what_is_written_is_read_back(trained_on, table):
    written = json.loads(json.dumps(trained_on.as_json()))
    assert written == table
    assert said(written) == trained_on


@pytest.mark.parametrize("table", [None, [], {}, {"data": "elsewhere"}, {"data": ["corpus"]}])
def test_nothing_is_made_up(table):
    assert said(table) is None
    assert read_trained_on(BUNDLE) is None


def test_damaged_parts_are_left_out():
    assert said({"data": "library", "groups": ["a", 3], "based_on": 4}) == TrainedOn(
        Origin.LIBRARY, groups=("a",)
    )
    assert said({"data": "corpus", "fold": "two"}) == TrainedOn(Origin.CORPUS)


@pytest.mark.parametrize("name", ["../ids.txt", "/etc/passwd", "ids.txt", 3, ["classifier"]])
def test_ids_are_read_from_files_of_the_bundle_alone(name):
    assert said({"data": "yt8m", "videos_file": name}) == TrainedOn(Origin.YT8M)
