"""How long teaching a tag takes in a large library: python -m benchmarks teach [--videos N] [--library FILE].

The library is that of ``python -m benchmarks similar``: drawn scenes, as many rows of features a video as the
bundled model stores. Ten videos get a tag; measured are learning it, the first time in a process and then
again, and suggesting it to all others, the first time and again, when nothing changes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.results_file import RESULTS, write
from benchmarks.similar import make_library
from organizer.library import Library
from organizer.models.catalogue import open_bundle
from organizer.teaching.teach import suggest, teach

VIDEOS = 100_000
EXAMPLES = 10
_TAG = "Taught"


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks teach")
    parser.add_argument("--videos", type=int, default=VIDEOS)
    parser.add_argument("--library", type=Path, help="a library that was made before; the tag is given in it")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = options.library or Path(folder) / "library.db"
        if options.library is None:
            make_library(library, options.videos)
        result = measure(library)
    print(result)
    print(write("teach", result, options.output))


def measure(path: Path) -> dict[str, Any]:
    """Teach a tag in a library and return how long each part took."""
    bundle = open_bundle()
    with Library.open(path) as library:
        videos = library.teaching.featured(bundle.space_id)
        for video_id in videos[:: len(videos) // EXAMPLES][:EXAMPLES]:
            library.confirm(video_id, _TAG)
        took: dict[str, float] = {}
        for name in ("first", "again"):
            started = time.perf_counter()
            tag = teach(library, bundle, _TAG)
            took[f"learn_{name}_s"] = round(time.perf_counter() - started, 2)
            library.teaching.store(tag)
            started = time.perf_counter()
            for _ in suggest(library, bundle, tag):
                pass
            took[f"suggest_{name}_s"] = round(time.perf_counter() - started, 1)
        return {"videos": len(videos), "maybes": library.maybe_counts().get(_TAG, 0), **took}


if __name__ == "__main__":
    main()
