"""The curves between numbers and light, at the points that the standards name."""

from __future__ import annotations

import numpy as np
import pytest

from organizer.frames.pictures import hdr
from organizer.frames.pictures.hdr import PEAK, REFERENCE_WHITE_NITS, eetf
from tests import hdr_clips

SIGNALS = np.linspace(0, 1, 1001)


@pytest.mark.parametrize(
    ("nits", "signal"), [(0, 0), (0.1, 0.06237), (100, 0.5081), (203, 0.5807), (1000, 0.7518), (10000, 1)]
)
def test_pq(nits, signal):
    assert hdr.pq_signal(np.array(nits / REFERENCE_WHITE_NITS)) == pytest.approx(signal, abs=1e-4)
    assert hdr.pq_light(np.array(float(signal))) * REFERENCE_WHITE_NITS == pytest.approx(nits, rel=2e-3)


@pytest.mark.parametrize(("signal", "scene"), [(0, 0), (0.5, 1 / 12), (0.75, 0.26496), (1, 1)])
def test_hlg(signal, scene):
    assert hdr.hlg_light(np.array(float(signal))) == pytest.approx(scene, abs=1e-5)


@pytest.mark.parametrize(("signal", "expected"), [(0, 0), (0.04, 0.003096), (0.5, 0.214041), (1, 1)])
def test_srgb(signal, expected):
    assert hdr.srgb_light(np.array(float(signal))) == pytest.approx(expected, abs=1e-6)


def test_what_goes_forth_comes_back():
    assert hdr.pq_signal(hdr.pq_light(SIGNALS)) == pytest.approx(SIGNALS, abs=1e-6)
    assert hdr.srgb_signal(hdr.srgb_light(SIGNALS)) == pytest.approx(SIGNALS, abs=1e-6)


def test_the_clips_of_the_tests_were_made_by_the_same_standard():
    assert hdr_clips.pq_signal(hdr.pq_light(SIGNALS) * REFERENCE_WHITE_NITS) == pytest.approx(
        SIGNALS, abs=1e-6
    )
    grey = hdr.hlg_light(SIGNALS)
    nits = np.repeat((grey * grey**0.2 * 1000)[:, None], 3, axis=1)
    assert hdr_clips.hlg_signal(nits)[:, 1] == pytest.approx(SIGNALS, abs=1e-4)


def test_the_curve_of_highlights():
    shown = np.linspace(0, PEAK, 2001)
    bent = eetf(shown)
    dark = shown < 85 / REFERENCE_WHITE_NITS
    assert np.array_equal(bent[dark], shown[dark])
    assert (np.diff(bent) > 0).all()
    assert (bent <= shown + 1e-12).all()
    assert eetf(np.array([1.0]))[0] == pytest.approx(0.783, abs=0.001)
    assert bent[-1] == pytest.approx(1.0, abs=1e-9)
    assert np.abs(np.diff(bent, 2)).max() < 1e-4, "no corner at the knee"
