"""From numbers to light and back: the curves of ITU-R BT.2100, BT.2390 and sRGB.

Light is counted in units of reference white: 203 cd/m2, where ITU-R BT.2408 puts a white page in an HDR
scene, and for sRGB the screen's own white. Signals are 0..1. Arrays of any shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REFERENCE_WHITE_NITS = 203.0
"""Light of a white page, in cd/m2."""
PEAK = 1000.0 / REFERENCE_WHITE_NITS
"""The brightest highlight that is told from white: 1000 cd/m2, what HLG means and phones master PQ for."""

_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_PQ_MAX = 10000 / REFERENCE_WHITE_NITS


def pq_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light, 0..49.3, of a PQ signal: the EOTF of BT.2100, table 4."""
    import numpy as np

    power = signal ** (1 / _M2)
    light: NDArray[np.float64] = _PQ_MAX * (np.maximum(power - _C1, 0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return light


def pq_signal(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the PQ signal of light: the inverse EOTF of BT.2100, table 4."""
    power = (light / _PQ_MAX) ** _M1
    signal: NDArray[np.float64] = ((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2
    return signal


def hlg_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light of the scene, 0..1 and not of a screen: the inverse OETF of BT.2100, table 5."""
    import numpy as np

    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)


def srgb_light(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light, 0..1, of an sRGB signal: IEC 61966-2-1."""
    import numpy as np

    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def srgb_signal(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sRGB signal 0..1 of light 0..1: IEC 61966-2-1."""
    import numpy as np

    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def eetf(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return light bent from 0..peak to 0..1, both in units of reference white: ITU-R BT.2390, 5.4.1.

    Monotone; the identity up to a knee at about 0.43, 0.78 for reference white itself, 1.0 for the peak.
    """
    import numpy as np

    source_peak = pq_signal(np.array(PEAK))
    target_peak = pq_signal(np.array(1.0)) / source_peak
    knee = 1.5 * target_peak - 0.5
    signal = np.minimum(pq_signal(light) / source_peak, 1.0)
    t = np.maximum(signal - knee, 0) / (1 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * target_peak
    )
    bent = pq_light(np.where(signal < knee, signal, spline) * source_peak)
    return np.where(signal < knee, light, bent)
