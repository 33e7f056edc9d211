from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.training.yt8m.video_model import VideoModelSettings, VideoModelWeights
from organizer.training.yt8m.video_model_folds import (
    Progress,
    cross_validate,
    fit_tiers,
    read_out_of_fold,
)
from organizer.types import LABELS
from tests.training.yt8m.made_up_means import made_up_means

SETTINGS = VideoModelSettings()
FOLDS = 4


def by_centres(means, _settings):
    """Train in no time: the hidden layer keeps what is there, the last one looks at each label's centre."""
    dimensions = means.features.shape[1]
    eye = np.eye(dimensions, dtype=np.float32)
    centres = np.stack(
        [means.features[means.targets[:, label] > 0].mean(axis=0) for label in range(10)], axis=1
    )
    return VideoModelWeights(
        np.concatenate([eye, -eye], axis=1),
        np.zeros(2 * dimensions, np.float32),
        np.concatenate([centres, -centres]) * 0.8,
        (-0.5 * (centres**2).sum(axis=0) - 2).astype(np.float32),
    )


@pytest.fixture(scope="module")
def means():
    made = made_up_means(800, noise=1.0)
    return replace(made, folds=np.arange(800) % FOLDS)


@pytest.fixture(scope="module")
def seen():
    """The folds that each network was trained on."""
    return []


@pytest.fixture(scope="module")
def validation(means, seen):
    def train(some, settings):
        seen.append(set(some.folds.tolist()))
        return by_centres(some, settings)

    *progress, last = cross_validate(means, SETTINGS, train)
    assert progress[-1] == Progress(len(seen), len(seen))
    return last


def test_a_network_sees_all_folds_but_the_one_that_it_scores(means, validation, seen):
    assert seen == [{0, 1, 2, 3} - {fold} for fold in range(FOLDS)]
    of_last = by_centres(means.pick(means.folds != 3), SETTINGS).score(means.features[means.folds == 3])
    assert validation.scores[means.folds == 3] == pytest.approx(of_last)


def test_thresholds_of_a_fold_come_from_the_others(means, validation):
    """Of whatever probabilities the videos of a fold have, its own thresholds do not depend on them."""
    own = means.folds == 1
    _, tiers = fit_tiers(means.targets[~own], validation.scores[~own])
    assert validation.result.thresholds[1].tolist() == list(tiers.thresholds.values())
    score_map, _ = fit_tiers(means.targets[~own], validation.scores[~own])
    assert np.array_equal(validation.result.scores[own], score_map.apply(validation.scores[own]))


def test_probabilities_say_how_often_they_are_right(validation):
    result = validation.result
    assert result.scores.mean() == pytest.approx(result.targets.mean(), rel=0.1)
    assert (result.maybe_thresholds <= result.thresholds).all()


def test_windows_are_scored_worse_than_videos(validation):
    from organizer.training.yt8m.video_model_figures import main_figures

    result = validation.result
    whole, long, short = (main_figures(result, seconds)["map_10"] for seconds in (None, 45, 5))
    assert whole > long > short


def test_one_fold_is_too_few(means):
    with pytest.raises(TrainingDataError, match="All videos are in one fold"):
        next(cross_validate(replace(means, folds=means.folds * 0), SETTINGS, by_centres))


def test_what_is_given_is_as_precise_as_it_was_aimed_at(means, validation):
    score_map, tiers = fit_tiers(means.targets, validation.scores)
    chances = score_map.apply(validation.scores)
    given = chances >= [tiers.thresholds[label] for label in LABELS]
    assert means.targets[given].mean() >= 0.9
    assert given.sum() > 200


def test_scores_come_back_from_their_file(validation, tmp_path):
    result = validation.result
    result.save(tmp_path / "scores.npz")
    read = read_out_of_fold(tmp_path / "scores.npz")
    assert read.ids == result.ids and np.array_equal(read.folds, result.folds)
    assert np.array_equal(read.targets, result.targets)
    assert np.array_equal(read.thresholds, result.thresholds)
    assert read.scores == pytest.approx(result.scores, abs=3e-3)
    assert read.windows.keys() == {45, 5}
    assert read.windows[5] == pytest.approx(result.windows[5], abs=3e-3)
    # Very small ones keep their order.
    assert np.abs(np.log(read.scores) - np.log(result.scores)).max() < 0.011


def test_another_file_is_refused_in_words(tmp_path):
    np.savez(tmp_path / "a.npz", id=np.array([b"x"]))
    with pytest.raises(TrainingDataError, match=r"a\.npz: these scores cannot be read"):
        read_out_of_fold(tmp_path / "a.npz")
