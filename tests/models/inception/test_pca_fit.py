import numpy as np
import pytest

from organizer.models.inception.pca_fit import BRANCHES, MIN_CORRELATION, MIN_FRAMES, PcaFit, Verdict, pca_fit
from tests.yt8m import YT8M, needs_yt8m

EDGES = np.cumsum((0, *BRANCHES))


def shuffled_in_branches(values, rng):
    return np.concatenate([rng.permutation(part) for part in np.split(values, EDGES[1:-1])])


@pytest.fixture
def mean():
    return np.random.default_rng(0).gamma(4, 0.1, 2048).astype(np.float32)


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ([1.0, 2, 3, 4], 1.0),
        ([5.0, 4, 3, 2], -1.0),
        ([1.0, -1, -1, 1], 0.0),
        ([2.0, 1, 4, 3], 0.6),
    ],
)
def test_correlates_inside_the_branches(features, expected):
    # One branch of four channels: the textbook correlation with 1, 2, 3, 4.
    result = pca_fit(np.array([features], np.float32), np.array([1, 2, 3, 4], np.float32), branches=(4,))
    assert result.correlation == pytest.approx(expected, abs=1e-6)


def test_what_branches_have_in_common_does_not_count():
    # Levels agree (low, high), channels inside a branch do not: 0.98 without the branches, -1 with them.
    result = pca_fit(
        np.array([[2, 1, 12, 11]], np.float32), np.array([1, 2, 11, 12], np.float32), branches=(2, 2)
    )
    assert result.correlation == pytest.approx(-1)


def test_frames_are_averaged(mean):
    rng = np.random.default_rng(1)
    features = mean + rng.normal(0, 0.2, (1000, 2048)).astype(np.float32)
    one, many = pca_fit(features[:1], mean), pca_fit(features, mean)
    assert (one.frames, many.frames) == (1, 1000)
    assert one.correlation < 0.85 < 0.99 < many.correlation
    assert many.fits


def test_scale_and_offset_do_not_matter(mean):
    features = np.random.default_rng(1).gamma(2, 0.2, (5, 2048)).astype(np.float32) + mean
    assert pca_fit(features * 7 + 3, mean).correlation == pytest.approx(
        pca_fit(features, mean).correlation, abs=1e-5
    )


@pytest.mark.parametrize(
    ("correlation", "frames", "verdict"),
    [
        (0.9, MIN_FRAMES, Verdict.FITS),
        (MIN_CORRELATION, MIN_FRAMES, Verdict.FITS),
        (MIN_CORRELATION - 0.001, MIN_FRAMES, Verdict.DIFFERS),
        (-0.9, MIN_FRAMES, Verdict.DIFFERS),
        (0.9, MIN_FRAMES - 1, Verdict.TOO_FEW),
        (0.0, 0, Verdict.TOO_FEW),
    ],
)
def test_verdicts(correlation, frames, verdict):
    assert PcaFit(correlation, frames).verdict is verdict


def test_no_frames_are_too_few(mean):
    assert pca_fit(np.empty((0, 2048), np.float32), mean).verdict is Verdict.TOO_FEW


@pytest.mark.parametrize("level", [0.0, 0.1, 1e4])
def test_a_network_that_always_gives_the_same_does_not_fit(mean, level):
    assert pca_fit(np.full((300, 2048), level, np.float32), mean) == PcaFit(0.0, 300)


def test_a_network_with_random_weights_does_not_fit(mean):
    features = np.abs(np.random.default_rng(5).normal(size=(300, 2048))).astype(np.float32)
    assert pca_fit(features, mean).verdict is Verdict.DIFFERS


@pytest.mark.parametrize("shape", [(2048,), (3, 1024), (1, 2, 2048)])
def test_other_shapes_are_refused(mean, shape):
    with pytest.raises(ValueError, match="expected"):
        pca_fit(np.ones(shape, np.float32), mean)


def test_numbers_that_are_not_finite_are_refused(mean):
    features = np.ones((3, 2048), np.float32)
    features[1, 7] = np.nan
    with pytest.raises(ValueError, match="finite"):
        pca_fit(features, mean)


# With the real mean, eigenvalues and golden frame.


@pytest.fixture(scope="module")
def real():
    golden = np.load(YT8M / "golden_pca.npz")["original"]
    return np.load(YT8M / "mean.npy"), np.load(YT8M / "eigenvals.npy")[:, 0].astype(np.float64), golden


@needs_yt8m
def test_the_golden_frame_and_the_mean_pass(real):
    mean, _, original = real
    assert pca_fit(mean.T, mean) == PcaFit(pytest.approx(1), 1)
    golden = pca_fit(original[np.newaxis], mean)
    assert golden.fits
    assert golden.correlation == pytest.approx(0.297, abs=0.001)


@needs_yt8m
@pytest.mark.parametrize("shuffle", ["all", "inside the branches"])
def test_channels_in_another_order_fail(real, shuffle):
    mean, _, original = real
    rng = np.random.default_rng(2)
    for values in (mean[:, 0], original):
        correlations = []
        for _ in range(300):
            mixed = rng.permutation(values) if shuffle == "all" else shuffled_in_branches(values, rng)
            result = pca_fit(mixed[np.newaxis], mean)
            assert not result.fits
            correlations.append(result.correlation)
        assert np.mean(correlations) == pytest.approx(0, abs=0.01)
        assert np.std(correlations) < 0.035


@needs_yt8m
def test_branches_alone_would_look_like_agreement(real):
    # Why their levels are taken away: networks of one design have them in common.
    mean, _, _ = real
    mixed = shuffled_in_branches(mean[:, 0], np.random.default_rng(3))
    assert np.corrcoef(mixed, mean[:, 0])[0, 1] > 0.12
    assert abs(pca_fit(mixed[np.newaxis], mean).correlation) < 0.1


@needs_yt8m
def test_few_videos_are_enough_and_one_frame_is_not(real):
    # Frames with YouTube-8M's variances in directions drawn at random.
    mean, eigenvalues, _ = real
    rng = np.random.default_rng(4)
    signs = np.ones((1, 1))
    for _ in range(11):
        signs = np.kron(signs, [[1, 1], [1, -1]])
    vectors = (signs * rng.choice([-1, 1], 2048) / np.sqrt(2048))[:, rng.permutation(2048)]

    def correlations(videos):
        draws = rng.normal(size=(20, videos, 2048)).mean(axis=1) * np.sqrt(eigenvalues)
        return [pca_fit((mean[:, 0] + vectors @ draw)[np.newaxis], mean).correlation for draw in draws]

    # 200 frames come from 5 videos at least; here all frames of one are the same.
    assert min(correlations(5)) > 0.4 > MIN_CORRELATION
    assert min(correlations(1)) < 0.3
    assert min(correlations(200)) > 0.9
