"""Reports with known figures."""

from __future__ import annotations

from typing import Any

from organizer.bench.machine import Machine
from organizer.bench.report import Report, SamplingCost, ScanCost, Skipped, Stage, StageCost, Videos

UNITS = {Stage.READ: "MB/s", Stage.FEATURES: "pictures/s"}


def report(seconds: dict[Stage, float] | None = None, **changes: Any) -> Report:
    """Return a report whose stages take the given seconds a video, 1 ms those not given."""
    seconds = seconds or {Stage.DECODE: 0.5}
    stages = tuple(
        StageCost(
            stage, 1 / seconds.get(stage, 0.001), UNITS.get(stage, "videos/s"), seconds.get(stage, 0.001)
        )
        for stage in Stage
    )
    values: dict[str, Any] = {
        "machine": Machine("Linux", "x86_64", 2, ("avx2",)),
        "workers": 2,
        "videos": Videos(4, 9, False, 30.0, (1920, 1080), ()),
        "stages": stages,
        "samplings": (SamplingCost("auto", 1.1, 2.0), SamplingCost("exact", 0.25, 0.4)),
        "scan": ScanCost(4, 4.4, 0.4),
    }
    return Report(**{**values, **changes})


SKIPPED = Skipped("/videos/broken.mp4", "the file is damaged")
