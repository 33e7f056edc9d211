import json

import pytest

from organizer.bench.report import ScanCost, Stage, seconds
from tests.bench.build import report

SENTENCES = {
    Stage.READ: "Reading limits: 2.00 s of the 2.00 s that a video takes (100%). "
    "A faster disk or network would help most.",
    Stage.DECODE: "Decoding limits: 2.00 s of the 2.00 s that a video takes (100%). "
    "More or faster processor cores would help most.",
    Stage.FEATURES: "Feature extraction limits: 2.00 s of the 2.00 s that a video takes (100%). "
    "More or faster processor cores would help most.",
    Stage.CLASSIFY: "Classifying limits: 2.00 s of the 2.00 s that a video takes (100%). "
    "A faster processor would help most.",
    Stage.STORE: "Storing limits: 2.00 s of the 2.00 s that a video takes (100%). "
    "A faster disk for the library would help most.",
}


@pytest.mark.parametrize("stage", Stage)
def test_the_slowest_stage_limits(stage):
    measured = report({stage: 2.0})
    assert measured.limiting.stage is stage
    assert measured.limit == SENTENCES[stage]


def test_the_share_is_that_of_all_stages():
    measured = report({Stage.DECODE: 0.6, Stage.FEATURES: 0.2, Stage.READ: 0.198})
    assert measured.stages_s == pytest.approx(1.0)
    assert measured.limit.startswith("Decoding limits: 0.60 s of the 1.00 s that a video takes (60%).")


def test_starting_the_workers_counts_once():
    measured = report({Stage.DECODE: 0.9}, scan=ScanCost(4, 4.4, 0.4))
    assert measured.scan_video_s == pytest.approx(1.0)
    assert measured.videos_per_minute == pytest.approx(60)
    assert measured.many_s == pytest.approx(1000.4)


def test_no_scan_is_quicker_than_its_slowest_stage():
    """Workers that start quicker than those that were measured must not make videos free."""
    measured = report({Stage.DECODE: 0.5}, scan=ScanCost(4, 0.5, 0.5))
    assert measured.scan_video_s == 0.5
    assert measured.many_s == pytest.approx(500.5)


def test_json_holds_figures_and_conclusions():
    measured = report({Stage.FEATURES: 0.7})
    content = json.loads(json.dumps(measured.as_json()))
    assert content["format"] == 1
    assert content["limit"] == {"stage": "features", "sentence": measured.limit}
    assert [stage["stage"] for stage in content["stages"]] == [stage.value for stage in Stage]
    assert content["stages"][2]["video_s"] == 0.7
    assert content["videos_per_minute"] == measured.videos_per_minute
    assert content["seconds_for_1000"] == measured.many_s


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.00012, "0.12 ms"),
        (0.0031, "3.1 ms"),
        (0.00999, "10 ms"),
        (0.0312, "31 ms"),
        (0.0994, "99 ms"),
        (0.0996, "0.10 s"),
        (0.456, "0.46 s"),
        (9.94, "9.94 s"),
        (12.3, "12 s"),
        (1234, "1234 s"),
    ],
)
def test_seconds_have_two_digits_that_count(value, words):
    assert seconds(value) == words
