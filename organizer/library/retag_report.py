"""What a run of tagging again did, as its job keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class RetagChange:
    """What tagging again changed of one video."""

    title: str
    """The name of one of its files."""
    added: tuple[str, ...]
    """Tags that are given now and were not."""
    removed: tuple[str, ...]
    maybes_added: tuple[str, ...] = ()
    """Maybes now; reports of before there were any do not say it."""
    maybes_removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Tags that the person's decisions kept as they are."""


@dataclass(frozen=True, slots=True)
class TagDifference:
    """Of how many videos one tag changed."""

    added: int = 0
    removed: int = 0
    maybes_added: int = 0
    maybes_removed: int = 0
    kept: int = 0
    """Of how many it stays as the person decided, against what the model says."""


@dataclass(frozen=True, slots=True)
class RetagReport:
    """What a run of tagging again did, or would do."""

    asked: int
    tagged: int
    """Videos that have features for this model; the others need a scan."""
    changed: int
    changes: tuple[RetagChange, ...]
    """The first hundred of the changed videos."""
    step_id: int = 0
    """The step in the history that it is, to undo it; 0 for what would be done only, and in old reports."""
    tags: dict[str, TagDifference] = field(default_factory=dict)
    """By name, the tags that changed, or that a decision kept."""
    chosen: str | None = None
    """The search whose videos were meant; empty for all videos, None where they were named one by one."""

    MAX_CHANGES: ClassVar[int] = 100


def report_of(values: dict[str, Any]) -> RetagReport:
    """Return a report from the values that were stored of it; older ones lack some."""
    changes = tuple(
        RetagChange(
            change["title"],
            tuple(change["added"]),
            tuple(change["removed"]),
            tuple(change.get("maybes_added", ())),
            tuple(change.get("maybes_removed", ())),
            tuple(change.get("kept", ())),
        )
        for change in values["changes"]
    )
    tags = {name: TagDifference(**numbers) for name, numbers in values.get("tags", {}).items()}
    return RetagReport(**values | {"changes": changes, "tags": tags})
