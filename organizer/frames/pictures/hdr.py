"""HDR pictures made fit for an ordinary screen, and for networks that were trained on ordinary pictures.

What phones record as HDR looks grey and flat when its numbers are shown as they are. What a video's numbers
mean is told by its transfer and primaries (ITU-T H.273). Here they become light and then the numbers of an
sRGB screen:

1. light: ITU-R BT.2100 (06/2025), tables 4 (PQ) and 5 (HLG with the system gamma 1.2 of a 1000 cd/m2 screen),
   counted in units of reference white, 203 cd/m2, where ITU-R BT.2408 puts a white page in the scene;
2. red, green and blue of BT.2020 become those of BT.709; what BT.709 cannot show loses saturation, not hue;
3. highlights up to 1000 cd/m2 are bent below the screen's white by the curve of ITU-R BT.2390, section 5.4.1,
   applied to the largest of red, green and blue, so that all three keep their proportions: what is darker
   than about 88 cd/m2 is shown as it is;
4. light becomes numbers by the sRGB curve (IEC 61966-2-1).

In functions of the curves, signals are 0..1, light is in units of reference white (for sRGB the screen's own
white), and arrays have any shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from organizer.frames.loading import load_cv2
from organizer.frames.pictures.convert import convert

if TYPE_CHECKING:
    import numpy as np
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter
    from numpy.typing import NDArray

    _Plane = NDArray[np.float32]

_UNSPECIFIED = 2
"""Not stated."""
REFERENCE_WHITE_NITS = 203.0
"""Light of a white page, in cd/m2."""
PEAK = 1000.0 / REFERENCE_WHITE_NITS
"""The brightest highlight that is told from white: 1000 cd/m2, what HLG means and phones master PQ for."""
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_PQ_MAX = 10000 / REFERENCE_WHITE_NITS
_HLG_GAMMA = 1.2
# Of red, green and blue of BT.709 in light.
_LUMINANCE = (0.212639, 0.715169, 0.072192)
# Steps of the table of gains, between 0 and the peak; below the knee of the curve all gains are 1.
_GAIN_STEPS = 4096
# Of the table of sRGB numbers: fine enough for the steep beginning of the curve.
_SRGB_STEPS = 65535
_TINY = 1e-9
# A picture is worked on in strips that fit into the processor's cache; a whole 4K one would need 400 MB.
_STRIP_PIXELS = 32768
# ITU-T H.273: BT.2020 with non-constant luminance, the matrix of all HDR that states none.
_BT2020_MATRIX = 9
# swscale makes 16 bits of full-range RGB by shifting 8: its white is 255 * 256, not 65535.
_SWSCALE_WHITE = 255 * 256


class Transfer(StrEnum):
    """How a code value becomes light."""

    SDR = "sdr"
    """Ordinary video (BT.709, BT.601, sRGB and whatever else is not HDR)."""
    HLG = "hlg"
    """ITU-R BT.2100 hybrid log-gamma, ARIB STD-B67: most phones, and what Dolby Vision 8.4 is built upon."""
    PQ = "pq"
    """ITU-R BT.2100 perceptual quantiser, SMPTE ST 2084: HDR10, HDR10+ and Dolby Vision 8.1."""


class Primaries(StrEnum):
    """Which red, green and blue are mixed."""

    BT709 = "bt709"
    """Of HD video and of sRGB; also stands for the primaries of standard definition, which are close."""
    P3 = "p3"
    """Display P3: the primaries of cinema with the white of television (SMPTE EG 432-1)."""
    BT2020 = "bt2020"


# ITU-T H.273, tables 2 and 3; FFmpeg uses the same numbers for every container and codec.
_TRANSFERS = {16: Transfer.PQ, 18: Transfer.HLG}
_PRIMARIES = {9: Primaries.BT2020, 12: Primaries.P3}


@dataclass(frozen=True, slots=True)
class Colour:
    """How to read the numbers of a picture."""

    transfer: Transfer = Transfer.SDR
    primaries: Primaries = Primaries.BT709

    @property
    def is_hdr(self) -> bool:
        """Whether showing the numbers as they are would give a washed-out picture."""
        return self.transfer is not Transfer.SDR

    @property
    def is_plain(self) -> bool:
        """Whether the numbers can be shown on an ordinary screen as they are."""
        return self == Colour()


def colour_of(source: VideoCodecContext | VideoFrame) -> Colour:
    """Tell how the numbers of a video stand for light.

    Args:
        source: ``stream.codec_context`` of an opened file knows it without decoding where the container
            (``colr`` box of MP4, ``Colour`` of Matroska) or the codec's header (VUI of HEVC, sequence header
            of AV1) says it, and that is what FFmpeg looks at when it opens a file. A decoded frame knows what
            its own header says, which wins: so ask the frame where there is one. HEVC that is marked as
            ordinary for old players and as HLG in a side note (preferred transfer characteristics) counts as
            HLG. Dolby Vision 5, which states none of this and uses a colour space of its own, counts as
            ordinary.
    """
    transfer = _TRANSFERS.get(_tag(source, "color_trc"), Transfer.SDR)
    primaries = _tag(source, "color_primaries")
    if primaries == _UNSPECIFIED and transfer is not Transfer.SDR:
        # BT.2100 knows no other primaries; some phones state the transfer alone.
        return Colour(transfer, Primaries.BT2020)
    return Colour(transfer, _PRIMARIES.get(primaries, Primaries.BT709))


def _tag(source: VideoCodecContext | VideoFrame, name: str) -> int:
    # Frames tell their transfer and primaries from PyAV 17 on, codec contexts since long before.
    return int(getattr(source, name, _UNSPECIFIED))


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


# Linear red, green and blue in these primaries, all with the white D65, to those of BT.709.
_TO_BT709 = {
    Primaries.BT709: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    Primaries.BT2020: (
        (1.660491, -0.587641, -0.072850),
        (-0.124550, 1.132900, -0.008349),
        (-0.018151, -0.100579, 1.118730),
    ),
    Primaries.P3: (
        (1.224940, -0.224940, 0.0),
        (-0.042057, 1.042057, 0.0),
        (-0.019638, -0.078636, 1.098274),
    ),
}


def sdr_picture(
    frame: VideoFrame, reformatter: VideoReformatter, width: int, height: int, **how: Any
) -> NDArray[np.uint8]:
    """Convert a decoded frame to RGB as an ordinary screen shows it, and to another size on the way.

    Args:
        width, height: before the turn.
        how: further settings of ``VideoReformatter.reformat``.

    Returns:
        (height, width, 3), 0..255, RGB, not turned.

    Raises:
        av.error.FFmpegError: FFmpeg cannot convert the frame.
        ValueError: FFmpeg cannot convert the frame.
    """
    import numpy as np

    colour = colour_of(frame)
    if colour.is_plain:
        small = convert(frame, reformatter, width, height, "rgb24", **how)
        return np.asarray(small.to_ndarray(), np.uint8)
    if colour.is_hdr and frame.colorspace == _UNSPECIFIED:
        how["src_colorspace"] = how["dst_colorspace"] = _BT2020_MATRIX
    with _as_recorded(frame):
        # In planes, for packed as rgb48le pictures of some sizes come out in wrong colours, and slower.
        small = convert(frame, reformatter, width, height, "gbrp16le", **how)
    return tone_map(np.asarray(small.to_ndarray(), np.uint16), colour, white=_SWSCALE_WHITE)


def tone_map(
    rgb: NDArray[np.uint8] | NDArray[np.uint16], colour: Colour, *, white: int | None = None
) -> NDArray[np.uint8]:
    """Convert the numbers of an HDR or wide-gamut picture to those of an ordinary one.

    Args:
        rgb: (height, width, 3), uint8 or uint16, the full-range non-linear signal R'G'B' in ``colour``:
            already out of YCbCr, but nothing else done to it. Eight bits band in dark parts of PQ; 16 do not.
        white: the number that stands for signal 1.0; the largest of the type when None.

    Returns:
        A new array (height, width, 3), 0..255, sRGB. A plain picture of eight bits is returned as a copy.

    Raises:
        ValueError: for another shape or type.
    """
    import numpy as np

    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"not (height, width, 3) of uint8 or uint16: {rgb.shape} of {rgb.dtype}")
    levels = int(np.iinfo(rgb.dtype).max) + 1
    white = white or levels - 1
    if colour.is_plain and rgb.dtype == np.uint8 and white == 255:
        return rgb.astype(np.uint8)
    table = _light_table(colour.transfer, levels, white)
    result = np.empty(rgb.shape, np.uint8)
    rows = max(1, _STRIP_PIXELS // max(1, rgb.shape[1]))
    for top in range(0, rgb.shape[0], rows):
        # ``take`` with "clip" skips the check of every index; all of them are in the table.
        light = np.take(table, rgb[top : top + rows], mode="clip")
        _encode(*_on_screen(light, colour), into=result[top : top + rows])
    return result


@contextmanager
def _as_recorded(frame: VideoFrame) -> Iterator[None]:
    """Keep FFmpeg from converting more than the matrix of YCbCr: it would cut off all highlights.

    PyAV 17 lets it, where the frame states its transfer; before and after, only on request.
    """
    transfer, primaries = frame.color_trc, frame.color_primaries
    frame.color_trc = frame.color_primaries = _UNSPECIFIED
    try:
        yield
    finally:
        frame.color_trc, frame.color_primaries = transfer, primaries


def _on_screen(light: _Plane, colour: Colour) -> tuple[_Plane, _Plane, _Plane]:
    """Return red, green and blue of BT.709, each (height, width) and 0..1, of (height, width, 3) light.

    One factor and one addend for each pixel hold all steps, for passes over the picture are what costs time.
    """
    import numpy as np

    # OpenCV's division and powers are many times quicker than NumPy's on such arrays.
    cv2 = load_cv2()
    mixed = cv2.transform(light, np.array(_TO_BT709[colour.primaries], np.float32))
    red, green, blue = (np.ascontiguousarray(mixed[..., channel], np.float32) for channel in range(3))
    grey: _Plane = red * _LUMINANCE[0] + green * _LUMINANCE[1] + blue * _LUMINANCE[2]
    least = np.minimum(np.minimum(red, green), blue)
    most = np.maximum(np.maximum(red, green), blue)
    keep = None
    if least.min() < 0:
        # Towards the grey of the same luminance, until the colour that is missing most is no longer negative.
        keep = cv2.divide(grey + _TINY, grey - np.minimum(least, 0) + _TINY)
        most = grey + keep * (most - grey)
    scene_to_screen = None
    if colour.transfer is Transfer.HLG:
        # The OOTF of BT.2100: by luminance to the power of gamma - 1.
        scene_to_screen = cv2.pow(np.maximum(grey, 0), _HLG_GAMMA - 1) * PEAK
        most *= scene_to_screen
    # What still lies beyond white keeps its proportions: the largest of the three becomes 1.0.
    factor = cv2.divide(1.0, most + _TINY)
    if colour.is_hdr:
        steps = np.minimum(most * (_GAIN_STEPS / PEAK), _GAIN_STEPS).astype(np.uint16)
        factor = np.minimum(factor, np.take(_gain_table(), steps, mode="clip"))
    else:
        factor = np.minimum(factor, 1)
    if scene_to_screen is not None:
        factor *= scene_to_screen
    if keep is None:
        return red * factor, green * factor, blue * factor
    addend = (grey - keep * grey) * factor
    factor *= keep
    return red * factor + addend, green * factor + addend, blue * factor + addend


def _encode(*planes: _Plane, into: NDArray[np.uint8]) -> None:
    """Write linear planes as sRGB (height, width, 3)."""
    import numpy as np

    table = _srgb_table()
    for channel, light in enumerate(planes):
        steps = np.clip(light * _SRGB_STEPS + 0.5, 0, _SRGB_STEPS).astype(np.uint16)
        into[..., channel] = np.take(table, steps, mode="clip")


@cache
def _light_table(transfer: Transfer, levels: int, white: int) -> NDArray[np.float32]:
    """Return (levels,) light of each number: HLG of the scene, 0..1, else in reference whites."""
    import numpy as np

    signal = np.minimum(np.arange(levels) / white, 1.0)
    light = {Transfer.HLG: hlg_light, Transfer.PQ: pq_light, Transfer.SDR: srgb_light}[transfer](signal)
    return light.astype(np.float32)


@cache
def _gain_table() -> NDArray[np.float32]:
    """Return (steps + 1,) by what to multiply light of 0..peak, in units of reference white; all 0..1."""
    import numpy as np

    light = np.linspace(0, PEAK, _GAIN_STEPS + 1)
    # In the middle of each step, but for the last, which is the peak alone.
    light[:-1] += PEAK / _GAIN_STEPS / 2
    return (eetf(light) / light).astype(np.float32)


@cache
def _srgb_table() -> NDArray[np.uint8]:
    import numpy as np

    signal = srgb_signal(np.arange(_SRGB_STEPS + 1) / _SRGB_STEPS)
    return (signal * 255 + 0.5).astype(np.uint8)
