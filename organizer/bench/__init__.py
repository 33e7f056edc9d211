"""What this machine does at each stage of a scan, and which stage limits."""

from organizer.bench.measure import Step, measure
from organizer.bench.report import Report, ScanCost, Skipped, Stage, StageCost, Videos
from organizer.bench.sample import Sample, choose, generate

__all__ = [
    "Report",
    "Sample",
    "ScanCost",
    "Skipped",
    "Stage",
    "StageCost",
    "Step",
    "Videos",
    "choose",
    "generate",
    "measure",
]
