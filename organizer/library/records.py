"""What is read from a library, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.dates.shown import ShownDate, shown_date
from organizer.library.database import mark_bits
from organizer.types import TagState, Tier

if TYPE_CHECKING:
    from array import array

    from organizer.types import VideoFeatures


class Status(StrEnum):
    """Whether a video can be watched and searched."""

    OK = "ok"
    FAILED = "failed"
    """It is there, but could not be read; the reason is stored."""
    MISSING = "missing"
    """It was there once and is gone; its tags and features are kept."""
    OFFLINE = "offline"
    """Its root folder is not there now (a drive that is not plugged in)."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder that was scanned."""

    id: int
    path: str
    """Absolute."""
    offline: bool


@dataclass(frozen=True, slots=True)
class FolderInfo:
    """A folder that was scanned, with what it holds."""

    root: Root
    scanned_at: str | None
    """ISO 8601 in UTC: when a scan last came to its end; None where none did."""
    videos: int
    """Files of videos that were there at the last scan, whether or not they could be read."""
    failed: int
    """Those of them that could not be read."""
    missing: int
    """Files that were there once and are the last of their video."""


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """What the library knows of one file, to tell whether it changed."""

    id: int
    video_id: int
    size_bytes: int
    mtime_ns: int
    missing: bool
    failed: bool
    has_features: bool
    """Whether the video has features of the space that was asked about."""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file whose facts can be looked at again."""

    root: Root
    relative_path: str
    place: KnownPlace
    is_copy: bool
    """Whether its video lies elsewhere too."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the library says of a video's container."""

    duration_s: float | None
    width: int | None
    """Pixels as shown."""
    height: int | None
    codec: str | None
    frame_rate: float | None
    rotation_deg: int | None
    mirrored: int | None
    """0 or 1; None, as the stored size, where nobody looked."""
    stored_width: int | None
    """Pixels as stored."""
    stored_height: int | None
    taken_at: str | None
    """ISO 8601."""
    taken_clock: str | None
    """A ``DateClock``."""
    taken_source: str | None
    """A ``DateSource``."""
    metadata_digest: str | None
    """None where nobody looked."""

    @property
    def taken(self) -> ShownDate | None:
        """When it was taken, as it is shown here."""
        return shown_date(self.taken_at, self.taken_clock)


@dataclass(frozen=True, slots=True)
class KnownContent:
    """What a library knows of one readable video, wherever it lies."""

    video_id: int
    facts: Facts
    features: VideoFeatures | None
    """Of the space that was asked about; None where it was not looked at with such a model."""
    bundle: str | None
    """Name and version of the model that scored it last."""
    confirmed: tuple[str, ...]
    """Tags that a person confirmed or added, by name."""
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagRecord:
    """One tag of one video."""

    name: str
    state: TagState
    score: float | None
    """What the newest classifier says of it, 0..1; None for a tag that no classifier knows."""
    seconds: tuple[int, ...]
    """The seconds that speak for it, ascending; empty where only the person says so."""
    tier: Tier | None = None
    """How the newest tagging suggests it, whatever was decided since; None where it does not suggest it."""

    @property
    def is_maybe(self) -> bool:
        """Whether it is only a maybe: suggested as one, and nobody decided about it."""
        return self.state is TagState.SUGGESTED and self.tier is Tier.MAYBE


@dataclass(frozen=True, slots=True)
class TagInfo:
    """One tag, wherever it is; what nobody is shown is not counted."""

    name: str
    built_in: bool
    """Whether it is one of the labels that organizer knows by itself."""
    colour: str | None = None
    """``#rrggbb``, as the person chose it."""
    hidden: bool = False
    """Whether it is never shown, suggested or counted."""
    videos: int = 0
    """That carry it: given by a model, or confirmed."""
    maybes: int = 0
    confirmed: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """One file of a video."""

    root: str
    relative_path: str
    path: str
    """Absolute."""
    status: Status


@dataclass(frozen=True, slots=True)
class VideoRecord:
    """Everything a list or a page shows of one video."""

    id: int
    key: str
    """Unguessable name of the video, for addresses."""
    status: Status
    error: str | None
    """Why it failed; None unless the status is failed."""
    places: tuple[PlaceRecord, ...]
    """Where it was found; files that are there come first."""
    size_bytes: int
    duration_s: float | None
    width: int | None
    """Pixels as shown: made square, and turned."""
    height: int | None
    codec: str | None
    frame_rate: float | None
    rotation_deg: int | None
    """How far a player turns the stored picture clockwise."""
    taken_at: str | None
    """ISO 8601; with an offset where the time zone is known, else local time. ``taken`` is what is shown."""
    taken_source: str | None
    bundle: str | None
    """Name and version of the model bundle that scored it."""
    scores: dict[str, float]
    """Probability 0..1 of every label; empty when it was never scored."""
    tags: tuple[TagRecord, ...]
    """Confirmed and given ones first, then maybes, each best score first; rejected ones last."""
    mirrored: bool = False
    """Whether a player exchanges left and right after the turn; False also where that is not known."""
    stored_width: int | None = None
    """Pixels as stored; None for a video that was scanned before these were looked at."""
    stored_height: int | None = None
    taken_clock: str | None = None
    """What is known of the date's clock, a ``DateClock``."""
    analysed_at: str = ""
    """When it was looked at last, ISO 8601 in UTC."""
    marks: int = 0
    """Bits, see ``organizer.library.database.mark_bits``; the four below are what they say."""

    @property
    def favourite(self) -> bool:
        """Whether the person likes it best."""
        return bool(self.marks & mark_bits.FAVOURITE)

    @property
    def hidden(self) -> bool:
        """Whether the person wants to see it only when asked for."""
        return bool(self.marks & mark_bits.HIDDEN)

    @property
    def live(self) -> bool:
        """Whether it is the clip of a Live Photo."""
        return bool(self.marks & mark_bits.LIVE)

    @property
    def rating(self) -> int:
        """1 to 5 stars; 0 where it has none."""
        return mark_bits.rating_of(self.marks)

    @property
    def taken(self) -> ShownDate | None:
        """When it was taken, as it is shown here."""
        return shown_date(self.taken_at, self.taken_clock)

    @property
    def path(self) -> str:
        """Absolute path of its first file; one that is there, where there is any."""
        return self.places[0].path


@dataclass(frozen=True, slots=True)
class Month:
    """Videos of a list that stand together because they were taken in one month."""

    month: str | None
    """``2023-06``; None where the date is not known, and in an order other than by date."""
    videos: int


@dataclass(frozen=True, slots=True)
class ListedVideos:
    """A whole list, as it was at one moment."""

    ids: array[int]
    """In its order."""
    months: tuple[Month, ...]
    """In its order too; together they are all of it."""

    @property
    def newest_id(self) -> int:
        """The id of the video that was added last, 0 where there is none."""
        return max(self.ids, default=0)


@dataclass(frozen=True, slots=True)
class StoredPlace:
    """A file that can be served."""

    root: str
    """Absolute path of a folder that was scanned."""
    relative_path: str


@dataclass(frozen=True, slots=True)
class DecidedVideo:
    """A video about whose tags a person decided something."""

    id: int
    path: str
    """Absolute, of one of its files."""
    taken_at: str | None
    """ISO 8601."""
    taken_source: str | None
    """Where that was found, as in ``DateSource``."""
    tags: dict[str, TagState]
    """All tags of the video by name, suggested ones too, maybes among them."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """A tag of a video, as the library stores it."""

    state: TagState
    score: float | None
    """What the newest tagging says of it, 0..1."""
    seconds: str
    """The seconds that speak for it, as a JSON list."""
    bundle: str | None
    """The model whose newest tagging suggests it; None where none does."""
    changed_at: str
    """ISO 8601: when it got this state."""
    tier: Tier = Tier.GIVEN
    """How that tagging suggests it; means nothing where none does. Journals of before there were two tiers do
    not say it: all was given then."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A decision that was not undone."""

    id: int
    before: TagRow | None
    """None where the video did not carry the tag."""
    after: TagRow | None
    step_id: int | None = None
    """The step in the history that it is a part of."""


@dataclass(frozen=True, slots=True)
class MonthTags:
    """What was filmed in a month."""

    month: str | None
    """``2023-06``; None for what has no date."""
    videos: int
    tags: dict[str, int]
    """How many carry each of the tags that were asked about."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How much of the readable videos a person has looked through."""

    videos: int
    done: int
    """With a decision, and nothing that waits for one."""
    begun: int
    """With a decision, and suggestions or maybes that wait for one."""
    waiting: int
    """With suggestions or maybes, and no decision."""
    untagged: int
    """Without a tag, given or confirmed; these are among the others too."""

    @property
    def nothing(self) -> int:
        """How many have neither decision nor suggestion: no model sees anything in them."""
        return self.videos - self.done - self.begun - self.waiting


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person answered to what the newest tagging says of one tag."""

    tag: str
    right: int
    """Given by the model, and confirmed."""
    wrong: int
    """Given by the model, and rejected."""
    maybe_right: int
    maybe_wrong: int
    """The same of its maybes."""
    missed: int
    """Added by the person, and not suggested at all."""
