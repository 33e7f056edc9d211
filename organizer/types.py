"""Values that pass between the stages. This module imports nothing of ours and nothing heavy."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_SECONDS = 45
"""How much of a video is looked at: nothing after its first 45 seconds."""

LABELS = (
    "Vehicle",
    "Concert",
    "Dance",
    "Football",
    "Animal",
    "Food",
    "Outdoor recreation",
    "Nature",
    "Mobile phone",
    "Cooking",
)
"""The built-in labels, in the order every score vector uses."""


@dataclass(frozen=True, slots=True)
class SampledSeconds:
    """Which seconds of a video a model looks at: each of the first ones, then one of so many.

    One frame stands for each of them, so this also says which second a row of features belongs to.
    """

    every_second_until: int
    """Each second before this one is looked at; 0 to 45."""
    then_every: int
    """From there on one of so many, that one first; 1 to 45."""

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValueError: one of them is out of its range.
        """
        if not 0 <= self.every_second_until <= MAX_SECONDS:
            raise ValueError(f"every_second_until is {self.every_second_until}, not from 0 to {MAX_SECONDS}")
        if not 1 <= self.then_every <= MAX_SECONDS:
            raise ValueError(f"then_every is {self.then_every}, not from 1 to {MAX_SECONDS}")

    def __contains__(self, second: int) -> bool:
        """Say whether a second is looked at."""
        beyond = second - self.every_second_until
        return 0 <= second < MAX_SECONDS and (beyond < 0 or beyond % self.then_every == 0)

    @property
    def all(self) -> tuple[int, ...]:
        """All seconds that are looked at of a long video, ascending; 0 is always the first."""
        return tuple(second for second in range(MAX_SECONDS) if second in self)

    def second_of(self, row: int) -> int:
        """Return the second that a row of features stands for, rows counted from 0."""
        return row + max(0, row - self.every_second_until) * (self.then_every - 1)

    def seconds_of(self, rows: int) -> tuple[int, ...]:
        """Return the second of each row of a video that has so many, ascending."""
        return tuple(self.second_of(row) for row in range(rows))

    def after(self, second: int) -> int:
        """Return the next second that is looked at, the limit of 45 aside."""
        beyond = second - self.every_second_until
        return second + (1 if beyond < 0 else self.then_every - beyond % self.then_every)


EVERY_SECOND = SampledSeconds(MAX_SECONDS, 1)
"""What models look at that do not say it."""


class Resize(StrEnum):
    """How a whole frame becomes the square that a network takes."""

    AREA = "area"
    """Averages over areas: nothing between the pixels of the result is lost."""
    BILINEAR = "bilinear"
    """TensorFlow 1's: two by two pixels of the full-size frame for each one of the result."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """The pictures that a network takes of a video: squares of whole frames, their aspect ratio ignored."""

    size: int
    """Side in pixels."""
    resize: Resize = Resize.AREA
    sampled: SampledSeconds = EVERY_SECOND
    """The seconds that it takes a picture of."""


class DateSource(StrEnum):
    """Where a video's date was found, best first."""

    CONTAINER = "container"
    NAME = "name"
    FILE = "file"


class DateClock(StrEnum):
    """What is known of the clock that a video's date was read from: it decides how the date is shown."""

    PLACE = "place"
    """The time of the place and its offset from UTC: shown as it is, anywhere."""
    LOCAL = "local"
    """The time of the place alone, in a zone nobody noted: shown as it is, anywhere."""
    DAY = "day"
    """A day without a time: that day, anywhere."""
    UTC = "utc"
    """The instant alone: shown in the zone of whoever looks."""


@dataclass(frozen=True, slots=True)
class CaptureDate:
    """When a video was shot."""

    moment: datetime
    """Aware (with an offset from UTC) when the source tells the time zone or the instant, else naive local
    time; midnight for a day alone."""
    source: DateSource
    day_only: bool = False
    """Whether the source names a day and no time."""
    zone_known: bool = False
    """Whether an offset of zero is that of the place; any other one always is."""

    @property
    def clock(self) -> DateClock:
        """What is known of the clock that the moment was read from."""
        if self.day_only:
            return DateClock.DAY
        offset = self.moment.utcoffset()
        if offset is None:
            return DateClock.LOCAL
        return DateClock.PLACE if offset or self.zone_known else DateClock.UTC


@dataclass(frozen=True, slots=True)
class VideoFile:
    """A file below a root that looks like a video, as one ``stat`` saw it."""

    root: str
    """Absolute path of the root folder."""
    relative_path: str
    """Path below the root, with the platform's separator."""
    size_bytes: int
    mtime_ns: int
    dated_ns: int | None = None
    """What stands for ``mtime_ns`` in the video's date, where the file is read by another way than it was
    listed: a copy, or another computer's view of it, may have a date of its own."""
    beside_picture: bool | None = field(default=None, compare=False)
    """Whether a picture of its name lies beside it, as beside the clip of a Live Photo; None where nobody
    looked."""

    @property
    def path(self) -> str:
        """Absolute path of the file."""
        return os.path.join(self.root, self.relative_path)


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a video's container says, read without decoding its pictures."""

    duration_s: float | None
    """Seconds; None when neither the container nor the stream states it."""
    width: int
    """Pixels as shown: made square, and turned."""
    height: int
    """Pixels as shown: made square, and turned."""
    codec: str
    """Codec name as FFmpeg spells it, e.g. ``h264``."""
    frame_rate: float | None
    """Average frames per second; None when unknown."""
    rotation_deg: int
    """How far a player turns the stored picture clockwise: 0, 90, 180 or 270."""
    taken_at: CaptureDate
    mirrored: bool = False
    """Whether a player exchanges left and right after that turn."""
    stored_width: int | None = None
    """Pixels as stored, before they are made square and turned; None where that was not looked at."""
    stored_height: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture a video shows in one of its seconds."""

    second: int
    """k of the second bucket [k, k + 1), counted from the first frame."""
    time_s: float
    """Presentation time of the frame, in seconds from the first frame."""
    rgb: NDArray[np.uint8]
    """(height, width, 3), 0..255, RGB, turned and mirrored as shown."""


@dataclass(frozen=True, slots=True)
class VideoFeatures:
    """The stored features of one video."""

    space_id: str
    """Feature space: which backbone, PCA and quantiser made them."""
    quantised: NDArray[np.uint8]
    """(frames, 1024), one row for each second that the model looks at, from 0 on; see ``SampledSeconds``."""


@dataclass(frozen=True, slots=True)
class VideoScores:
    """What a classifier says about one video."""

    scores: tuple[float, ...]
    """(labels,) probabilities 0..1 in the order of the bundle's labels."""
    evidence: NDArray[np.float32]
    """(frames, labels), 0..1: how much each second that was looked at speaks for each label."""
    sampled: SampledSeconds = EVERY_SECOND
    """Which seconds these are."""

    @property
    def seconds(self) -> tuple[int, ...]:
        """The second of each row of the evidence, ascending."""
        return self.sampled.seconds_of(len(self.evidence))


class TagState(StrEnum):
    """Who stands behind a tag."""

    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Tier(StrEnum):
    """How sure a classifier is of a tag that it suggests. What a person decides stands above both."""

    GIVEN = "given"
    """The score reaches the label's threshold: the video carries the tag."""
    MAYBE = "maybe"
    """It reaches the lower one only: worth a look, and no tag unless asked for."""


@dataclass(frozen=True, slots=True)
class SuggestedTag:
    """A tag that a classifier proposes for a video."""

    name: str
    score: float
    """Probability 0..1, at or above the label's threshold for the tier."""
    seconds: tuple[int, ...] = field(default=())
    """The seconds of the video that speak for the tag, ascending."""
    tier: Tier = Tier.GIVEN
