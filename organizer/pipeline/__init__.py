"""Joins the stages: folders -> videos -> frames -> features -> scores -> tags -> library."""

from organizer.pipeline.progress import (
    FileOutcome,
    Listed,
    OutcomeKind,
    RootOffline,
    ScanEvent,
    Stored,
    Vanished,
)
from organizer.pipeline.retag import RetagProgress, retag
from organizer.pipeline.scan import scan

__all__ = [
    "FileOutcome",
    "Listed",
    "OutcomeKind",
    "RetagProgress",
    "RootOffline",
    "ScanEvent",
    "Stored",
    "Vanished",
    "retag",
    "scan",
]
