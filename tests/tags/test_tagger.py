from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import BundleError, FeatureSpaceError
from organizer.models.catalogue import open_bundle
from organizer.tags.classifier import LiteRtClassifier
from organizer.tags.tagger import Tagger, tier_of
from organizer.types import LABELS, SampledSeconds, Tier, VideoFeatures, VideoScores


@pytest.fixture(scope="module")
def tagger():
    return Tagger(open_bundle("lite"))


def features(tagger, seconds, seed=0):
    quantised = np.random.default_rng(seed).integers(0, 256, (seconds, 1024), np.uint8)
    return VideoFeatures(tagger.bundle.space_id, quantised)


@pytest.mark.parametrize("seconds", [1, 2, 7, 44, 45])
def test_scores_every_length(tagger, seconds):
    (video,) = tagger.score([features(tagger, seconds)])
    assert len(video.scores) == len(LABELS)
    assert all(0 <= score <= 1 for score in video.scores)
    assert video.evidence.shape == (seconds, len(LABELS))
    assert video.evidence.min() >= 0 and video.evidence.max() <= 1


def test_a_score_is_the_mean_of_the_stronger_half_of_the_evidence_as_logits(tagger):
    (video,) = tagger.score([features(tagger, 9)])
    stronger = np.sort(video.evidence.astype(np.float64), axis=0)[::-1][:5]
    expected = 1 / (1 + np.exp(-np.log(stronger / (1 - stronger)).mean(axis=0)))
    assert video.scores == pytest.approx(expected.tolist(), abs=1e-5)


def test_a_video_does_not_depend_on_its_neighbours(tagger):
    videos = [features(tagger, seconds, seed) for seed, seconds in enumerate([3, 45, 3, 1, 45, 3])]
    together = tagger.score(videos)
    for video, scored in zip(videos, together, strict=True):
        (alone,) = tagger.score([video])
        assert scored.scores == pytest.approx(alone.scores, abs=1e-5)
        assert np.allclose(scored.evidence, alone.evidence, atol=1e-5)


def test_more_videos_than_one_batch(tagger):
    assert len(tagger.score([features(tagger, 1, seed) for seed in range(130)])) == 130


def test_threads_may_share_a_tagger(tagger):
    videos = [features(tagger, seconds, seed) for seed, seconds in enumerate([3, 45, 7, 20])]
    alone = [tagger.score([video])[0].scores for video in videos]
    with ThreadPoolExecutor(4) as threads:
        shared = list(threads.map(lambda video: tagger.score([video])[0].scores, videos * 25))
    for number, scores in enumerate(shared):
        assert scores == pytest.approx(alone[number % 4], abs=1e-5)


def test_features_of_another_space_are_refused(tagger):
    with pytest.raises(FeatureSpaceError):
        tagger.score([VideoFeatures("elsewhere", np.zeros((1, 1024), np.uint8))])


def test_nothing_to_score(tagger):
    assert tagger.score([]) == []


def scored(values, seconds=4):
    """A video whose evidence for each label is constant at its score."""
    scores = [values.get(label, 0.0) for label in LABELS]
    return VideoScores(tuple(scores), np.tile(np.array(scores, np.float32), (seconds, 1)))


def test_a_threshold_of_one_means_never(tagger):
    never = (1.0,) * len(LABELS)
    bundle = replace(tagger.bundle, thresholds=never, maybe_thresholds=never)
    video = scored(dict.fromkeys(LABELS, 1.0))
    assert Tagger(bundle).suggest(video) == ()


def test_suggests_from_the_threshold_on_best_first(tagger):
    bundle = replace(tagger.bundle, maybe_thresholds=tagger.bundle.thresholds)
    thresholds = dict(zip(LABELS, bundle.thresholds, strict=True))
    video = scored({"Animal": thresholds["Animal"], "Food": 0.99, "Dance": thresholds["Dance"] - 1e-6})
    assert [(tag.name, tag.tier) for tag in Tagger(bundle).suggest(video)] == [
        ("Food", "given"),
        ("Animal", "given"),
    ]


@pytest.mark.parametrize(
    ("score", "given", "maybe", "expected"),
    [
        (0.6, 0.6, 0.3, Tier.GIVEN),
        (0.5999, 0.6, 0.3, Tier.MAYBE),
        (0.3, 0.6, 0.3, Tier.MAYBE),
        (0.2999, 0.6, 0.3, None),
        (0.6, 0.6, 0.6, Tier.GIVEN),
        (0.5999, 0.6, 0.6, None),
        (1.0, 1.0, 0.3, Tier.MAYBE),
        (0.3, 1.0, 0.3, Tier.MAYBE),
        (0.2, 1.0, 0.3, None),
        (1.0, 1.0, 1.0, None),
        (0.0, 0.0, 0.0, Tier.GIVEN),
        (0.0, 0.5, 0.0, Tier.MAYBE),
    ],
)
def test_a_score_makes_a_tag_a_maybe_or_nothing(score, given, maybe, expected):
    assert tier_of(score, given, maybe) is expected


def two_tiers(tagger, given=0.6, maybe=0.3):
    count = len(LABELS)
    return Tagger(replace(tagger.bundle, thresholds=(given,) * count, maybe_thresholds=(maybe,) * count))


def test_maybes_come_after_what_is_given(tagger):
    bundle = two_tiers(tagger).bundle
    # A label of its own thresholds: a maybe although its score is the highest.
    thresholds = tuple(1.0 if label == "Dance" else 0.6 for label in LABELS)
    video = scored({"Animal": 0.7, "Food": 0.9, "Concert": 0.31, "Dance": 0.99, "Nature": 0.29})
    tags = Tagger(replace(bundle, thresholds=thresholds)).suggest(video)
    assert [(tag.name, tag.tier) for tag in tags] == [
        ("Food", Tier.GIVEN),
        ("Animal", Tier.GIVEN),
        ("Dance", Tier.MAYBE),
        ("Concert", Tier.MAYBE),
    ]


@pytest.mark.parametrize(
    ("evidence", "score", "tier", "seconds"),
    [
        # The same seconds speak for a given tag from its threshold on, and for a maybe from the lower one.
        ([0.7, 0.4, 0.2, 0.6], 0.65, "given", (0, 3)),
        ([0.7, 0.4, 0.2, 0.6], 0.55, "maybe", (0, 1, 3)),
        # None reaches it alone: the strongest.
        ([0.1, 0.25, 0.2, 0.0], 0.3, "maybe", (1,)),
    ],
)
def test_the_seconds_of_a_maybe_are_those_from_its_threshold_on(tagger, evidence, score, tier, seconds):
    columns = np.zeros((len(evidence), len(LABELS)), np.float32)
    columns[:, 0] = evidence
    video = VideoScores((score, *[0.0] * (len(LABELS) - 1)), columns)
    (tag,) = two_tiers(tagger).suggest(video)
    assert (tag.name, tag.tier, tag.seconds) == (LABELS[0], tier, seconds)


def test_names_the_seconds_that_speak_for_a_tag(tagger):
    evidence = np.zeros((6, len(LABELS)), np.float32)
    animal = LABELS.index("Animal")
    evidence[:, animal] = [0.99, 0.01, 0.98, 0.97, 0.02, 0.03]
    scores = [0.0] * len(LABELS)
    scores[animal] = 0.98
    (tag,) = tagger.suggest(VideoScores(tuple(scores), evidence))
    assert tag.seconds == (0, 2, 3)
    assert all(isinstance(second, int) for second in tag.seconds)


@pytest.mark.parametrize(
    ("strong", "seconds"), [((0, 7, 8, 9, 10), (0, 7, 8, 10, 12)), ((), (10,)), ((11,), (14,))]
)
def test_the_seconds_are_those_of_the_video_and_not_rows(tagger, strong, seconds):
    sampled = Tagger(replace(tagger.bundle, sampled=SampledSeconds(8, 2)))
    (scored,) = sampled.score([features(sampled, 12)])
    assert scored.seconds == SampledSeconds(8, 2).seconds_of(12)
    animal = LABELS.index("Animal")
    evidence = np.zeros((12, len(LABELS)), np.float32)
    evidence[9, animal] = 0.1
    evidence[list(strong), animal] = 0.99
    scores = [0.98 if label == "Animal" else 0.0 for label in LABELS]
    (tag,) = sampled.suggest(replace(scored, scores=tuple(scores), evidence=evidence))
    assert tag.seconds == seconds


def test_a_graph_that_is_no_classifier_is_refused():
    bundle = open_bundle("lite")
    with pytest.raises(BundleError, match="no video classifier"):
        LiteRtClassifier(bundle.folder / bundle.roles["backbone"])
