"""Joins the stages: folders -> videos -> frames -> features -> scores -> tags -> library."""

from organizer.pipeline.progress import (
    FileOutcome,
    LeftBehind,
    Listed,
    ModelUnusable,
    OutcomeKind,
    Rejoined,
    RootOffline,
    ScanEvent,
    Stored,
    Undecided,
    Vanished,
)
from organizer.pipeline.refresh import refresh
from organizer.pipeline.retag import RetagProgress, retag
from organizer.pipeline.scan import scan
from organizer.stopping import StoppedError

__all__ = [
    "FileOutcome",
    "LeftBehind",
    "Listed",
    "ModelUnusable",
    "OutcomeKind",
    "Rejoined",
    "RetagProgress",
    "RootOffline",
    "ScanEvent",
    "StoppedError",
    "Stored",
    "Undecided",
    "Vanished",
    "refresh",
    "retag",
    "scan",
]
