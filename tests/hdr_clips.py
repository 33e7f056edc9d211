"""HDR video files made in code, as phones record them, with known answers.

What the camera sees is given as an ordinary sRGB picture, 255 being a white page. The way from there to the
numbers of HLG and PQ is written down a second time here, forwards, from ITU-R BT.2100 and BT.2408, and
shares nothing with what the product uses for the way back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tests import clips

WHITE_NITS = 203.0
"""Light of a white page, cd/m2."""

COLOURS = (
    (160, 60, 50),
    (60, 150, 60),
    (50, 60, 165),
    (150, 150, 60),
    (60, 150, 150),
    (150, 60, 150),
    (170, 170, 170),
    (30, 30, 30),
    (165, 110, 60),
    (110, 110, 110),
    (100, 50, 120),
)
"""RGB of second k is COLOURS[k % 11]; all dark enough that a tone curve leaves them as they are."""

TRANSFERS = {"hlg": 18, "pq": 16, "sdr": 1}
"""Transfers by the numbers of ITU-T H.273."""

_BT2020, _BT709 = 9, 1
_LIMITED = 1
_OPTIONS = {
    "libx265": {"preset": "ultrafast", "crf": "8", "x265-params": "log-level=error"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "10"},
    "libsvtav1": {"preset": "12", "crf": "12", "svtav1-params": "enable-tf=0"},
}
# The encoder for VP9 that PyAV brings knows 8 bits only.
_EIGHT_BITS = {"libvpx-vp9"}

# Chromaticities of red, green and blue, and of D65.
_PRIMARIES = {
    _BT709: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    _BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
}
_D65 = (0.3127, 0.3290)


def colour_of(second: int) -> tuple[int, int, int]:
    """SRGB of what is in front of the camera in a second."""
    return COLOURS[second % len(COLOURS)]


def make_hdr_clip(
    path: Path,
    transfer: str,
    *,
    seconds: float = 3.0,
    fps: int = 10,
    size: tuple[int, int] = (96, 64),
    **settings: Any,
) -> Path:
    """A clip that shows colour_of(k) in second k; size is (width, height)."""
    count = max(1, round(seconds * fps))
    pictures = (clips.plain(colour_of(index // fps), size) for index in range(count))
    return write_hdr_clip(path, pictures, transfer, fps=fps, **settings)


def write_hdr_clip(
    path: Path,
    pictures: Iterable[np.ndarray],
    transfer: str,
    *,
    fps: int = 10,
    codec: str = "libx265",
    key_every: int | None = None,
    primaries: int | None = _BT2020,
    options: Mapping[str, str] | None = None,
) -> Path:
    """Encode pictures, 10 bit (8 bit with VP9), BT.2020, limited range.

    pictures: what the camera sees, (height, width, 3) uint8 sRGB, both sides even.
    transfer: ``hlg``, ``pq`` or, for comparison, ``sdr`` (then BT.709 throughout).
    primaries: what the file says of them, by the numbers of ITU-T H.273; None for nothing.
    """
    import av

    with av.open(str(path), "w") as output:
        stream: Any = None
        for index, picture in enumerate(pictures):
            if stream is None:
                stream = output.add_stream(
                    codec, rate=fps, options={**_OPTIONS.get(codec, {}), **(options or {})}
                )
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p" if codec in _EIGHT_BITS else "yuv420p10le"
                context = stream.codec_context
                context.color_trc = TRANSFERS[transfer]
                context.colorspace = _BT709 if transfer == "sdr" else _BT2020
                context.color_range = _LIMITED
                if primaries is not None:
                    context.color_primaries = _BT709 if transfer == "sdr" else primaries
                if key_every is not None:
                    context.gop_size = key_every
            frame = _frame(picture, transfer, stream.pix_fmt)
            frame.pts, frame.time_base = index, Fraction(1, fps)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def hdr_signal(srgb: np.ndarray, transfer: str) -> np.ndarray:
    """Return R'G'B' of BT.2020, 0..1, same shape, for what the camera sees: (..., 3), 0..255, sRGB.

    Values above 255 are allowed: things brighter than a white page.
    """
    light = srgb_light(np.asarray(srgb, float)) @ bt709_to_bt2020().T * WHITE_NITS
    return {"hlg": hlg_signal, "pq": pq_signal}[transfer](light)


def srgb_light(srgb: np.ndarray) -> np.ndarray:
    """Light, 1.0 for a white page, of sRGB 0..255."""
    value = srgb / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def pq_signal(nits: np.ndarray) -> np.ndarray:
    """BT.2100 table 4, inverse EOTF."""
    y = np.clip(nits / 10000, 0, 1) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


def hlg_signal(nits: np.ndarray) -> np.ndarray:
    """BT.2100 table 5, inverse OOTF of a screen of 1000 cd/m2 and then the OETF; (..., 3)."""
    shown = np.clip(nits / 1000, 0, None)
    luminance = shown @ np.array([0.2627, 0.6780, 0.0593])
    scene = shown * np.maximum(luminance, 1e-9)[..., None] ** ((1 - 1.2) / 1.2)
    scene = np.clip(scene, 0, 1)
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), a * np.log(np.maximum(12 * scene - b, 1e-9)) + c)


def bt709_to_bt2020() -> np.ndarray:
    """(3, 3): linear BT.709 to linear BT.2020, from the chromaticities."""
    return np.linalg.inv(_to_xyz(_BT2020)) @ _to_xyz(_BT709)


def _to_xyz(primaries: int) -> np.ndarray:
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in _PRIMARIES[primaries]]).T
    white = np.array([_D65[0] / _D65[1], 1, (1 - _D65[0] - _D65[1]) / _D65[1]])
    return columns * np.linalg.solve(columns, white)


def _frame(picture: np.ndarray, transfer: str, pixels: str) -> Any:
    import av

    signal = picture / 255 if transfer == "sdr" else hdr_signal(picture, transfer)
    red, blue = (0.2126, 0.0722) if transfer == "sdr" else (0.2627, 0.0593)
    luma = signal @ np.array([red, 1 - red - blue, blue])
    cb = (signal[..., 2] - luma) / (2 * (1 - blue))
    cr = (signal[..., 0] - luma) / (2 * (1 - red))
    height, width = luma.shape
    halved = [chroma.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)) for chroma in (cb, cr)]
    scale, dtype = (4, "<u2") if pixels.endswith("10le") else (1, "u1")
    frame = av.VideoFrame(width, height, pixels)
    values = [219 * luma + 16] + [224 * chroma + 128 for chroma in halved]
    for plane, numbers in zip(frame.planes, values, strict=True):
        padded = np.zeros((plane.height, plane.line_size // np.dtype(dtype).itemsize), dtype)
        padded[:, : numbers.shape[1]] = np.round(numbers * scale)
        plane.update(padded.tobytes())
    frame.colorspace = _BT709 if transfer == "sdr" else _BT2020
    frame.color_range = _LIMITED
    return frame
