"""Joins the stages: folders -> videos -> frames -> features -> scores -> tags -> library."""

from organizer.pipeline.progress import (
    FileOutcome,
    Listed,
    ModelUnusable,
    OutcomeKind,
    RootOffline,
    ScanEvent,
    Stored,
    Vanished,
)
from organizer.pipeline.refresh import refresh
from organizer.pipeline.retag import RetagProgress, retag
from organizer.pipeline.scan import scan
from organizer.stopping import StoppedError

__all__ = [
    "FileOutcome",
    "Listed",
    "ModelUnusable",
    "OutcomeKind",
    "RetagProgress",
    "RootOffline",
    "ScanEvent",
    "StoppedError",
    "Stored",
    "Vanished",
    "refresh",
    "retag",
    "scan",
]
