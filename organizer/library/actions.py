"""What a person does to videos and tags as steps that can be undone, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from organizer.types import TagState


@dataclass(frozen=True, slots=True)
class TagChange:
    """A decision about a tag of some videos."""

    tag: str
    """A built-in label, or any words of the person's own; a maybe may be named ``Dance?``."""
    state: TagState | None
    """Confirmed: it fits. Rejected: it does not, and no model suggests it again; a tag of one's own that no
    model knows simply goes. None: whatever was decided is forgotten, and what the newest tagging says
    stands."""


@dataclass(frozen=True, slots=True)
class MarkChange:
    """New marks of some videos; None leaves a mark as it is."""

    favourite: bool | None = None
    hidden: bool | None = None
    rating: int | None = None
    """1 to 5; 0 takes the rating away."""


Change: TypeAlias = "TagChange | MarkChange"


class StepKind(StrEnum):
    """What a step did."""

    TAG = "tag"
    MARK = "mark"
    RENAME_TAG = "rename_tag"
    MERGE_TAGS = "merge_tags"
    DELETE_TAG = "delete_tag"
    COLOUR_TAG = "colour_tag"
    HIDE_LABEL = "hide_label"
    FORGET_FOLDER = "forget_folder"
    EXCLUDE = "exclude"
    INCLUDE = "include"
    RETAG = "retag"
    MERGE = "merge"
    """Another library was merged into this one."""
    UNLEARN_TAG = "unlearn_tag"
    """What was learnt of a tag was forgotten."""
    KEEP_DECISIONS = "keep_decisions"
    """What was decided about doubles went to the one that is kept."""
    MOVE = "move"
    """Originals were moved away; only ``organizer duplicates --undo-move`` moves them back."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to any number of videos at once."""

    id: int
    """0 for one that changed nothing, which is not in the history."""
    kind: StepKind
    words: str
    """What was done, for people: ``Tagged Dance``. How many videos it was stands beside it."""
    videos: int
    """How many it changed; of a move, how many files it moved."""
    at: str
    """ISO 8601 in UTC: when it was done."""
    undone: bool
    undoable: bool = True
    """Whether it can be undone, or done again, at all: what that takes is kept, which old runs of tagging
    again have lost. Of a move, whether a file of it is still to be moved back."""
    video_id: int | None = None
    """The video that it was about, where it decided about one alone."""

    @property
    def moves_files(self) -> bool:
        """Whether it moved originals: then the history tells of it, and another command takes it back."""
        return self.kind is StepKind.MOVE

    @property
    def noun(self) -> str:
        """What it is so many of."""
        return "file" if self.moves_files else "video"


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What became of undoing or redoing a step; true where it was done, if only in part."""

    done: bool
    videos: int = 0
    """Videos that are as they were before it, or after it again."""
    kept: int = 0
    """Videos that stay as they are."""
    reasons: tuple[str, ...] = field(default=())
    """Sentences: what could not be restored, and why."""

    def __bool__(self) -> bool:
        """Whether anything was undone or redone."""
        return self.done
