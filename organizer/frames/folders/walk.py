"""Which files below a folder are candidates, and which the walk would never have seen."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from fnmatch import translate

from organizer.errors import FolderError, NotAVideoError, UnreadableVideoError
from organizer.folding import is_same_path
from organizer.frames.folders.extensions import (
    extension,
    is_ambiguous,
    is_beside_picture,
    may_be_video,
    pictures_in,
)
from organizer.frames.folders.left_out import (
    NO_MEDIA,
    LeftOut,
    Why,
    is_cloud_only,
    is_hidden_by_attribute,
    is_sidecar,
    is_system_name,
    stands_for,
)
from organizer.frames.formats.sniff import IS_TEXT, sniff
from organizer.types import VideoFile

_WINDOWS_JUNCTION = 0xA0000003


class Walk:
    """One walk below a root: first an iterator of candidates, afterwards the account of what was left out.

    Candidates come folder by folder, the files of a folder by name and then its sub-folders by name, with
    one ``stat`` each. Symbolic links below the root are counted, never followed: their target lies either
    below the root and is found anyway, or outside and can be added as a root of its own. A file that lives
    only in a cloud is a candidate when it is known unchanged; else it is named in ``cloud_only`` and not one
    byte of it is read, for that would download it. A folder that holds a file ``.nomedia`` is left out with
    all below it; the root never is.
    """

    def __init__(
        self,
        root: str,
        *,
        below: str = "",
        exclude: Sequence[str] = (),
        skip_folders: Collection[str] = (),
        known: Callable[[VideoFile], bool] | None = None,
        stored: Callable[[str], bool] | None = None,
    ) -> None:
        """Begin a walk: iterate over it, then ask what it left out.

        Args:
            root: the folder; it may have a hidden name or be a symbolic link.
            below: walk only this folder, given relative to the root.
            exclude: case-sensitive globs, matched against the name of each file and folder and against its
                path relative to the root, with ``/`` between the parts; accents may be composed or not.
            skip_folders: absolute paths of nested folders not to enter, for they are roots of their own; here
                too, accents may be composed or not.
            known: tells of a file that it is a video already known unchanged, so that its content need not be
                looked at again. It is asked where the content cannot be taken for granted: for an ambiguous
                extension (``.ts``) and for a file that lives only in a cloud.
            stored: tells of a relative path that a video is known there. Such a file is a candidate whatever
                it holds now: that it cannot be read any more is worth a word.

        Raises:
            FolderError: the root, or the folder ``below`` it, is missing or is no folder.
            ValueError: ``below`` leaves the root.
        """
        self.root = os.path.abspath(root)
        """Absolute path of the root folder."""
        self.below = _inside(below)
        """The folder walked, relative to the root; empty for the whole root."""
        self.unreadable: list[str] = []
        """Relative paths of folders (rarely: files) that could not be read."""
        self.links_not_followed = 0
        """Symbolic links that were met and left alone, wherever they lead."""
        self.cloud_only: set[str] = set()
        """Relative paths of videos, new or changed, that were not read because they lie only in a cloud."""
        self.left_out: list[LeftOut] = []
        """What looks like a video, belongs to one, or is a folder, and was left alone, with the reason."""
        self.finished = False
        """Whether the walk reached its end, with the root still in its place."""
        self._exclude = [
            re.compile(translate(_composed(pattern.strip("/")))) for pattern in exclude if pattern.strip("/")
        ]
        self._skip_folders = {os.path.normcase(os.path.abspath(folder)) for folder in skip_folders}
        self._known = known
        self._stored = stored
        self._out_of_sight: set[str] = set()
        self._no_media: set[str] = set()
        self._identity = _folder_identity(self.root)
        _folder_identity(os.path.join(self.root, self.below))

    def __iter__(self) -> Iterator[VideoFile]:
        """Yield each candidate; memory grows with the entries of one folder, not with the tree."""
        self.finished = False
        self.left_out.clear()
        self._no_media.clear()
        folders = [self.below] if self._enters(self.below) else []
        # Ends a bind mount or a junction that contains itself.
        seen: set[tuple[int, int]] = set()
        while folders:
            folder = folders.pop()
            if self._is_new(folder, seen):
                files: list[os.DirEntry[str]] = []
                subfolders: list[str] = []
                pictures = self._list(folder, files, subfolders)
                yield from self._candidates(folder, files, pictures)
                folders.extend(sorted(subfolders, reverse=True))
        self.finished = self._root_is_in_place()

    @property
    def enters(self) -> bool:
        """Whether a walk of the whole root would come to the folder ``below``; False where it is left out."""
        return self._enters(self.below)

    def covers(self, relative_path: str) -> bool:
        """Tell whether this walk would have reported a video at that path, had there been one.

        False for what lies outside ``below``, is excluded, hidden, in a nested root, in a folder that could
        not be read or that holds a file ``.nomedia``, for a file that lives only in a cloud, and for
        everything unless the walk finished. So a
        known file that was not reported has vanished when this is True and is merely out of sight when it is
        False. A file or folder whose place a link took counts as vanished.
        """
        if not self.finished or not may_be_video(relative_path):
            return False
        if self.below and not relative_path.startswith(self.below + os.sep):
            return False
        if "" in self.unreadable:
            return False
        return not any(
            self._leaves_out(path)
            or path in self.unreadable
            or path in self._out_of_sight
            or path in self._no_media
            or path in self.cloud_only
            for path in _with_parents(relative_path)
        )

    def passes_over(self, relative_path: str) -> bool:
        """Tell whether this walk left a folder out that the path lies in: a trash, or one with ``.nomedia``.

        Older versions looked into these. What is known there stays, unless its file is gone.
        """
        if not self.finished or (self.below and not relative_path.startswith(self.below + os.sep)):
            return False
        return any(
            path in self._no_media or is_system_name(os.path.basename(path))
            for path in _with_parents(relative_path)
        )

    def _list(
        self, folder: str, files: list[os.DirEntry[str]], subfolders: list[str]
    ) -> set[tuple[str, str]]:
        """Fill both lists with what a folder holds; what was listed before an error still counts.

        Returns:
            Its pictures, see ``pictures_in``.
        """
        met: list[LeftOut] = []
        others: list[str] = []
        try:
            with os.scandir(os.path.join(self.root, folder)) as entries:
                for entry in entries:
                    if entry.name == NO_MEDIA and folder:
                        files.clear()
                        subfolders.clear()
                        self._no_media.add(folder)
                        self._leave(folder, Why.NO_MEDIA)
                        return set()
                    path = os.path.join(folder, entry.name)
                    self._note_stand_in(folder, entry)
                    if self._leaves_out(path):
                        why = self._reason(path)
                        if why and (may_be_video(entry.name) or entry.is_dir(follow_symlinks=False)):
                            met.append(LeftOut(os.path.join(self.root, path), why))
                    elif entry.is_symlink():
                        self.links_not_followed += 1
                        met.append(LeftOut(os.path.join(self.root, path), Why.LINK))
                    elif entry.is_dir(follow_symlinks=False):
                        subfolders.append(path)
                    elif may_be_video(entry.name) and entry.is_file(follow_symlinks=False):
                        files.append(entry)
                    elif may_be_video(entry.name):
                        met.append(LeftOut(os.path.join(self.root, path), Why.NO_FILE))
                    elif is_sidecar(extension(entry.name)):
                        met.append(LeftOut(os.path.join(self.root, path), Why.SIDECAR))
                    else:
                        others.append(entry.name)
        except OSError:
            self._cannot_read(folder)
        self.left_out += sorted(met, key=lambda entry: entry.path)
        return pictures_in(others)

    def _candidates(
        self, folder: str, entries: list[os.DirEntry[str]], pictures: Collection[tuple[str, str]]
    ) -> Iterator[VideoFile]:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = os.path.join(folder, entry.name)
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError:
                self._cannot_read(path)
                continue
            if is_hidden_by_attribute(status):
                self._out_of_sight.add(path)
                self._leave(path, Why.HIDDEN)
                continue
            beside = is_beside_picture(entry.name, pictures)
            file = VideoFile(self.root, path, status.st_size, status.st_mtime_ns, beside_picture=beside)
            if is_cloud_only(status):
                if self._is_known(file):
                    yield file
                else:
                    # Only the content would show what an ambiguous name holds: most often no video.
                    (self._out_of_sight if is_ambiguous(entry.name) else self.cloud_only).add(path)
                    self._leave(path, Why.CLOUD)
                continue
            self.cloud_only.discard(path)
            self._out_of_sight.discard(path)
            if not is_ambiguous(entry.name) or self._holds_video(file):
                yield file

    def _note_stand_in(self, folder: str, entry: os.DirEntry[str]) -> None:
        """Note the video whose place in the folder a cloud's stand-in takes."""
        name = stands_for(entry.name)
        if name is not None and may_be_video(name) and entry.is_file(follow_symlinks=False):
            path = os.path.join(folder, name)
            if not self._leaves_out(path):
                (self._out_of_sight if is_ambiguous(name) else self.cloud_only).add(path)
                self._leave(path, Why.CLOUD)

    def _is_known(self, file: VideoFile) -> bool:
        return self._known is not None and self._known(file)

    def _holds_video(self, file: VideoFile) -> bool:
        if self._is_known(file):
            return True
        try:
            sniff(file.path)
        except NotAVideoError as error:
            if self._stored is not None and self._stored(file.relative_path):
                return True
            why = Why.TEXT if error.reason == IS_TEXT else Why.NOT_A_VIDEO
            self._leave(file.relative_path, why, error.reason)
            return False
        except UnreadableVideoError:
            self._cannot_read(file.relative_path)
            return False
        return True

    def _is_new(self, folder: str, seen: set[tuple[int, int]]) -> bool:
        """Tell whether to list a folder: each once, hidden ones never; notes one that cannot be read."""
        try:
            status = os.stat(os.path.join(self.root, folder), follow_symlinks=not folder)
        except OSError:
            self._cannot_read(folder)
            return False
        if folder and is_hidden_by_attribute(status):
            self._out_of_sight.add(folder)
            self._leave(folder, Why.HIDDEN)
            return False
        if getattr(status, "st_reparse_tag", 0) == _WINDOWS_JUNCTION and folder:
            self.links_not_followed += 1
            self._leave(folder, Why.LINK)
            return False
        identity = (status.st_dev, status.st_ino)
        if identity in seen:
            return False
        seen.add(identity)
        return True

    def _enters(self, folder: str) -> bool:
        """Tell whether the walk of the whole root would come to this folder."""
        for path in _with_parents(folder):
            if self._leaves_out(path) or os.path.lexists(os.path.join(self.root, path, NO_MEDIA)):
                return False
            if os.path.islink(os.path.join(self.root, path)):
                self.links_not_followed += 1
                return False
        return True

    def _leaves_out(self, relative_path: str) -> bool:
        """Tell whether a name says that the walk passes over a file or folder."""
        if self._reason(relative_path) is not None:
            return True
        if not self._skip_folders:
            return False
        path = os.path.normcase(os.path.join(self.root, relative_path))
        if path in self._skip_folders:
            return True
        return not path.isascii() and any(is_same_path(path, folder) for folder in self._skip_folders)

    def _reason(self, relative_path: str) -> Why | None:
        """Return what a name says against a file or folder; None also for roots of their own."""
        name = os.path.basename(relative_path)
        if name.startswith("."):
            return Why.HIDDEN
        if is_system_name(name):
            return Why.SYSTEM
        if self._exclude:
            names = _composed(name), _composed(relative_path.replace(os.sep, "/"))
            if any(pattern.match(name) for pattern in self._exclude for name in names):
                return Why.EXCLUDED
        return None

    def _leave(self, relative_path: str, why: Why, detail: str = "") -> None:
        self.left_out.append(LeftOut(os.path.join(self.root, relative_path), why, detail))

    def _cannot_read(self, relative_path: str) -> None:
        self.unreadable.append(relative_path)
        self._leave(relative_path, Why.UNREADABLE)

    def _root_is_in_place(self) -> bool:
        """Tell whether the root is the folder it was: a disk pulled out mid-walk leaves an empty folder."""
        try:
            return _folder_identity(self.root) == self._identity
        except FolderError:
            return False


def _inside(below: str) -> str:
    if not below:
        return ""
    folder = os.path.normpath(below)
    if os.path.isabs(folder) or folder.split(os.sep)[0] == os.pardir:
        raise ValueError(f"not a folder below the root: {below!r}")
    return "" if folder == os.curdir else folder


def _folder_identity(folder: str) -> tuple[int, int]:
    try:
        status = os.stat(folder)
    except OSError as error:
        reason = (
            "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        )
        raise FolderError(f"{folder}: the folder {reason}. Connect its disk or correct the path.") from error
    if not stat.S_ISDIR(status.st_mode):
        raise FolderError(f"{folder}: this is a file, not a folder. Give the folder that holds it.")
    return status.st_dev, status.st_ino


def _with_parents(relative_path: str) -> list[str]:
    """Return the path and each folder above it below the root, outermost first; nothing for the root."""
    parts = relative_path.split(os.sep) if relative_path else []
    return [os.path.join(*parts[: end + 1]) for end in range(len(parts))]


def _composed(text: str) -> str:
    """Return text with composed accents: macOS stores names with decomposed ones, and nobody types those."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
