"""What the face of a library does as steps of one history, each of which can be undone and done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.library.deciding import renaming, steps, tag_changes
from organizer.library.history import doing, folders
from organizer.library.reading import folders as reading_folders
from organizer.library.reading import tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from organizer.library.actions import Change, Step, StepOutcome
    from organizer.library.exclusions import Exclusion
    from organizer.library.records import FolderInfo, Root, TagInfo


class Acting:
    """The part of ``Library`` that changes many videos, tags or folders at once."""

    _database: Database

    # Videos, and the history

    def apply(self, change: Change, video_ids: Sequence[int]) -> Step:
        """Decide about a tag, or set marks, of any number of videos as one step that can be undone.

        Videos that are not in the library any more, and those where nothing changes, are left alone.

        Args:
            change: what to do.
            video_ids: the videos.

        Returns:
            The step; its id is 0 where nothing changed, and it is not in the history then.

        Raises:
            InvalidTagError: as for ``confirm``.
            OrganizerError: a rating is not 0 to 5.
            UnknownVideoError: none of the videos is in the library.
        """
        return doing.apply(self._database, change, video_ids)

    def steps(self, limit: int = 50, before: int | None = None) -> Sequence[Step]:
        """Return the newest steps of the history, the newest first.

        Args:
            limit: how many at most.
            before: only those older than the step with this id, for the next page.
        """
        return steps.steps(self._database, limit, before)

    def undo_step(self, step_id: int) -> StepOutcome:
        """Undo a step: everything it changed is as it was before, but for what was changed again since.

        Where a model tagged a video since, the decision is undone and what that model says stands. A move of
        files is not undone here: the outcome says so.

        Returns:
            What was restored and what was not, and why; false where nothing was.
        """
        return doing.undo(self._database, step_id)

    def redo_step(self, step_id: int) -> StepOutcome:
        """Do again what was undone of a step, but where something was done since.

        Returns:
            As for ``undo_step``.
        """
        return doing.redo(self._database, step_id)

    def last_step(self, *, undone: bool = False, moves: bool = True) -> Step | None:
        """Return the step that a person means who says "undo", or, where ``undone``, "redo".

        Args:
            undone: whether it is "redo".
            moves: whether "undo" may mean a move of files, which ``undo_step`` refuses.
        """
        id_ = steps.last(self._database, undone=undone, moves=moves)
        return None if id_ is None else steps.find(self._database, id_)

    # Tags

    def tags(self) -> Sequence[TagInfo]:
        """Return all tags that any video carries, hidden ones too, and all built-in labels, by name."""
        return tags.tag_infos(self._database)

    def rename_tag(self, old: str, new: str) -> Step:
        """Rename a tag of the person's own, as one step; a model that learned it gives it by the new name.

        Raises:
            InvalidTagError: it is a built-in label or no tag, or there is a tag of the new name.
        """
        return doing.in_one(self._database, lambda db: renaming.rename(db, old, new))

    def merge_tags(self, sources: Sequence[str], into: str) -> Step:
        """Make one tag of several, as one step; of two decisions about a video the newer one holds.

        A model that learned one of them gives the tag that stays.

        Args:
            sources: tags of the person's own.
            into: the tag that stays; a new name makes a new one, and it may be a built-in label.

        Raises:
            InvalidTagError: a source is a built-in label or no tag, or the tag that stays is hidden.
        """
        return doing.in_one(self._database, lambda db: tag_changes.merge(db, sources, into))

    def delete_tag(self, name: str) -> Step:
        """Take a tag of the person's own from all videos, as one step.

        Where a model learned it, it stays away until somebody gives it again by hand.

        Raises:
            InvalidTagError: it is a built-in label or no tag.
        """
        return doing.in_one(self._database, lambda db: tag_changes.delete(db, name))

    def colour_tag(self, name: str, colour: str | None) -> Step:
        """Give a tag a colour, ``#rrggbb``, or take it away, as one step.

        Raises:
            InvalidTagError: it is no tag, or no colour.
        """
        return doing.in_one(self._database, lambda db: tag_changes.colour(db, name, colour))

    def hide_label(self, name: str, hidden: bool) -> Step:
        """Hide a label, so that it is never shown, suggested or counted, or show it again, as one step.

        What models and the person say of it is kept, and there when it is shown again.

        Raises:
            InvalidTagError: it is no tag.
        """
        return doing.in_one(self._database, lambda db: tag_changes.hide(db, name, hidden=hidden))

    # Folders

    def folders(self) -> Sequence[FolderInfo]:
        """Return the folders that were scanned, in the order they were added, each with what it holds."""
        return reading_folders.folders(self._database)

    def forget_folder(self, folder: Root | str, keep_tags: bool) -> Step:
        """Let go of a folder that was scanned, and of its videos, as one step. No file is touched.

        Videos that lie in another folder too stay there. What is known of the others waits for the day that a
        scan finds their content again.

        Args:
            folder: the folder, or its absolute path.
            keep_tags: whether what the person decided about them waits, too; else it is forgotten.

        Raises:
            FolderError: it was not scanned.
            JobRunningError: a job goes through the folders.
        """
        path = folder if isinstance(folder, str) else folder.path
        return doing.in_one(self._database, lambda db: folders.forget(db, path, keep_tags=keep_tags))

    def exclusions(self) -> Sequence[Exclusion]:
        """Return what scans leave out, in the order it was said."""
        return folders.exclusions(self._database)

    def exclude(self, pattern: str) -> Step:
        """Leave something out of scans from now on, and let go of its videos, as one step.

        As when a folder is forgotten, what is known of them and was decided about them waits.

        Args:
            pattern: an absolute path, of a folder or a file; or a glob, matched case-sensitively against the
                name of each file and folder, and against its path below the scanned folder.

        Raises:
            OrganizerError: it would leave out everything, or a folder that was scanned by itself.
            JobRunningError: a job goes through the folders.
        """
        return doing.in_one(self._database, lambda db: folders.exclude(db, pattern))

    def include(self, pattern: str) -> Step:
        """Leave something out no longer, as one step; the next scan finds its videos.

        Raises:
            OrganizerError: it was not left out.
            JobRunningError: a job goes through the folders.
        """
        return doing.in_one(self._database, lambda db: folders.include(db, pattern))
