"""What a scan reports while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.library.changes import Adopted, Alike

if TYPE_CHECKING:
    from organizer.frames.folders.left_out import LeftOut
    from organizer.pipeline.looking_cost import LookingCost


@dataclass(slots=True)
class AtHand:
    """Which file a scan looks at; the scan writes it, whoever shows the scan reads it now and then."""

    path: str | None = None
    """Absolute; of several the one that was begun first. None before the first."""


class OutcomeKind(StrEnum):
    """What became of one file."""

    NEW = "new"
    CHANGED = "changed"
    """Its content is another than at the last scan."""
    LOOKED_AT_AGAIN = "looked at again"
    """Its content is that of the last scan; a person wanted it looked at, or the model had not seen it."""
    MOVED = "moved"
    """Known content at a new place, the old place is gone; tags and features are kept."""
    COPY = "copy"
    """Known content that lies elsewhere too."""
    UNCHANGED = "unchanged"
    """Only its date is another: the content is that of the last scan."""
    UPDATED = "updated"
    """Its pictures are those of the last scan; what its container says of them is not."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file that its size and date did not show to be unchanged."""

    path: str
    """Absolute."""
    kind: OutcomeKind
    reason: str | None = None
    """Why it failed."""
    tags: tuple[str, ...] = ()
    """The tags that the model suggests and it carries now, best first: a rejected one is not among them, a
    confirmed one is, also where the model would say maybe."""
    changes: tuple[str, ...] = ()
    """What is another fact now, as words: ``taken 2022-03-04T05:06:07 -> 2006-06-09``."""
    maybes: tuple[str, ...] = ()
    """The tags that may be and about which nobody decided, best first."""
    where: str | None = None
    """What the computer is called that looked at it; None for this one."""


@dataclass(frozen=True, slots=True)
class RootOffline:
    """A known root is not there; its videos are kept as they are."""

    path: str


@dataclass(frozen=True, slots=True)
class Listed:
    """All folders were walked; what is to do is known."""

    videos: int
    """Files that look like videos."""
    unchanged: int
    """Those that cost no more than the walk."""
    returned: int
    """Those of the unchanged that had been missing."""
    to_do: int
    links_not_followed: int
    unreadable_folders: tuple[str, ...]
    """Absolute paths."""
    cloud_only: int = 0
    """New or changed videos that were not read because they lie only in a cloud."""
    left_out: tuple[LeftOut, ...] = ()
    """What looks like a video, belongs to one or is a folder, and was left alone."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One more file is done and in the library."""

    outcome: FileOutcome
    done: int
    to_do: int


@dataclass(frozen=True, slots=True)
class Rejoined:
    """What a person decided about a video whose file is gone went to a new one: it is the same recording."""

    adopted: Adopted


@dataclass(frozen=True, slots=True)
class Undecided:
    """A video whose file is gone kept its decisions, for more than one new video may be it."""

    alike: Alike


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Another recording lies in the place of a video, which kept what a person decided about it."""

    old_id: int
    path: str
    """Absolute, where it lay."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """The scan reached its end; these videos are missing since the last one."""

    paths: tuple[str, ...]
    """Absolute."""
    stranded: int = 0
    """How many missing videos, of any scan, hold decisions of a person."""


@dataclass(frozen=True, slots=True)
class ModelUnusable:
    """The model in use cannot be run here; the scan goes on with another one."""

    reason: str
    """Why, and what to do, full sentences."""
    to_do: int
    """Files that the other model looks at: new and changed ones, and those it has no features of."""


@dataclass(frozen=True, slots=True)
class NewForModel:
    """Known videos, unchanged, have to be looked at once more: only other models did so far."""

    bundle: str
    """Name and version of the model."""
    cost: LookingCost


@dataclass(frozen=True, slots=True)
class NodeJoined:
    """One more computer looks at videos."""

    name: str
    workers: int
    """How many it looks at at once."""


@dataclass(frozen=True, slots=True)
class NodeRefused:
    """A computer of the cluster takes no part."""

    name: str
    reason: str
    """Why, and what to do, full sentences."""


@dataclass(frozen=True, slots=True)
class NodeLost:
    """A computer that took part is gone."""

    name: str
    given_back: int
    """Files that it had; others look at them again."""


@dataclass(frozen=True, slots=True)
class DoneElsewhere:
    """A file was not looked at by the computer that was asked first."""

    path: str
    """Absolute."""
    where: str
    """What looks at it now: ``here``, or the name of a computer that it is sent to."""
    reason: str
    """No full stop at the end."""


@dataclass(frozen=True, slots=True)
class FilesSent:
    """A computer does not see a folder: files of it are sent there, whole.

    Told once each time the computer joins.
    """

    name: str
    root: str
    """Absolute path of the folder here."""


WorkersEvent = NodeJoined | NodeRefused | NodeLost | DoneElsewhere | FilesSent
"""What happens to the computers that look at videos."""

ScanEvent = (
    RootOffline
    | Listed
    | ModelUnusable
    | NewForModel
    | Stored
    | WorkersEvent
    | Rejoined
    | Undecided
    | LeftBehind
    | Vanished
)
