"""The face of a library: what the other parts of organizer, and scripts, may do with one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Self

from organizer.errors import LibraryError
from organizer.library import saved_searches
from organizer.library.acting import Acting
from organizer.library.deciding import decisions, journal
from organizer.library.deciding import tags as deciding_tags
from organizer.library.deciding.teaching import Teaching
from organizer.library.doubling.moves import Moves
from organizer.library.doubling.pairs import Doubles
from organizer.library.filters import VideoFilter
from organizer.library.history import undo_one
from organizer.library.history.reviewing import Reviews
from organizer.library.jobs import Jobs
from organizer.library.merging.merge import Merges
from organizer.library.opening import in_words, open_database, stamp
from organizer.library.reading import (
    decided_videos,
    find,
    known_contents,
    listed,
    search_names,
    tags,
    videos,
)
from organizer.library.reading.features import Features
from organizer.library.reading.insights import Insights
from organizer.library.reading.media import Media
from organizer.library.recordings import adoption
from organizer.library.recordings.adoption import Recordings
from organizer.library.writing.contents import Contents
from organizer.library.writing.live_photos import LivePhotos
from organizer.library.writing.places import Places, Roots

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence
    from types import TracebackType

    from sqlite_utils import Database

    from organizer.library.changes import Adopted
    from organizer.library.records import (
        DecidedVideo,
        JournalEntry,
        KnownContent,
        ListedVideos,
        VideoRecord,
    )
    from organizer.query.names import Names, SavedSearch

_ALL = VideoFilter()


class Library(Acting):
    """A library: everything known of some folders' videos, in one SQLite file.

    What a person does stands here: list and find videos, confirm and reject tags, and all that ``Acting``
    adds, which does things to many videos and undoes them. What only one stage needs
    is a part: ``roots``, ``places``, ``contents`` and ``recordings`` are for scans, ``features`` for models,
    ``media`` for the gallery's addresses, ``jobs`` for whoever shows and stops running work, ``merges`` for
    libraries made elsewhere, ``insights`` and ``live_photos`` for the gallery, ``teaching``
    for tags that a person taught, ``reviews`` for those who put suggestions to a person.

    A library belongs to the thread that opened it; each thread and each process opens it for itself, as often
    as it likes. Readers never wait for a writer. A writer waits up to half a minute for another one::

        with Library.open("library.db") as library:
            for video in library.list(VideoFilter(any_tags=("Animal",))):
                print(video.path, [tag.name for tag in video.tags])

    Every method may raise ``sqlite3.Error`` where the file cannot be read or written; a ``with`` block turns
    it into a ``LibraryError``, which says what to do.

    Attributes:
        path: the library's file.
        roots: the folders that were scanned.
        places: the files that were found in them.
        contents: the videos by what they contain: stored once, wherever they lie.
        recordings: decisions that follow a recording into another file.
        features: what is stored for which model.
        media: what the gallery serves by a video's key.
        jobs: what running scans, runs of tagging again, and merges say of themselves.
        merges: other libraries that come into this one.
        insights: what is told of all videos at once.
        live_photos: the clips of Live Photos, and whether they are folded away.
        teaching: the tags that the person taught.
        doubles: videos that show the same film, and what was answered about them.
        moves: the journal of originals that were moved away.
        reviews: suggestions that the person goes through one by one.
    """

    def __init__(self, database: Database, path: Path) -> None:
        """Wrap an open database; ``Library.open`` opens one."""
        self._database = database
        self.path = path
        self.roots = Roots(database)
        self.places = Places(database)
        self.contents = Contents(database)
        self.recordings = Recordings(database)
        self.features = Features(database)
        self.media = Media(database)
        self.jobs = Jobs(database)
        self.merges = Merges(database, path)
        self.insights = Insights(database)
        self.live_photos = LivePhotos(database)
        self.teaching = Teaching(database)
        self.doubles = Doubles(database)
        self.moves = Moves(database)
        self.reviews = Reviews(database)

    # Open and close

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, create: bool = True, read_only: bool = False) -> Self:
        """Open a library and bring its schema up to date.

        One that cannot be written, on a read-only disk, is opened for reading by itself.

        Args:
            path: the SQLite file.
            create: whether a missing file, and its folder, are made; else they are an error.
            read_only: whether every attempt to write fails. Nothing is created, and nothing brought up to
                date, then.

        Raises:
            LibraryTooNewError: a newer organizer wrote the file.
            LibraryError: the file cannot be opened or made, or is no library.
        """
        file = Path(path)
        return cls(open_database(file, create=create, read_only=read_only), file)

    def close(self) -> None:
        """Close the file; the library cannot be used any more."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise LibraryError(in_words(self.path, error)) from error

    # Read

    def list(self, chosen: VideoFilter = _ALL, *, found: int | None = None) -> Iterator[VideoRecord]:
        """Yield the videos that a filter chooses, in its order, reading a few hundred at a time.

        Args:
            chosen: the filter.
            found: how many it chooses, as ``count`` says, where that is known: pages near the end come
                quicker then.
        """
        return videos.videos(self._database, chosen, found)

    def ids(self, chosen: VideoFilter = _ALL) -> Sequence[int]:
        """Return the ids of the videos that a filter chooses, in its order."""
        return videos.video_ids(self._database, chosen)

    def count(self, chosen: VideoFilter = _ALL) -> int:
        """Return how many videos a filter chooses, whatever its limit."""
        return videos.count_videos(self._database, chosen)

    def listed(self, chosen: VideoFilter = _ALL) -> ListedVideos:
        """Return the whole list of the videos that a filter chooses, at one moment, with its months."""
        return listed.listed_videos(self._database, chosen)

    def count_newer(self, chosen: VideoFilter, video_id: int) -> int:
        """Return how many of the videos that a filter chooses were added after one of them.

        Args:
            chosen: the filter.
            video_id: the one; 0 counts all.
        """
        return listed.count_newer(self._database, chosen, video_id)

    def records(self, video_ids: Sequence[int]) -> Sequence[VideoRecord]:
        """Return the videos with these ids, in their order, without those that are gone."""
        return list(videos.records_of(self._database, video_ids))

    def stamp(self) -> str:
        """Return a word that is another one after each change of the library, by whichever process.

        It may be another one without a change too.
        """
        return stamp(self.path)

    def video(self, video_id: int) -> VideoRecord:
        """Return one video.

        Raises:
            UnknownVideoError: there is none with this id, or none that lies anywhere.
        """
        return videos.video(self._database, video_id)

    def find(self, name: str) -> int:
        """Return the id of the video that a person means: its path, its file name, or its id.

        Raises:
            UnknownVideoError: no video or more than one is meant.
        """
        return find.find_video(self._database, name)

    def find_missing(self, name: str) -> int:
        """Return the id of the missing video that a person means; one that was overwritten goes by its id.

        Raises:
            UnknownVideoError: no video or more than one is meant.
        """
        return find.find_missing(self._database, name)

    def tag_names(self) -> Sequence[str]:
        """Return the names of all tags of any video, in any state, by name."""
        return tags.tag_names(self._database)

    def tag_colours(self) -> dict[str, str]:
        """Return the colour of each tag that the person gave one, as ``#rrggbb``."""
        return tags.tag_colours(self._database)

    def tag_counts(self, *, with_maybes: bool = False) -> dict[str, int]:
        """Return how many videos carry each tag (given or confirmed), most frequent first.

        Args:
            with_maybes: whether the videos count too where it is a maybe.
        """
        return tags.tag_counts(self._database, with_maybes=with_maybes)

    def maybe_counts(self) -> dict[str, int]:
        """Return of how many videos each tag is a maybe, most frequent first."""
        return tags.maybe_counts(self._database)

    def meant_tag(self, name: str, *, to_add: bool = False) -> str:
        """Return the tag that a person means, in its stored spelling: ``Dance`` by ``Dance?``, a maybe.

        Every decision understands a tag so; this says beforehand what it will be about.

        Args:
            name: what they typed.
            to_add: whether a video is to be given the tag.

        Raises:
            InvalidTagError: it is empty, longer than 60 characters or holds control characters; or it is to
                be added, new, and ends in a question mark.
        """
        return deciding_tags.meant_tag(self._database, name, to_add=to_add)

    def search_names(self) -> Names:
        """Return everything that a search can name here: tags, folders, years, saved searches.

        It takes about as long as a look at the path of every file: whoever completes what is typed asks once
        and keeps it for a while.
        """
        return search_names.search_names(self._database)

    def saved_searches(self) -> Sequence[SavedSearch]:
        """Return the searches that a person keeps, by name."""
        return saved_searches.saved_searches(self._database)

    def decided_videos(self, space_id: str) -> Sequence[DecidedVideo]:
        """Return the videos with a decision and with features of one space, in the order they were added."""
        return decided_videos.decided_videos(self._database, space_id)

    def count_decided_without_features(self, space_id: str) -> int:
        """Return how many videos with a decision have no features of one space."""
        return decided_videos.count_decided_without_features(self._database, space_id)

    def known_contents(self, fingerprints: Iterable[str], space_id: str) -> dict[str, KnownContent]:
        """Return by fingerprint what is known of readable videos, with their features of one space."""
        return known_contents.known_contents(self._database, fingerprints, space_id)

    def confirmed_tags(self) -> Sequence[str]:
        """Return the names of all tags that a person confirmed for any video, by name."""
        return known_contents.confirmed_tags(self._database)

    # Keep searches

    def save_search(self, name: str, text: str, *, instead: str | None = None) -> None:
        """Keep a search under a name; one of the same name, in whatever case, makes way for it.

        Args:
            name: what it is called.
            text: the search.
            instead: the name of one that it takes the place of, as where it is given another name.

        Raises:
            InvalidSearchError: the name is empty, longer than 60 characters or holds control characters, or
                there is nothing to search for.
            QueryError: the text is no search.
        """
        saved_searches.save_search(self._database, name, text, instead=instead)

    def delete_saved_search(self, name: str) -> bool:
        """Forget a search that was kept.

        Returns:
            Whether there was one of this name, in whatever case.
        """
        return saved_searches.delete_saved_search(self._database, name)

    # Decide

    def confirm(self, video: VideoRecord | int, tag: str) -> None:
        """Note that a tag fits: a suggestion is confirmed, any other tag is added.

        Args:
            video: the video, or its id.
            tag: a built-in label, or any words of the person's own; a maybe may be named ``Dance?``.

        Raises:
            InvalidTagError: it is empty, longer than 60 characters or holds control characters, or it is new
                and ends in a question mark.
            UnknownVideoError: there is no such video.
        """
        decisions.confirm(self._database, _id(video), tag)

    def reject(self, video: VideoRecord | int, tag: str) -> bool:
        """Note that a tag does not fit: no model suggests it for this video again.

        A tag of the person's own that no model scored this video for simply goes.

        Returns:
            Whether there was something to note; False where the video does not carry such a tag.

        Raises:
            InvalidTagError: as for ``confirm``.
            UnknownVideoError: there is no such video.
        """
        return decisions.reject(self._database, _id(video), tag)

    def forget(self, video: VideoRecord | int, tag: str) -> bool:
        """Forget whatever was decided about a tag: what the newest tagging says of it stands again.

        Returns:
            Whether there was a decision.

        Raises:
            InvalidTagError: as for ``confirm``.
        """
        return decisions.forget(self._database, _id(video), tag)

    def undo(self, video: VideoRecord | int, tag: str, *, entry: int | None = None) -> bool:
        """Undo the last decision about a tag of a video: what was before stands again.

        Args:
            video: the video, or its id.
            tag: the tag's name.
            entry: the number of the decision in the journal, as a page showed it: where another one was made
                or undone meanwhile, nothing happens. None undoes whichever is the last.

        Returns:
            Whether there was a decision to undo.

        Raises:
            InvalidTagError: as for ``confirm``.
        """
        return undo_one.undo(self._database, _id(video), tag, entry=entry)

    def last_decisions(self, video: VideoRecord | int) -> dict[str, JournalEntry]:
        """Return by tag the last decision of each that was not undone; the newest one of all comes last."""
        return journal.last_of_video(self._database, _id(video))

    def adopt(self, old_id: int, new_id: int) -> Adopted:
        """Move what a person decided about a missing video to another one, whose own decisions win.

        Raises:
            NotMissingError: the first is not missing, or the second is.
            UnknownVideoError: one of them is not in the library.
        """
        return adoption.adopt(self._database, old_id, new_id)


def _id(video: VideoRecord | int) -> int:
    return video if isinstance(video, int) else video.id
