"""What was measured, and the conclusions from it: no clock, no video."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from organizer.bench.machine import Machine

FORMAT = 1
"""Of ``Report.as_json``; changes when a field changes its meaning or goes away."""
MANY = 1000
"""Videos that the time is estimated for."""


class Stage(StrEnum):
    """A part of a scan's work, in the order a video goes through them."""

    READ = "read"
    DECODE = "decode"
    FEATURES = "features"
    CLASSIFY = "classify"
    STORE = "store"


_LIMITS = {
    Stage.READ: ("Reading", "A faster disk or network would help most."),
    Stage.DECODE: ("Decoding", "More or faster processor cores would help most."),
    Stage.FEATURES: ("Feature extraction", "More or faster processor cores would help most."),
    Stage.CLASSIFY: ("Classifying", "A faster processor would help most."),
    Stage.STORE: ("Storing", "A faster disk for the library would help most."),
}


@dataclass(frozen=True, slots=True)
class StageCost:
    """How fast a stage is when nothing else runs."""

    stage: Stage
    rate: float
    """How many ``unit``; positive."""
    unit: str
    """``MB/s``, ``videos/s`` or ``pictures/s``."""
    video_s: float
    """Seconds that one video takes, with all workers where the stage has several."""


@dataclass(frozen=True, slots=True)
class SamplingCost:
    """What decoding costs with one way to choose frames."""

    sampling: str
    """As for ``organizer scan --sampling``."""
    one_worker: float
    """Videos a second on one processor."""
    all_workers: float
    """Videos a second with all workers."""


@dataclass(frozen=True, slots=True)
class ScanCost:
    """A whole scan of the videos into an empty library."""

    videos: int
    seconds: float
    start_s: float
    """What of it starts the workers, once a scan."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A video that could not be measured."""

    path: str
    """Absolute."""
    reason: str


@dataclass(frozen=True, slots=True)
class Videos:
    """What was measured with."""

    count: int
    found: int
    """Videos in the folder that they were taken from."""
    generated: bool
    """Made for the occasion, for no folder was given."""
    mean_s: float
    """Seconds of them that are looked at, on average."""
    widest: tuple[int, int]
    """Width and height in pixels of the largest one."""
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that ``organizer bench`` says."""

    machine: Machine
    workers: int
    videos: Videos
    stages: tuple[StageCost, ...]
    """One of each stage, in order."""
    samplings: tuple[SamplingCost, ...]
    """The one that scans use first."""
    scan: ScanCost

    @property
    def limiting(self) -> StageCost:
        """The stage that takes most of a video's time."""
        return max(self.stages, key=lambda cost: cost.video_s)

    @property
    def stages_s(self) -> float:
        """Seconds that a video takes in all stages together."""
        return sum(cost.video_s for cost in self.stages)

    @property
    def limit(self) -> str:
        """The limiting stage in a sentence, and what would help."""
        words, advice = _LIMITS[self.limiting.stage]
        share = self.limiting.video_s / self.stages_s
        return (
            f"{words} limits: {seconds(self.limiting.video_s)} of the {seconds(self.stages_s)} that a video "
            f"takes ({share:.0%}). {advice}"
        )

    @property
    def scan_video_s(self) -> float:
        """Seconds a video in the whole scan, the workers' start left out."""
        beyond_start = (self.scan.seconds - self.scan.start_s) / self.scan.videos
        # Workers of the scan may have started quicker than those that were measured; nothing outruns its
        # slowest stage for all that.
        return max(beyond_start, self.limiting.video_s)

    @property
    def videos_per_minute(self) -> float:
        """How many videos like these a long scan does."""
        return 60 / self.scan_video_s

    @property
    def many_s(self) -> float:
        """Seconds that 1,000 videos like these would take."""
        return self.scan.start_s + MANY * self.scan_video_s

    def as_json(self) -> dict[str, Any]:
        """Return everything, conclusions included, in plain values."""
        return {
            "format": FORMAT,
            **asdict(self),
            "limit": {"stage": self.limiting.stage, "sentence": self.limit},
            "videos_per_minute": self.videos_per_minute,
            "seconds_for_1000": self.many_s,
        }


def seconds(value: float) -> str:
    """Return seconds with two digits that count: ``12 s``, ``0.46 s``, ``3.1 ms``."""
    if value < 0.0995:
        return f"{value * 1000:.2g} ms" if value < 0.00995 else f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 9.95 else f"{value:.0f} s"
