"""Videos to measure with: photographs panned, zoomed and cut, with sensor noise, encoded as cameras do.

A few seconds are encoded once; each file repeats them, beginning with another one, under a title of its own.
Files that are there already are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from organizer.bench.clip import PHONE_1080P, Format, encode, repeat
from organizer.demo import PHOTOGRAPHS, photograph_file

_SCENE_FRAMES = 75
_VERSION = 1
"""Goes up when the pictures change: what was encoded before is then no longer taken."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of video."""

    name: str
    words: str
    form: Format
    encoded: int
    """Key-frame intervals that are encoded."""
    intervals: int
    """Key-frame intervals of a file."""

    @property
    def seconds(self) -> float:
        """Duration of a file."""
        return self.intervals * self.form.key_every / self.form.frame_rate


H264_EACH_SECOND = Kind("h264-1080p30-gop30", "1080p30 H.264, key frame each second", PHONE_1080P, 10, 45)
H264_EACH_250 = Kind(
    "h264-1080p30-gop250",
    "1080p30 H.264, key frame each 250 frames",
    Format("libx264", 1920, 1080, 30, 250, 15_000_000),
    2,
    6,
)
HEVC_4K = Kind(
    "hevc-4k30-gop30",
    "4K30 HEVC, key frame each second",
    # Deblocking and sample-adaptive offset, as in phones, though the quickest preset leaves the latter out.
    Format("libx265", 3840, 2160, 30, 30, 40_000_000, preset="ultrafast", parameters="sao=1"),
    5,
    20,
)
KINDS = (H264_EACH_SECOND, H264_EACH_250, HEVC_4K)


def make_videos(kind: Kind, folder: Path, count: int) -> list[Path]:
    """Make ``count`` files of a kind, alone in a folder of their own below ``folder``; return their paths."""
    digest = hashlib.sha256(repr((_VERSION, kind)).encode()).hexdigest()[:8]
    takes = folder / "takes"
    takes.mkdir(parents=True, exist_ok=True)
    take = takes / f"{kind.name}-{digest}.mp4"
    if not take.exists():
        encode(take, pictures(kind.form, kind.encoded * kind.form.key_every), kind.form)
    # The number is in the folder's name, for what is scanned is the folder.
    files = folder / f"{kind.name}-{digest}-{count}"
    files.mkdir(exist_ok=True)
    made = []
    for number in range(count):
        file = files / f"{number:03}.mp4"
        if not file.exists():
            repeat(take, file, intervals=kind.intervals, first=number, title=f"{kind.name} {number}")
        made.append(file)
    return made


def pictures(form: Format, count: int, seed: int = 8) -> Iterator[np.ndarray]:
    """Yield uint8 (height, width, 3) RGB: photographs in turn, the view sliding and narrowing over each."""
    random = np.random.default_rng(seed)
    margin = 64
    shape = (form.height + margin, form.width + margin, 3)
    # Cheaper than new noise for each picture: one field, cut out at another place each time.
    brighter = np.abs(random.normal(0, 3.5, shape)).astype(np.uint8)
    darker = np.abs(random.normal(0, 3.5, shape)).astype(np.uint8)
    scene = np.empty(0)
    for number in range(count):
        step, turn = number % _SCENE_FRAMES, number // _SCENE_FRAMES
        if step == 0:
            scene = _scene(turn, form)
        progress = step / _SCENE_FRAMES
        zoom = 1 - 0.15 * progress
        # From the target's pixels to the scene's: what warpAffine calls the inverse map.
        move = np.array(
            [[zoom, 0, 0.2 * progress * form.width], [0, zoom, 0.05 * progress * form.height]], np.float32
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        view = cv2.warpAffine(scene, move, (form.width, form.height), flags=flags)
        down, across = random.integers(0, margin, 2)
        place = np.s_[down : down + form.height, across : across + form.width]
        yield cv2.subtract(cv2.add(view, brighter[place]), darker[place])


def _scene(turn: int, form: Format) -> np.ndarray:
    """Return a photograph with mirror images around it, somewhat larger than a picture."""
    photograph = cv2.imread(str(photograph_file(PHOTOGRAPHS[turn % len(PHOTOGRAPHS)])), cv2.IMREAD_COLOR)
    rgb = cv2.cvtColor(photograph, cv2.COLOR_BGR2RGB)
    scale = form.height / 540
    rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    height, width = round(form.height * 1.1), round(form.width * 1.25)
    missing = (max(0, height - rgb.shape[0]), max(0, width - rgb.shape[1]))
    padded = np.pad(rgb, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="symmetric")
    return np.ascontiguousarray(padded[:height, :width])
