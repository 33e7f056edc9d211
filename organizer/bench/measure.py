"""Measure all stages of a scan on some videos."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from organizer.bench.machine import this_machine
from organizer.bench.report import Report, ScanCost, Skipped, Stage, StageCost, Videos
from organizer.bench.stages import per_item, reading_rate, sampling_costs, scanning, storing
from organizer.errors import ScanError, VideoError
from organizer.frames.decode import Decoded
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.library.changes import Analysis
from organizer.pipeline.analyse import tagging
from organizer.pipeline.decoding.decoders import ProcessDecoders
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from organizer.bench.sample import Sample
    from organizer.tags.tagger import Tagger
    from organizer.types import InputSpec, VideoFile

_ENOUGH_PICTURES = 180


@dataclass(frozen=True, slots=True)
class Step:
    """What is measured next."""

    words: str
    """For example ``decoding``."""


def measure(sample: Sample, tagger: Tagger, *, workers: int, folder: Path) -> Iterator[Step | Report]:
    """Measure each stage alone and then a whole scan; nothing but ``folder`` is written to.

    Models are loaded before any clock starts. Videos that cannot be decoded are left out and named in the
    report.

    Args:
        sample: the videos.
        tagger: with the bundle to use.
        workers: how many videos are decoded at once.
        folder: an empty folder for libraries.

    Yields:
        A ``Step`` before each part, some seconds long each, and at the end the ``Report``.

    Raises:
        ScanError: not one of the videos can be decoded, or the workers cannot be started.
        BundleError: the model is missing or damaged.
    """
    yield Step("reading")
    bytes_a_second = reading_rate(sample.files)
    yield Step("looking at each video")
    decoded, skipped = _sound(sample, tagger.bundle.input_spec, workers)
    files, videos = list(decoded), list(decoded.values())
    yield Step("decoding")
    samplings, start_s = sampling_costs(files, tagger.bundle.input_spec, workers)
    yield Step("features")
    space = tagger.bundle.space
    few = [video.pictures for video in _first(videos)]
    space.extract(few[0][:1])
    started = time.perf_counter()
    features = space.extract_all(few)
    picture_s = (time.perf_counter() - started) / sum(map(len, few))
    frames = fmean(len(video.pictures) for video in videos)
    yield Step("classifying and storing")
    scores = tagger.score(features)
    classify_s = per_item(lambda: [tagger.suggest(video) for video in tagger.score(features)], len(features))
    analyses = [
        Analysis(video.info, stored, video.poster, tagging(tagger, stored, video_scores))
        for video, stored, video_scores in zip(videos, features, scores, strict=False)
    ]
    store_s = storing(analyses, folder / "stages.db")
    yield Step("a whole scan")
    scan_s = scanning(sample, files, tagger, workers, folder / "scan.db")
    decode_rate = samplings[0].all_workers
    stages = (
        StageCost(
            Stage.READ,
            bytes_a_second / 1e6,
            "MB/s",
            fmean(_bytes_looked_at(file, video) for file, video in decoded.items()) / bytes_a_second,
        ),
        StageCost(Stage.DECODE, decode_rate, "videos/s", 1 / decode_rate),
        StageCost(Stage.FEATURES, 1 / picture_s, "pictures/s", picture_s * frames),
        StageCost(Stage.CLASSIFY, 1 / classify_s, "videos/s", classify_s),
        StageCost(Stage.STORE, 1 / store_s, "videos/s", store_s),
    )
    yield Report(
        machine=this_machine(),
        workers=workers,
        videos=Videos(
            count=len(videos),
            found=sample.found,
            generated=sample.generated,
            mean_s=frames,
            widest=max(
                ((video.info.width, video.info.height) for video in videos),
                key=lambda size: size[0] * size[1],
            ),
            skipped=skipped,
        ),
        stages=stages,
        samplings=tuple(samplings),
        scan=ScanCost(len(files), scan_s, min(start_s, scan_s)),
    )


def _sound(
    sample: Sample, spec: InputSpec, workers: int
) -> tuple[dict[VideoFile, Decoded], tuple[Skipped, ...]]:
    """Decode every video as a scan does and tell those where that works from the others."""
    decoded: dict[VideoFile, Decoded] = {}
    skipped = []
    decoders = ProcessDecoders(reader_for(Sampling.AUTO, threads=1), spec, workers=workers)
    with closing(decoders):
        futures = [(file, decoders.submit(file)) for file in sample.files]
        for file, future in futures:
            try:
                result = future.result()
                assert isinstance(result, Decoded)
                decoded[file] = result
            except VideoError as error:
                skipped.append(Skipped(file.path, error.reason))
    if not decoded:
        first = skipped[0]
        raise ScanError(
            f"{sample.folder}: not one of {len(skipped)} videos can be decoded; "
            f"of {first.path}: {first.reason}. "
            "Name a folder with videos that play, or none at all."
        )
    return decoded, tuple(skipped)


def _first(videos: list[Decoded]) -> list[Decoded]:
    """Return as many videos as have pictures enough to tell the network's speed."""
    pictures = 0
    for count, video in enumerate(videos, start=1):
        pictures += len(video.pictures)
        if pictures >= _ENOUGH_PICTURES:
            return videos[:count]
    return videos


def _bytes_looked_at(file: VideoFile, video: Decoded) -> float:
    """Return about how much of a file its first 45 seconds are."""
    duration_s = video.info.duration_s
    if duration_s is None or duration_s <= MAX_SECONDS:
        return file.size_bytes
    return file.size_bytes * MAX_SECONDS / duration_s
