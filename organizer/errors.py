"""Every error that organizer raises on purpose.

    OrganizerError
    |-- VideoError                 one file cannot be used; the scan goes on with the next
    |   |-- NotAVideoError         its content is not a video (empty, text, audio only, ...)
    |   `-- UnreadableVideoError   a video that cannot be opened or decoded
    |       `-- NotNowError        nothing need be wrong with it; the next scan tries it again
    |           `-- OutOfMemoryError  there was not enough memory for it, whoever has the rest
    |-- FolderError                a folder to scan does not exist or is no folder
    |-- ScanError                  a scan cannot go on
    |   `-- ClusterError           the computers to share it cannot be used
    |-- LibraryError               the library file cannot be used
    |   |-- LibraryTooNewError     it was written by a newer organizer
    |   |-- UnknownVideoError      no video in the library is meant by that path or id
    |   |-- NotLookedAtError       nothing is stored of what a video, or a second of it, shows
    |   |-- NotMissingError        what was decided about a video that is there was to be moved
    |   |-- InvalidTagError        a tag name that cannot be stored
    |   `-- InvalidSearchError     a search, or its name, that cannot be stored
    |-- BundleError                a model bundle is missing, damaged or of a wrong shape
    |   `-- FeatureSpaceError      features of one space were given to the classifier of another
    |-- DownloadError              a part of a model cannot be downloaded
    |-- StorageError               there is no room, or no right, to store a model's files
    |-- GalleryError               the gallery's server cannot be started
    |-- DesktopError               a player or file manager of this computer cannot be started
    |-- JobError                   a scan, or tagging again, cannot be started as a job of its own
    |   `-- JobRunningError        another job of this library runs
    |-- QueryError               what was typed to search for is no search
    |-- PathMapError               what is to say where a folder lies elsewhere does not say it
    |-- DatasetError               a folder of features cannot be read, or holds others
    |-- TeachingError              a tag cannot be learnt from what there is
    |-- ReviewError                there is nothing to go through, or it is not kept any more
    |-- TrainingDataError          the corpus or the weights to train from cannot be used
    |-- MissingDependencyError     an optional package or a system library is not there
    `-- OutputError                what a command prints cannot be written
        `-- OutputClosedError      whoever read it has seen enough

Each message says what happened, to which file, and what to do next.
"""

from __future__ import annotations


class OrganizerError(Exception):
    """Root of the tree: something a person can act upon; never shown as a traceback."""

    def __init__(self, message: str, *, ends_in_command: bool = False) -> None:
        super().__init__(message)
        self.ends_in_command = ends_in_command
        """Whether its last words are a command about the library: a terminal adds which one was chosen."""


class VideoError(OrganizerError):
    """One file cannot be used."""

    def __init__(self, path: str, reason: str, advice: str) -> None:
        super().__init__(f"{path}: {reason}. {advice}")
        self.path = path
        """Absolute path of the file."""
        self.reason = reason
        """What is wrong, without the path, no full stop at the end."""
        self.advice = advice
        """What the person can do, a full sentence."""

    def __reduce__(self) -> tuple[type[VideoError], tuple[str, ...]]:
        """Pickle what it was made from: errors come back from the processes that decode."""
        return type(self), (self.path, self.reason, self.advice)


class NotAVideoError(VideoError):
    """The content of the file is not a video."""


class UnreadableVideoError(VideoError):
    """The file is a video, but it cannot be opened or decoded."""


class NotNowError(UnreadableVideoError):
    """Nothing need be wrong with the file itself; the next scan tries it again."""


class OutOfMemoryError(NotNowError):
    """There was not enough memory for a file, be it that it asks for too much or that others have it."""


class FolderError(OrganizerError):
    """A folder to scan does not exist or is no folder."""


class ScanError(OrganizerError):
    """A scan cannot go on, whatever the file."""


class ClusterError(ScanError):
    """The computers that shall share a scan cannot be reached or used."""


class LibraryError(OrganizerError):
    """The library file cannot be opened, read or written."""


class LibraryTooNewError(LibraryError):
    """The library was written by a newer organizer."""


class UnknownVideoError(LibraryError):
    """No video in the library is meant by that path or id."""


class NotLookedAtError(LibraryError):
    """Nothing is stored of what a video, or one second of it, shows."""

    def __init__(self, path: str, reason: str, advice: str, *, ends_in_command: bool = False) -> None:
        super().__init__(f"{path}: {reason} {advice}", ends_in_command=ends_in_command)
        self.reason = reason[:1].upper() + reason[1:]
        """Why, a full sentence for where the video itself is in sight."""


class NotMissingError(LibraryError):
    """Decisions can only be moved from a missing video to one that is there."""


class InvalidTagError(LibraryError):
    """A tag name that cannot be stored."""


class InvalidSearchError(LibraryError):
    """A search, or its name, that cannot be stored."""


class BundleError(OrganizerError):
    """A model bundle is missing, damaged or of a wrong shape."""


class FeatureSpaceError(BundleError):
    """Features of one space were given to the classifier of another."""


class DownloadError(OrganizerError):
    """A part of a model cannot be downloaded; what came so far is kept, unless it was wrong."""


class StorageError(OrganizerError):
    """There is no room, or no right, to store a model's files."""


class GalleryError(OrganizerError):
    """The gallery's server cannot be started."""


class DesktopError(OrganizerError):
    """A player or file manager of this computer cannot be started."""


class JobError(OrganizerError):
    """A scan, or tagging again, cannot be started as a job of its own."""


class JobRunningError(JobError):
    """Another job, a scan or tagging again, of this library runs."""


class QueryError(OrganizerError):
    """What was typed to search for cannot be understood."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        """What is wrong and what to write instead, for people."""
        self.start = start
        """Where in the text it is wrong: the first character, counted from 0."""
        self.end = end
        """One behind the last character; never before ``start``."""

    def __reduce__(self) -> tuple[type[QueryError], tuple[str, int, int]]:
        """Pickle what it was made from."""
        return type(self), (self.message, self.start, self.end)


class PathMapError(OrganizerError):
    """What is to say where a folder lies elsewhere does not say it."""


class DatasetError(OrganizerError):
    """A folder of features cannot be read, or holds others than are wanted."""


class TeachingError(OrganizerError):
    """A tag cannot be learnt from what there is."""


class ReviewError(OrganizerError):
    """There is nothing to go through, or it is not kept any more."""


class TrainingDataError(OrganizerError):
    """The corpus or the weights to train from cannot be used."""


class MissingDependencyError(OrganizerError):
    """An optional package or a system library is not there."""


class OutputError(OrganizerError):
    """What a command prints cannot be written."""


class OutputClosedError(OutputError):
    """Whoever read what a command prints has seen enough, as ``head`` does."""
