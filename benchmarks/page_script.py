"""How long a run of the page's script takes: python -m benchmarks page_script [VIDEOS]."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from organizer.config import Settings
from organizer.types import LABELS
from organizer.ui.resources import use
from tests.gallery_server.seed import SeedVideo, keys, seed

RUNS = 15


def measure(name: str, **query: str) -> None:
    """Print the median and the slowest of some runs, after one that is not counted."""
    from streamlit.testing.v1 import AppTest

    from organizer.ui.server.app import main_script

    page = AppTest.from_file(str(main_script()), default_timeout=60)
    for parameter, value in query.items():
        page.query_params[parameter] = value
    page.run()
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        page.run()
        times.append((time.perf_counter() - started) * 1000)
    print(f"{name:24} median {statistics.median(times):6.1f} ms, slowest {max(times):6.1f} ms")


def main() -> None:
    """Make a library and measure the views."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library.db"
        use(Settings(library))
        videos = [
            SeedVideo(
                f"{number % 50}/clip {number:05}.mp4",
                (LABELS[number % 10], LABELS[number % 7])
                if number % 7 != number % 10
                else (LABELS[number % 10],),
            )
            for number in range(count)
        ]
        seed(library, Path(folder), videos, poster=b"RIFF")
        measure("grid")
        measure("sorted by name", sort="name", order="up")
        measure("tag and text", any="Animal", text="clip 1")
        measure("text, not ASCII", text="ü")
        measure("three tags, a state", all="Animal", none="Food", state="suggested")
        measure("one video", video=keys(library)["1/clip 00001.mp4"])


if __name__ == "__main__":
    main()
