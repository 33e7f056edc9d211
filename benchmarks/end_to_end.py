"""Whole scans against the published notebook's way: python -m benchmarks end_to_end.

Both ways run in turn in one process, on the same machine and files, their networks loaded before the clock
starts. A scan is timed from call to end: a new library, its workers' start, posters and database included.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from benchmarks.baseline import Extract, one_by_one, tag_video
from benchmarks.memory import peak_of
from benchmarks.results_file import RESULTS, default_folder, write
from benchmarks.videos import H264_EACH_250, H264_EACH_SECOND, HEVC_4K, Kind, make_videos
from organizer.frames.readers.sampling import Sampling
from organizer.library import Library
from organizer.models.bundle import load_bundle
from organizer.models.catalogue import open_bundle
from organizer.pipeline.progress import OutcomeKind, Stored
from organizer.pipeline.scan import scan
from organizer.tags.tagger import Tagger
from tests.corpus import CORPUS

VIDEOS = 8
BASELINE_VIDEOS = 2
"""The notebook's way takes the same time for each; two are enough."""
MEMORY_LIMIT_MB = 1200


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison."""

    name: str
    words: str
    accepted: float
    """How many times as fast organizer must be."""
    kind: Kind | None
    """None means the corpus's files."""
    inception: bool = False


CASES = (
    Case("h264-gop30", H264_EACH_SECOND.words, 7.5, H264_EACH_SECOND),
    Case("h264-gop250", H264_EACH_250.words, 1.6, H264_EACH_250),
    Case("hevc-4k", HEVC_4K.words, 12.0, HEVC_4K),
    Case("corpus", "the corpus's files", 2.0, None),
    Case("inception", f"Inception v3, {H264_EACH_SECOND.words}", 3.0, H264_EACH_SECOND, inception=True),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of one case; times in seconds a video, one for each round."""

    name: str
    words: str
    accepted: float
    videos: int
    baseline_videos: int
    baseline_s: list[float]
    ours_s: list[float]

    @property
    def ratio(self) -> float:
        """The median over the rounds: one round's two times were measured next to each other."""
        return statistics.median(
            theirs / ours for theirs, ours in zip(self.baseline_s, self.ours_s, strict=True)
        )

    def as_json(self) -> dict[str, Any]:
        """Return it with its conclusions."""
        return {
            **asdict(self),
            "baseline_median_s": statistics.median(self.baseline_s),
            "ours_median_s": statistics.median(self.ours_s),
            "ratio": self.ratio,
            "reached": self.ratio >= self.accepted,
        }


def scan_seconds(folder: Path, tagger: Tagger, videos: int, *, workers: int | None = None) -> float:
    """Scan a folder into a new library; return seconds a video.

    Raises:
        RuntimeError: not every video was stored.
    """
    # A scan before this one may have left the process that workers are forked from.
    forkserver._forkserver._stop()
    with tempfile.TemporaryDirectory() as library, Library.open(Path(library) / "library.db") as opened:
        started = time.perf_counter()
        events = list(scan(opened, tagger, Sampling.AUTO, [str(folder)], workers=workers))
        passed = time.perf_counter() - started
    kinds = [event.outcome.kind for event in events if isinstance(event, Stored)]
    if kinds != [OutcomeKind.NEW] * videos:
        raise RuntimeError(f"of {videos} videos the scan stored {kinds}")
    return passed / videos


def baseline_seconds(files: Sequence[Path], tagger: Tagger, extract: Extract) -> float:
    """Tag files the notebook's way; return seconds a video."""
    started = time.perf_counter()
    for file in files:
        tag_video(file, tagger, extract)
    return (time.perf_counter() - started) / len(files)


def compare(
    case: Case, files: list[Path], baseline_files: list[Path], repeat: int, models: Callable[[bool], Any]
) -> Comparison:
    """Measure both ways in turn; ``models(inception)`` gives the tagger and the notebook's network."""
    tagger, extract = models(case.inception)
    baseline_s, ours_s = [], []
    for _ in range(repeat):
        baseline_s.append(baseline_seconds(baseline_files, tagger, extract))
        ours_s.append(scan_seconds(files[0].parent, tagger, len(files)))
    return Comparison(
        case.name, case.words, case.accepted, len(files), len(baseline_files), baseline_s, ours_s
    )


class Models:
    """Loads each model once, and runs it once before any clock starts."""

    def __init__(self, folder: Path, model: Path | None = None) -> None:
        """folder: where generated networks are kept; model: of a bundle in place of the one in use."""
        self._folder, self._model = folder, model
        self._loaded: dict[bool, tuple[Tagger, Extract]] = {}

    def __call__(self, inception: bool) -> tuple[Tagger, Extract]:
        """Return a tagger and the notebook's way to run its network on one picture."""
        if inception not in self._loaded:
            self._loaded[inception] = self._inception() if inception else self._lite()
        return self._loaded[inception]

    def _lite(self) -> tuple[Tagger, Extract]:
        tagger = Tagger(load_bundle(self._model) if self._model else open_bundle())
        return warm(tagger, tagger.bundle.space.backbone.extract)

    def _inception(self) -> tuple[Tagger, Extract]:
        from benchmarks.networks import inception_tagger

        tagger = inception_tagger(self._folder)
        return warm(tagger, one_by_one(tagger.bundle.folder))


def warm(tagger: Tagger, extract: Extract) -> tuple[Tagger, Extract]:
    """Run a model and the notebook's network once, and return both."""
    import numpy as np

    size = tagger.bundle.input_size
    black = np.zeros((1, size, size, 3), np.uint8)
    extract(black)
    tagger.score([tagger.bundle.space.extract(black)])
    return tagger, extract


def memory(folder: Path) -> dict[str, Any]:
    """Watch ``organizer scan`` of a folder, with a library of its own."""
    with tempfile.TemporaryDirectory() as library:
        command = [sys.executable, "-m", "organizer", "--library", library, "scan", str(folder)]
        peak = peak_of(command)
    return {
        **asdict(peak),
        "accepted_mb": MEMORY_LIMIT_MB,
        "reached": peak.resident_mb < MEMORY_LIMIT_MB,
    }


def run(
    cases: Sequence[Case],
    *,
    folder: Path,
    videos: int,
    repeat: int,
    results: Path,
    model: Path | None = None,
) -> list[Comparison]:
    """Measure cases, print them as they are done, write the result; ``model`` as for ``Models``."""
    models = Models(folder, model)
    done: list[Comparison] = []
    peak: dict[str, Any] | None = None
    for case in cases:
        if case.kind is None:
            if not (CORPUS / "clips.csv").is_file():
                print(f"{case.words}: LEFT OUT, THE CORPUS OF REAL CLIPS IS NOT THERE")
                continue
            files = baseline_files = sorted((CORPUS / "video").iterdir())
        else:
            files = make_videos(case.kind, folder, videos)
            baseline_files = files[:BASELINE_VIDEOS]
        done.append(compare(case, files, baseline_files, repeat, models))
        last = done[-1].as_json()
        print(
            f"{case.words}: notebook {last['baseline_median_s']:.2f} s a video, organizer "
            f"{last['ours_median_s']:.2f}: {last['ratio']:.1f}x (accepted: {case.accepted}x)",
            flush=True,
        )
        # It is that of the command, which knows the model in use alone.
        if case.kind is HEVC_4K and model is None:
            peak = memory(files[0].parent)
            print(f"memory of a scan of 4K videos: {peak['resident_mb']:.0f} MB", flush=True)
    write(
        "end_to_end",
        {"repeat": repeat, "cases": [comparison.as_json() for comparison in done], "memory_4k": peak},
        results,
    )
    return done


def table(done: Sequence[Comparison]) -> None:
    """Print all figures."""
    from rich.console import Console
    from rich.table import Table

    view = Table(title="Seconds a video, medians")
    for column in ("videos", "notebook", "organizer", "times as fast", "accepted"):
        view.add_column(column, justify="left" if column == "videos" else "right")
    for comparison in done:
        figures = comparison.as_json()
        view.add_row(
            comparison.words,
            f"{figures['baseline_median_s']:.2f}",
            f"{figures['ours_median_s']:.2f}",
            f"{comparison.ratio:.1f}",
            f"{comparison.accepted:.1f}",
        )
    Console().print(view)


def main() -> None:
    """Read the command line and run."""
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=names, default=names)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--videos", type=int, default=VIDEOS)
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--model", type=Path, help="folder of a bundle in place of the one in use")
    chosen = parser.parse_args()
    cases = [case for case in CASES if case.name in chosen.kinds]
    done = run(
        cases,
        folder=chosen.folder,
        videos=chosen.videos,
        repeat=chosen.repeat,
        results=chosen.results,
        model=chosen.model,
    )
    table(done)


if __name__ == "__main__":
    main()
