"""What stands beside features: a row for each file, with what its container says and what was decided."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING

from organizer.library.records import Facts
from organizer.types import CaptureDate, DateClock, DateSource, VideoFile, VideoInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_FACTS = Facts(**dict.fromkeys((one.name for one in fields(Facts)), None))
"""Of a copy, which is what the file is that it is a copy of."""


@dataclass(frozen=True, slots=True)
class VideoRow:
    """One file of a shard that could be read."""

    id: str
    """Fingerprint of its content, 40 hexadecimal digits; the id of its record."""
    file: VideoFile
    copy: bool = False
    """Whether another file has the same content and the record."""
    stored: bool = False
    """Whether its features came from a library, and no picture was decoded for them."""
    seconds: tuple[int, ...] = ()
    """The second that each row of its features stands for, ascending."""
    confirmed: tuple[str, ...] = ()
    """Tags that a person confirmed or added."""
    rejected: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    """Tags that the model gives; empty where nobody asked for them."""
    facts: Facts = field(default=NO_FACTS)

    @property
    def labels(self) -> tuple[str, ...]:
        """What it is labelled with: confirmed and given tags, without those that were rejected."""
        rejected = set(self.rejected)
        return tuple(name for name in dict.fromkeys((*self.confirmed, *self.given)) if name not in rejected)

    @property
    def group(self) -> str:
        """What it must not be parted from when videos are held out: its day, else folder and file date."""
        day = (self.facts.taken_at or "")[:10]
        if day and self.facts.taken_source in {DateSource.CONTAINER.value, DateSource.NAME.value}:
            return day
        return f"{os.path.dirname(self.file.path)} {day}"


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A row with its features."""

    row: VideoRow
    features: NDArray[np.uint8]
    """(seconds, dimensions), one row for each second that was looked at."""


def facts_of(info: VideoInfo, metadata_digest: str) -> Facts:
    """Return what a container says as a library keeps it."""
    taken = info.taken_at
    return Facts(
        duration_s=info.duration_s,
        width=info.width,
        height=info.height,
        codec=info.codec,
        frame_rate=info.frame_rate,
        rotation_deg=info.rotation_deg,
        mirrored=int(info.mirrored),
        stored_width=info.stored_width,
        stored_height=info.stored_height,
        taken_at=taken.moment.isoformat(),
        taken_clock=taken.clock.value,
        taken_source=taken.source.value,
        metadata_digest=metadata_digest,
    )


def info_of(row: VideoRow) -> VideoInfo:
    """Return what ``facts_of`` was made of; where a date is missing, that of the file counts.

    Raises:
        ValueError: the date is none.
    """
    facts = row.facts
    if facts.taken_at is not None and facts.taken_source is not None:
        taken = CaptureDate(
            datetime.fromisoformat(facts.taken_at),
            DateSource(facts.taken_source),
            day_only=facts.taken_clock == DateClock.DAY,
            zone_known=facts.taken_clock == DateClock.PLACE,
        )
    else:
        taken = CaptureDate(datetime.fromtimestamp(row.file.mtime_ns / 1e9).astimezone(), DateSource.FILE)
    return VideoInfo(
        duration_s=facts.duration_s,
        width=facts.width or 0,
        height=facts.height or 0,
        codec=facts.codec or "",
        frame_rate=facts.frame_rate,
        rotation_deg=facts.rotation_deg or 0,
        taken_at=taken,
        mirrored=bool(facts.mirrored),
        stored_width=facts.stored_width,
        stored_height=facts.stored_height,
    )
