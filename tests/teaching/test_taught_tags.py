"""What taught tags say of a video, and which seconds speak for them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from organizer.library.taught import TaughtReport, TaughtTag
from organizer.teaching.taught_tags import NEVER, TaughtTags, logit, sigmoid
from organizer.types import Tier, VideoFeatures
from tests.fakes import colour_bundle

REPORT = TaughtReport(given=0, suggested=3, wrong=0, expected=0.1, answers=0)
RED = TaughtTag(
    name="Red",
    space_id=colour_bundle().space_id,
    centre=np.full(3, 100, np.float32),
    scale=np.ones(3, np.float32),
    weights=np.array([1, -0.5, -0.5], np.float32),
    slope=8.0,
    offset=-4.0,
    given=0.8,
    maybe=0.25,
    shown=3,
    not_shown=0,
    report=REPORT,
)
RED_SECOND, BLUE_SECOND = (230, 60, 60), (60, 60, 230)


def said(tag, *seconds, at=None, scores=()):
    features = VideoFeatures(tag.space_id, np.array(seconds, np.uint8).reshape(-1, 3))
    tags = TaughtTags([tag], colour_bundle().quantiser)
    return tags.says(features, at or range(len(seconds)), dict(scores)).get(tag.name)


def test_the_seconds_that_show_it_speak_for_it():
    found = said(RED, RED_SECOND, BLUE_SECOND, RED_SECOND, RED_SECOND, at=(0, 2, 4, 6))
    assert (found.name, found.seconds) == ("Red", (0, 4, 6))
    assert 0.25 <= found.score <= 1


def test_a_quarter_of_the_seconds_counts_as_much_as_the_whole():
    never = said(RED, *[BLUE_SECOND] * 8)
    some = said(RED, *[BLUE_SECOND] * 6, *[RED_SECOND] * 2)
    always = said(RED, *[RED_SECOND] * 8)
    assert never is None
    assert some.tier is Tier.MAYBE
    assert some.score < always.score


def test_tiers_follow_the_thresholds():
    always = [RED_SECOND] * 3
    assert said(RED, *always).tier is Tier.GIVEN
    assert said(replace(RED, given=0.9999), *always).tier is Tier.MAYBE
    assert said(replace(RED, given=NEVER), *always).tier is Tier.MAYBE
    assert said(replace(RED, given=0.9999, maybe=0.9999), *always) is None


def test_a_video_without_a_second_has_none():
    assert said(RED) is None


def test_of_another_length_of_features_nothing_is_said_wrongly():
    assert (
        TaughtTags([], colour_bundle().quantiser).says(
            VideoFeatures(RED.space_id, np.zeros((2, 3), np.uint8)), (0, 1), {}
        )
        == {}
    )


def test_a_refined_label_adds_to_what_the_model_says():
    label = replace(RED, name="Food", refines="lite 1", score_slope=1.0, slope=0.0, offset=0.0)
    assert said(label, BLUE_SECOND, scores={"Food": 0.9}).score == pytest.approx(0.9)
    assert said(label, BLUE_SECOND, scores={"Food": 0.1}) is None
    assert said(label, BLUE_SECOND) is None


@pytest.mark.parametrize("value", [-800.0, -3.0, 0.0, 3.0, 800.0])
def test_logits_and_probabilities_do_not_overflow(value):
    assert 0 <= sigmoid(value) <= 1
    assert math.isfinite(logit(sigmoid(value)))
