"""Five small clips to try organizer on, made from photographs that ship inside two Python packages."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 360
FRAME_RATE = 12
SECONDS = 5
_NARROWEST_VIEW = 0.8


@dataclass(frozen=True, slots=True)
class DemoPhotograph:
    """A photograph that is there after installing ``organizer[demo]``."""

    name: str
    package: str
    file: str
    """Path inside the package."""
    credit: str


PHOTOGRAPHS = (
    DemoPhotograph(
        "cat", "skimage", "data/chelsea.png", "Chelsea the cat by Stefan van der Walt, CC0, in scikit-image"
    ),
    DemoPhotograph(
        "coffee", "skimage", "data/coffee.png", "Coffee cup by Rachel Michetti, CC0, in scikit-image"
    ),
    DemoPhotograph(
        "motorcycle",
        "skimage",
        "data/motorcycle_left.png",
        "Motorcycle of the Middlebury stereo data set by Daniel Scharstein and others, in scikit-image",
    ),
    DemoPhotograph(
        "flower",
        "sklearn",
        "datasets/images/flower.jpg",
        "Flower by vultilion (Flickr), CC BY 2.0, in scikit-learn",
    ),
    DemoPhotograph(
        "astronaut", "skimage", "data/astronaut.png", "Eileen Collins by NASA, public domain, in scikit-image"
    ),
)


def photograph_file(photograph: DemoPhotograph) -> Path:
    """Return where a photograph lies; nothing is downloaded.

    Raises:
        MissingDependencyError: its package is not installed.
    """
    spec = find_spec(photograph.package)
    if spec is None or spec.origin is None:
        raise MissingDependencyError(
            f"The demo needs photographs of the package {photograph.package}. "
            "Run: pip install scikit-image scikit-learn"
        )
    return Path(spec.origin).parent / photograph.file


def make_clips(folder: Path) -> list[Path]:
    """Write the clips as ``NAME.mp4`` and return their paths; clips that are there already are kept.

    Each is 5 s of 640 x 360: a slow pan and zoom over its photograph.

    Raises:
        MissingDependencyError: the photographs' packages are not installed.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clips = []
    for photograph in PHOTOGRAPHS:
        clip = folder / f"{photograph.name}.mp4"
        if not clip.exists():
            unfinished = clip.with_suffix(".part")
            _write(photograph_file(photograph), unfinished)
            unfinished.replace(clip)
        clips.append(clip)
    return clips


def _write(photograph: Path, clip: Path) -> None:
    import av
    import cv2

    rgb = cv2.cvtColor(cv2.imread(str(photograph), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    with av.open(str(clip), "w", format="mp4", options={"movflags": "faststart"}) as container:
        # H.264, for every browser plays it; a key frame a second, as cameras write them.
        stream = container.add_stream("libx264", rate=FRAME_RATE, options={"crf": "20", "g": str(FRAME_RATE)})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        frames = FRAME_RATE * SECONDS
        for number in range(frames):
            picture = _view(rgb, number / (frames - 1))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def _view(rgb: NDArray[np.uint8], progress: float) -> NDArray[np.uint8]:
    """Return the frame at a progress of 0..1: the view narrows and slides across the photograph."""
    import cv2
    import numpy as np

    height, width = rgb.shape[:2]
    widest = min(width, height * WIDTH / HEIGHT)
    view_width = widest * (1 - (1 - _NARROWEST_VIEW) * progress)
    view_height = view_width * HEIGHT / WIDTH
    left = (width - view_width) * (0.3 + 0.4 * progress)
    # What a photograph is about lies above its middle more often than below.
    top = (height - view_height) * 0.25
    cut = rgb[int(top) : int(top + view_height), int(left) : int(left + view_width)]
    return np.asarray(cv2.resize(cut, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
