"""What one computer of a cluster does: it looks at the videos that it can see, and at those sent to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

from organizer.cluster.model_package import find_model, keep
from organizer.cluster.node_paths import paths_there
from organizer.cluster.scratch import remove_left_behind, scratch_folder
from organizer.dataset.description import read_description
from organizer.dataset.shard_files import ShardReport
from organizer.dataset.write_shard import ShardTools, write_shard
from organizer.errors import OrganizerError, StorageError, VideoError
from organizer.frames.decode import Decoded
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.library.fingerprint import fingerprint as fingerprint_of
from organizer.memory import memory_of_computer
from organizer.pipeline.analyse import Looked
from organizer.pipeline.decoding.decoders import ProcessDecoders
from organizer.pipeline.decoding.worker_count import fitting_workers
from organizer.types import VideoFile

if TYPE_CHECKING:
    from organizer.cluster.model_package import ModelPackage
    from organizer.cluster.node_paths import NodePathMap
    from organizer.dataset.plan import ShardWork
    from organizer.models.bundle import Bundle


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a computer is told before its first video."""

    name: str
    """What it is called in reports."""
    names: tuple[str, ...]
    """All that it is called by, for path maps."""
    workers: int
    """Videos to decode at once."""
    model: str
    """Name of the model."""
    digest: str
    """Of the model, see ``model_package.digest_of``."""
    sampling: Sampling
    maps: tuple[NodePathMap, ...]
    zone: str | None
    """The time zone of the computer that asks, by its name in the IANA database; None where it is not known.
    Dates without a zone are read in it."""


@dataclass(frozen=True, slots=True)
class NotSeen:
    """A file that is not there for this computer, or is another one."""

    root_is_there: bool
    """Whether at least its root folder is, and holds something."""
    reason: str | None = None
    """Why it cannot be used, where it is there; no full stop at the end."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The computer cannot look at any video."""

    reason: str
    """Full sentences."""


_WATCHER = """
import os, shutil, sys
if os.fork():
    os._exit(0)
os.setsid()
sys.stdin.buffer.read()
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""
"""Removes a folder when whoever holds the other end of its input has ended."""

_SENT = "organizer-sent-"
"""Begins the names of folders with files that were sent; then the number of the process that has them."""

Answer = Looked | ShardReport | VideoError | NotSeen | Broken


class Node:
    """Looks at videos, several at once; for each it is called in a thread of its own."""

    def __init__(self, settings: NodeSettings) -> None:
        """Take what is the same for all videos; nothing is loaded yet."""
        self._settings = settings
        self._bundle: Bundle | None = None
        self._watched: IO[bytes] | None = None
        self._network = threading.Lock()
        """Networks use all processors by themselves."""
        self._sent: dict[str, Path] = {}
        """The folders of files that are being sent, by what the sender calls them."""
        self._workers = fitting_workers(settings.workers, memory_of_computer())
        self._zone_is_set = settings.zone is None or _set_zone(settings.zone)
        remove_left_behind(_SENT)

    def has_model(self) -> bool:
        """Whether this computer has the model already."""
        self._bundle = find_model(self._settings.model, self._settings.digest)
        return self._bundle is not None

    def take_model(self, package: ModelPackage) -> None:
        """Keep the model that was sent.

        Raises:
            BundleError: it is damaged.
            StorageError: there is no room.
        """
        self._bundle = keep(package)

    def load(self) -> Broken | int:
        """Load the networks, so that the first video does not have to wait; return the number of workers."""
        if not self._zone_is_set:
            return Broken(f"Its clock cannot be set to {self._settings.zone}, and dates would differ.")
        try:
            _ = self._model.space, self._decoders
        except OrganizerError as error:
            return Broken(str(error))
        return self._workers

    def look(self, file: VideoFile, fingerprint: str) -> Answer:
        """Look at a video where this computer sees it.

        Args:
            file: as the computer that asks sees it.
            fingerprint: of its content, for another file may lie there.
        """
        seen = self._seen(file, fingerprint)
        if seen is not None:
            return self._looked(seen, file)
        roots = paths_there(file.root, self._settings.maps, self._settings.names)
        return NotSeen(any(_holds_something(root) for root in roots))

    def write(self, work: ShardWork, folder: str) -> Answer:
        """Write a shard of features, where this computer sees the folder and all files that it takes.

        Args:
            work: the shard.
            folder: where, as the computer that asks sees it.
        """
        target = self._same_folder(folder, work)
        seen = {
            video.file.path: self._seen(video.file, video.id) for video in work.videos if video.stored is None
        }
        if target is None or None in seen.values():
            return NotSeen(root_is_there=target is not None)
        tools = ShardTools(
            work.description,
            work.sampling,
            bundle=self._model,
            workers=self._workers,
            # They outlive the shard: nobody closes these tools.
            start=lambda *_, **__: self._decoders,
            here=lambda file: seen[file.path] or file,
        )
        try:
            # The next shard waits: decoders and network are busy with this one.
            with self._network:
                return write_shard(work, target, tools)
        except StorageError as error:
            return NotSeen(root_is_there=False, reason=f"{self._settings.name}: {error}".rstrip("."))
        except OrganizerError as error:
            return Broken(f"{self._settings.name}: {error}")

    def begin(self, token: str, size_bytes: int) -> bool:
        """Make room for a file that will be sent; False where there is none.

        Args:
            token: what the sender calls it.
            size_bytes: of the whole file.
        """
        if shutil.disk_usage(self._scratch).free < 2 * size_bytes:
            return False
        self._sent[token] = Path(tempfile.mkdtemp(dir=self._scratch))
        return True

    def add(self, token: str, name: str, piece: bytes) -> None:
        """Write the next piece of a file that is sent.

        Args:
            token: as for ``begin``.
            name: of the file, the last part of its path: it may hold a date.
            piece: the bytes.
        """
        with (self._sent[token] / _plain(name)).open("ab") as target:
            target.write(piece)

    def look_at_sent(self, token: str, file: VideoFile, fingerprint: str) -> Answer:
        """Look at a file that was sent whole, and forget it.

        Args:
            token: as for ``begin``.
            file: as for ``look``.
            fingerprint: as for ``look``.
        """
        folder = self._sent.pop(token)
        try:
            path = str(folder / _plain(os.path.basename(file.relative_path)))
            arrived = self._same(path, file, fingerprint)
            return NotSeen(root_is_there=True) if arrived is None else self._looked(arrived, file)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def drop(self, token: str) -> None:
        """Forget a file that was not sent to its end."""
        folder = self._sent.pop(token, None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    @cached_property
    def _scratch(self) -> Path:
        """Where files that are sent lie; it goes with this process, however that ends."""
        folder = scratch_folder(_SENT)
        if os.name == "posix":
            # The watcher outlives this process: forked twice, it is nobody's child, and Ray, which ends the
            # children of a process with it, does not know it.
            watcher = subprocess.Popen([sys.executable, "-c", _WATCHER, folder], stdin=subprocess.PIPE)
            self._watched = watcher.stdin
            watcher.wait()
        return folder

    @property
    def _model(self) -> Bundle:
        assert self._bundle is not None, "has_model or take_model comes first"
        return self._bundle

    @cached_property
    def _decoders(self) -> ProcessDecoders:
        reader = reader_for(self._settings.sampling, threads=1)
        return ProcessDecoders(reader, self._model.input_spec, workers=self._workers)

    def _same_folder(self, folder: str, work: ShardWork) -> Path | None:
        """Return where this computer sees a folder for shards: it holds the description that is meant."""
        for path in paths_there(folder, self._settings.maps, self._settings.names):
            try:
                if read_description(Path(path)) == work.description:
                    return Path(path)
            except OrganizerError:
                continue
        return None

    def _seen(self, file: VideoFile, fingerprint: str) -> VideoFile | None:
        paths = paths_there(file.path, self._settings.maps, self._settings.names)
        found = (self._same(path, file, fingerprint) for path in paths)
        return next((one for one in found if one is not None), None)

    def _same(self, path: str, file: VideoFile, fingerprint: str) -> VideoFile | None:
        """Return the file at a path, as this computer sees it, if it has the content that is meant."""
        try:
            status = os.stat(path)
            if status.st_size != file.size_bytes or fingerprint_of(path, status.st_size) != fingerprint:
                return None
        except OSError:
            return None
        folder, name = os.path.split(path)
        return VideoFile(folder, name, status.st_size, status.st_mtime_ns, dated_ns=file.mtime_ns)

    def _looked(self, seen: VideoFile, file: VideoFile) -> Answer:
        try:
            decoded = self._decoders.submit(seen).result()
            assert isinstance(decoded, Decoded), "decoders of this computer make pictures"
            with self._network:
                (features,) = self._model.space.extract_all([decoded.pictures])
        except VideoError as error:
            # Under the name that the person knows.
            return type(error)(file.path, error.reason, error.advice)
        except OrganizerError as error:
            return Broken(str(error))
        return Looked(decoded.info, features, decoded.poster, self._settings.name)


def _holds_something(folder: str) -> bool:
    """Whether there is anything in a folder: a drive that is not mounted leaves an empty one behind."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def _set_zone(zone: str) -> bool:
    """Have dates without a zone read in another computer's; False where that cannot be done here."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    if hasattr(time, "tzset"):
        os.environ["TZ"] = zone
        time.tzset()
        return True
    from tzlocal import get_localzone_name

    return bool(get_localzone_name() == zone)


def _plain(name: str) -> str:
    """Return a file's name without anything that leads out of its folder."""
    return os.path.basename(name.replace("\\", "/")) or "video"
