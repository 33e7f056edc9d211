"""What is written to a library, and what that did to it, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from organizer.types import EVERY_SECOND

if TYPE_CHECKING:
    from organizer.library.records import TagRecord
    from organizer.types import SampledSeconds, SuggestedTag, VideoFeatures, VideoInfo


@dataclass(frozen=True, slots=True)
class Tagging:
    """What a classifier says about one video."""

    bundle: str
    """Name and version of the model bundle."""
    scores: dict[str, float]
    """Probability 0..1 of every label."""
    suggestions: tuple[SuggestedTag, ...]


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
class TagChange:
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
