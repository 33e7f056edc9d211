"""What a bundle remembers of what it was trained on, for it is never measured on that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, assert_never

if TYPE_CHECKING:
    from organizer.models.bundle import Bundle

VIDEOS_FILE = "trained_videos.txt"
"""Beside a classifier that was trained on a table of YouTube-8M: the ids of its videos."""
METRIC = "trained_on"
"""Where it stands among a bundle's metrics."""


class Origin(StrEnum):
    """Where labelled videos come from; as ``--data`` names it."""

    LIBRARY = "library"
    """A person's decisions."""
    YT8M = "yt8m"
    """YouTube-8M's shards, or one's own in the same format."""
    CORPUS = "corpus"


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """What a classifier was trained on."""

    origin: Origin
    fold: int | None = None
    """Of the corpus, which was left out; None where none was."""
    groups: tuple[str, ...] = ()
    """Marks of groups of one's own videos, see ``LibraryData.trained_groups``."""
    based_on: str | None = None
    """The model that it corrects."""
    shards: tuple[str, ...] = ()
    """Of YouTube-8M."""
    held_out_share: float | None = None
    """Of the videos in these shards, which was left out, see ``is_held_out``; None where none was."""
    videos_file: str | None = None
    """Of YouTube-8M: the bundle's file with the ids of all videos, a line each, where these are few enough to
    be remembered one by one."""

    def as_json(self) -> dict[str, Any]:
        """Return what ``read_trained_on`` reads back, without what says nothing for this origin."""
        table: dict[str, Any] = {"data": str(self.origin)}
        match self.origin:
            case Origin.CORPUS:
                table["fold"] = self.fold
            case Origin.LIBRARY:
                table["groups"] = list(self.groups)
            case Origin.YT8M:
                table["shards"] = list(self.shards)
                if self.held_out_share is not None:
                    table["held_out_share"] = self.held_out_share
                if self.groups:
                    table["groups"] = list(self.groups)
                if self.videos_file is not None:
                    table["videos_file"] = self.videos_file
            case _:
                assert_never(self.origin)
        if self.based_on is not None:
            table["based_on"] = self.based_on
        return table


def read_trained_on(bundle: Bundle) -> TrainedOn | None:
    """Return what a bundle's classifier was trained on; None where its metrics do not say."""
    table = bundle.metrics.get(METRIC)
    if not isinstance(table, dict) or table.get("data") not in list(Origin):
        return None
    fold, based_on = table.get("fold"), table.get("based_on")
    share, videos_file = table.get("held_out_share"), table.get("videos_file")
    return TrainedOn(
        Origin(table["data"]),
        fold=fold if isinstance(fold, int) else None,
        groups=_names(table.get("groups")),
        based_on=based_on if isinstance(based_on, str) else None,
        shards=_names(table.get("shards")),
        held_out_share=share if isinstance(share, float) else None,
        # Nothing but a file of the bundle is read, whatever the manifest of a model from elsewhere says.
        videos_file=videos_file if videos_file in list(bundle.files) else None,
    )


def _names(value: Any) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()
