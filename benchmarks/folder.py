"""A folder of 40 videos: how close a scan is to decoding and network alone.

python -m benchmarks folder

Key-frame decoding alone takes the same number of workers, which are ready before the clock starts; the
network alone runs on pictures that are there. Their times are added up, for without a GPU both want all
processors. The rest of the work is measured part by part.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.end_to_end import scan_seconds
from benchmarks.results_file import RESULTS, default_folder, write
from benchmarks.videos import H264_EACH_SECOND, Kind, make_videos
from organizer.bench.stages import storing
from organizer.bench.workers import WarmWorkers
from organizer.frames.decode import SHORT_SIDE, Decoded, decode
from organizer.frames.pictures.poster import PosterPicker
from organizer.frames.pictures.resize import squash
from organizer.frames.probe import probe
from organizer.frames.readers.reader import FrameReader
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.library.fingerprint import fingerprint
from organizer.models.catalogue import open_bundle
from organizer.pipeline.analyse import analyse
from organizer.pipeline.decoding.worker_count import default_workers
from organizer.tags.tagger import Tagger
from organizer.types import InputSpec, VideoFile

VIDEOS = 40
ACCEPTED = 1.25
_PARTS_VIDEOS = 3
"""Videos that the small parts are measured on; they are alike."""


def decode_alone(path: str, reader: FrameReader, short_side: int) -> int:
    """Decode one video, nothing else; return the number of pictures."""
    return sum(1 for _ in reader.read(path, short_side=short_side))


def measure(files: Sequence[Path], *, workers: int, repeat: int) -> dict[str, Any]:
    """Return the figures of a folder; seconds for all its videos."""
    tagger = Tagger(open_bundle())
    spec = tagger.bundle.input_spec
    reader = reader_for(Sampling.KEYFRAME, threads=1)
    few = [_decoded(file, reader, spec) for file in files[:_PARTS_VIDEOS]]
    analyses = analyse(few, tagger)
    pictures = [video.pictures for video in few]
    alone = partial(decode_alone, reader=reader, short_side=max(spec.size, SHORT_SIDE))
    scans, decodings, networks, starts = [], [], [], []
    for _ in range(repeat):
        scans.append(scan_seconds(files[0].parent, tagger, len(files), workers=workers) * len(files))
        with WarmWorkers(workers) as warm:
            starts.append(warm.start_s)
            decodings.append(warm.seconds(alone, [str(file) for file in files]))
        networks.append(_network_seconds(tagger, pictures, len(files)))
    ratios = [
        scan / (decoding + network)
        for scan, decoding, network in zip(scans, decodings, networks, strict=True)
    ]
    median = statistics.median
    return {
        "videos": len(files),
        "workers": workers,
        "repeat": repeat,
        "scan_s": scans,
        "decode_alone_s": decodings,
        "network_alone_s": networks,
        "ratio": median(ratios),
        "accepted": ACCEPTED,
        "reached": median(ratios) <= ACCEPTED,
        "rest_s": {
            "worker start": median(starts),
            **_worker_parts(files, few, reader, spec, workers),
            "PCA and quantiser": _per_video(lambda: _project(tagger, pictures), len(few)) * len(files),
            "classifier": _per_video(
                lambda: tagger.score([analysis.features for analysis in analyses]), len(few)
            )
            * len(files),
            "database": _storing(analyses) * len(files),
        },
    }


def _decoded(file: Path, reader: FrameReader, spec: InputSpec) -> Decoded:
    return decode(_video_file(file), reader, spec)


def _video_file(file: Path) -> VideoFile:
    status = file.stat()
    return VideoFile(str(file.parent), file.name, status.st_size, status.st_mtime_ns)


def _network_seconds(tagger: Tagger, pictures: Sequence[np.ndarray], videos: int) -> float:
    """Run the backbone alone over as many videos, in the groups that a scan makes."""
    backbone = tagger.bundle.space.backbone
    everything = np.concatenate([pictures[number % len(pictures)] for number in range(videos)])
    started = time.perf_counter()
    backbone.extract(everything)
    return time.perf_counter() - started


def _worker_parts(
    files: Sequence[Path], few: Sequence[Decoded], reader: FrameReader, spec: InputSpec, workers: int
) -> dict[str, float]:
    """Return what is done in the workers besides decoding, spread over them as the scan does."""
    chosen = [_video_file(file) for file in files[:_PARTS_VIDEOS]]
    frames = [frame.rgb for frame in reader.read(chosen[0].path, short_side=max(spec.size, SHORT_SIDE))]

    def poster() -> None:
        picker = PosterPicker()
        for rgb, small in zip(frames, few[0].pictures, strict=True):
            picker.add(rgb, small)
        picker.encode()

    parts = {
        "probe": _per_video(lambda: [probe(f.path, mtime_ns=f.mtime_ns) for f in chosen], len(chosen)),
        "poster": _per_video(poster, 1),
        "shrinking": _per_video(lambda: [squash(rgb, spec) for rgb in frames], 1),
        "sending pictures": _per_video(lambda: _send(few), len(few)),
    }
    shared = {name: seconds * len(files) / workers for name, seconds in parts.items()}
    in_main_s = _per_video(lambda: [fingerprint(f.path, f.size_bytes) for f in chosen], len(chosen))
    return {"fingerprint": in_main_s * len(files), **shared}


def _send(videos: Sequence[Decoded]) -> None:
    """Do what it costs to bring results from one process to another, without the pipe between them."""
    import pickle

    for video in videos:
        pickle.loads(pickle.dumps(video, protocol=pickle.HIGHEST_PROTOCOL))


def _project(tagger: Tagger, pictures: Sequence[np.ndarray]) -> None:
    space = tagger.bundle.space
    for video in pictures:
        vectors = np.ones((len(video), space.backbone.feature_dim), np.float32)
        space.quantiser.quantise(space.pca.project(vectors))


def _storing(analyses: Sequence[Any]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return storing(analyses, Path(folder) / "library.db")


def _per_video(work: Any, videos: int, runs: int = 5) -> float:
    """Return the median seconds a video."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) / videos)
    return statistics.median(times)


def run(*, kind: Kind, folder: Path, videos: int, workers: int, repeat: int, results: Path) -> dict[str, Any]:
    """Measure, print, write."""
    from rich.console import Console
    from rich.table import Table

    files = make_videos(kind, folder, videos)
    figures = {"kind": kind.words, **measure(files, workers=workers, repeat=repeat)}
    view = Table(title=f"{videos} videos, {kind.words}: seconds, {workers} workers")
    view.add_column("part")
    view.add_column("seconds", justify="right")
    for name in ("scan_s", "decode_alone_s", "network_alone_s"):
        view.add_row(name.removesuffix("_s").replace("_", " "), f"{statistics.median(figures[name]):.2f}")
    for name, seconds in figures["rest_s"].items():
        view.add_row(f"rest: {name}", f"{seconds:.2f}")
    Console().print(view)
    print(f"whole scan / (decoding alone + network alone) = {figures['ratio']:.3f} (accepted: {ACCEPTED})")
    write("folder", figures, results)
    return figures


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=VIDEOS)
    parser.add_argument("--workers", type=int, default=default_workers())
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=default_folder())
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    run(
        kind=H264_EACH_SECOND,
        folder=chosen.folder,
        videos=chosen.videos,
        workers=chosen.workers,
        repeat=chosen.repeat,
        results=chosen.results,
    )


if __name__ == "__main__":
    main()
