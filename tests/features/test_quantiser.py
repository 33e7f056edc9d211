import numpy as np
import pytest

from organizer.features.quantiser import Quantiser, Rounding
from tests.yt8m import YT8M, needs_yt8m

NEAREST = Quantiser(-2.0, 2.0, Rounding.NEAREST)
TRUNCATE = Quantiser(-2.0, 2.0, Rounding.TRUNCATE)


@pytest.mark.parametrize(
    ("value", "nearest", "truncated"),
    [
        (-2.0, 0, 0),
        (2.0, 255, 255),
        (-9.0, 0, 0),
        (9.0, 255, 255),
        (0.0, 128, 127),  # (0 + 2) * 63.75 = 127.5, rounded to even
        (-1.99, 1, 0),  # 0.6375
        (1.0, 191, 191),  # 191.25
        (1.999, 255, 254),  # 254.936: a level that only rounding gives
        (-1.9922, 0, 0),  # 0.497
        (-1.9843, 1, 1),  # 1.0009
        (-1.9844, 1, 0),  # 0.9945
        (np.inf, 255, 255),
        (-np.inf, 0, 0),
    ],
)
def test_quantises_worked_values(value, nearest, truncated):
    features = np.array([value], np.float32)
    assert NEAREST.quantise(features).tolist() == [nearest]
    assert TRUNCATE.quantise(features).tolist() == [truncated]


@pytest.mark.parametrize(
    ("level", "nearest", "truncated"),
    [(0, -2.0, -2.0 + 4 / 512), (255, 2.0, 2.0 + 4 / 512), (128, 512 / 255 - 2, 512 / 255 + 4 / 512 - 2)],
)
def test_dequantises_worked_values(level, nearest, truncated):
    quantised = np.array([level], np.uint8)
    assert NEAREST.dequantise(quantised) == pytest.approx(nearest, abs=1e-6)
    assert TRUNCATE.dequantise(quantised) == pytest.approx(truncated, abs=1e-6)


@pytest.mark.parametrize("quantiser", [NEAREST, TRUNCATE, Quantiser(-0.3, 7.0, Rounding.NEAREST)])
def test_comes_back_within_a_level(quantiser):
    features = np.linspace(quantiser.low, quantiser.high, 1001, dtype=np.float32)
    level = (quantiser.high - quantiser.low) / 255
    allowed = level / 2 if quantiser.rounding is Rounding.NEAREST else level
    error = np.abs(quantiser.dequantise(quantiser.quantise(features)) - features)
    assert error.max() <= allowed * 1.001
    assert error.max() > allowed * 0.4


def test_dequantising_fits_its_rounding():
    # Truncating loses half a level on average, which dequantising gives back: 4/512, where half a level of
    # this range would be 4/510. Rounding loses nothing on average and gets nothing.
    features = np.linspace(-2, 2, 100_001, dtype=np.float32)
    for quantiser in (NEAREST, TRUNCATE):
        error = quantiser.dequantise(quantiser.quantise(features)) - features
        assert error.mean() == pytest.approx(0, abs=5e-5)
    mixed = NEAREST.dequantise(TRUNCATE.quantise(features)) - features
    assert mixed.mean() == pytest.approx(-2 / 255, abs=5e-5)


@needs_yt8m
@pytest.mark.parametrize(("quantiser", "levels"), [(NEAREST, 0.5), (TRUNCATE, 1)])
def test_a_real_frame_comes_back(quantiser, levels):
    pca = np.load(YT8M / "golden_pca.npz")["pca"].astype(np.float32)
    back = quantiser.dequantise(quantiser.quantise(pca))
    assert np.abs(back - np.clip(pca, -2, 2)).max() <= levels * 4 / 255 * 1.001
    assert quantiser.clipped_share(pca) == pytest.approx(4 / 1024)


def test_all_levels_survive_a_round_trip():
    levels = np.arange(256, dtype=np.uint8)
    assert NEAREST.quantise(NEAREST.dequantise(levels)).tolist() == levels.tolist()
    assert TRUNCATE.quantise(TRUNCATE.dequantise(levels)).tolist() == levels.tolist()


def test_reports_the_clipped_share():
    assert NEAREST.clipped_share(np.array([-3.0, -2.0, 0.0, 2.0, 2.1], np.float32)) == pytest.approx(0.4)
