"""What is written to a library, and what that did to it, as values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum
from typing import TYPE_CHECKING

from organizer.types import EVERY_SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from organizer.library.records import TagRecord
    from organizer.path_maps import PathMap
    from organizer.types import SampledSeconds, SuggestedTag, TagState, VideoFeatures, VideoInfo


@dataclass(frozen=True, slots=True)
class Tagging:
    """What a classifier says about one video."""

    bundle: str
    """Name and version of the model bundle."""
    scores: dict[str, float]
    """Probability 0..1 of every label."""
    suggestions: tuple[SuggestedTag, ...]
    taught: Mapping[str, SuggestedTag | None] = field(default_factory=dict)
    """By name of each tag that the person taught: the suggestion, None where it does not fit. It goes before
    what the model says of a label of the same name."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that a scan found out about one readable video."""

    info: VideoInfo
    features: VideoFeatures
    poster: bytes | None
    """WebP; None where its pictures were seen elsewhere, and only features came of them."""
    tagging: Tagging
    metadata_digest: str | None = None
    """Of what its container says; None where nobody looked."""
    sampled: SampledSeconds = EVERY_SECOND
    """Which seconds the rows of its features stand for."""


class Placed(Enum):
    """What it means that a known video was found at a file."""

    MOVED = "moved"
    """It lay elsewhere, and is not there any more."""
    COPY = "copy"
    """It lies elsewhere too."""
    HERE = "here"
    """It was known to lie here: another scan was quicker, or only the file's date is another."""


@dataclass(frozen=True, slots=True)
class SuggestionChange:
    """How the suggested tags of one video changed; those that a person decided about do not."""

    video_id: int
    added: tuple[str, ...]
    """Tags that are given now and were not."""
    removed: tuple[str, ...]
    """Tags that were given and are not now."""
    maybes_added: tuple[str, ...] = ()
    """Maybes that were none; ``removed`` names those among them that were given."""
    maybes_removed: tuple[str, ...] = ()
    """Maybes that are none now; ``added`` names those among them that are given."""
    kept: tuple[str, ...] = ()
    """Tags that the model would have taken away or given, had the person not decided about them."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.added or self.removed or self.maybes_added or self.maybes_removed)


@dataclass(frozen=True, slots=True)
class Adopted:
    """Decisions that went from a missing video to another one."""

    old_id: int
    old_path: str
    """Absolute, where the missing video lay; ``video ID`` where another file lies there now."""
    new_path: str
    """Absolute."""
    tags: tuple[TagRecord, ...]
    """What was decided about the missing one, and holds for the other one now."""
    kept: tuple[TagRecord, ...] = ()
    """What was decided about the missing one and about the other one too, whose own decision stays."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A missing video with decisions that more than one new video may be, or that shares its likeness."""

    old_path: str
    """As in ``Adopted``."""
    new_paths: tuple[str, ...]
    """Absolute."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A tag of a video that was decided about in both libraries, not alike."""

    path: str
    """Absolute, of one of the video's files; ``video ID`` where it lies nowhere."""
    tag: str
    here: TagState | None
    """What was decided here; None where a decision was taken back."""
    other: TagState | None
    """What was decided in the other library."""
    other_wins: bool
    """Whether the other decision is the newer one, and holds from now on."""


@dataclass(slots=True)
class MergeCounts:
    """What a merge brought, or would bring."""

    videos_new: int = 0
    videos_known: int = 0
    """Videos of the other library that are here too."""
    failed_new: int = 0
    """New videos that could not be read."""
    facts: int = 0
    """Known videos of which the other library knows more, or newer facts: length, size, dates, failures."""
    places_new: int = 0
    places_back: int = 0
    """Files that were missing here, and are there for the other library."""
    places_kept: int = 0
    """Files at whose path another video lies here; these stay as they are."""
    features: int = 0
    """Sets of features that are new here: one for each video and feature space."""
    posters: int = 0
    taggings: int = 0
    """Known videos that were scored later in the other library; their suggestions are those now."""
    decisions: int = 0
    """Tags of videos whose decision came from the other library, and marks: favourites, ratings, hiding."""
    conflicts: int = 0
    """Tags that were decided about in both, not alike; the newer decision holds."""
    data_bytes: int = 0
    """Of features and posters that are new here."""

    def add(self, other: MergeCounts) -> None:
        """Add what another step brought."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def is_empty(self) -> bool:
        """Whether nothing of this library changes."""
        kept = ("videos_known", "places_kept", "conflicts", "data_bytes")
        return not any(getattr(self, each.name) for each in fields(self) if each.name not in kept)


@dataclass(frozen=True, slots=True)
class MergeProgress:
    """How far the merge of one other library has come."""

    other: str
    """The other library's file."""
    done: int
    """Its videos that were gone through."""
    total: int
    counts: MergeCounts
    """What the last step brought."""
    conflicts: tuple[Conflict, ...] = ()
    """Those of the last step."""
    new_roots: tuple[str, ...] = ()
    """Folders that are roots since the last step and were none."""
    clashes: tuple[str, ...] = ()
    """Absolute paths of the last step where another video lies here."""
    unused_maps: tuple[PathMap, ...] = field(default=())
    """Maps of folders of which the other library knows nothing; told with its first step."""


@dataclass(frozen=True, slots=True)
class MergeUndone:
    """What became of the decisions that a merge had brought."""

    sources: tuple[str, ...]
    """The libraries they came from."""
    merged_at: str
    """ISO 8601 in UTC."""
    decisions: int
    """Tags of videos that are as they were before."""
    kept: int
    """Tags that were decided about since then, which stay."""
