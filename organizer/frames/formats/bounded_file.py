"""A video file as FFmpeg gets to read it: no more of it than a recording can need."""

from __future__ import annotations

import errno
import io
import os
import time
from typing import TYPE_CHECKING

from organizer.frames.limits import MAX_READ_BYTES, MAX_RUN_BYTES
from organizer.frames.read_errors import note

if TYPE_CHECKING:
    from av.container import InputContainer


class BoundedFile(io.RawIOBase):
    """A file that ends early where it would be read without end; see MAX_RUN_BYTES and MAX_READ_BYTES.

    What FFmpeg found up to there counts, as in a file that was cut off. It ends, too, where it cannot be
    read: no exception gets through FFmpeg, so it is noted; see read_errors. The file is closed with its last
    reference, which the container that reads it holds.
    """

    def __init__(self, path: str, *, max_run: int = MAX_RUN_BYTES, max_read: int = MAX_READ_BYTES) -> None:
        """Open a file for reading.

        Args:
            path: absolute.
            max_run: bytes of one value in a row.
            max_read: bytes in all, however often, until allow_more is called.

        Raises:
            OSError: it cannot be opened.
        """
        self.name = f"file:{path}"
        """What FFmpeg is told; it looks at the extension."""
        try:
            self._file = io.FileIO(path)
        except OSError as error:
            note(error)
            raise
        self._max_read = self._left = max_read
        self._max_run = max_run
        self._run = 0
        self._value = b""
        self._due_s = float("inf")
        self.out_of_time = False
        """Whether it ended because the time of end_after was over."""
        self.read_error: OSError | None = None
        """Why it could not be read the last time that it could not, if ever."""

    def allow_more(self) -> None:
        """Count what is read from here on anew: something came of what was read so far."""
        self._left = self._max_read

    def end_after(self, seconds: float) -> None:
        """Let the file end where it is read in so many seconds."""
        self._due_s = time.monotonic() + seconds

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end or where they cannot be read."""
        if self.ends_early:
            return b""
        if time.monotonic() >= self._due_s:
            self.out_of_time = True
            return b""
        try:
            data = self._file.read(size) or b""
        except OSError as error:
            self.read_error = error
            note(error)
            return b""
        self._left -= len(data)
        first = data[:1]
        # The last byte and one in the middle tell nearly always, without a look at all the others.
        if first and first == data[-1:] == data[len(data) // 2 :][:1] and data.count(first) == len(data):
            self._run = self._run + len(data) if first == self._value else len(data)
            self._value = first
        else:
            self._run = 0
        return data

    @property
    def ends_early(self) -> bool:
        """Whether there is more to read, but not for who reads here; elsewhere there may be."""
        return self._left <= 0 or self._run >= self._max_run

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position and return it, for one that there is none of the negative number of the error.

        Damaged files ask for such; FFmpeg knows what to do, and an exception would come up somewhere else.
        """
        self._run = 0
        try:
            return self._file.seek(offset, whence)
        except (OSError, OverflowError) as error:
            return -(getattr(error, "errno", None) or errno.EINVAL)

    def status(self) -> os.stat_result:
        """Return what the system says of the file that was opened, whatever lies at its path by now."""
        return os.fstat(self._file.fileno())

    def tell(self) -> int:
        """Return the position, in bytes from the beginning."""
        return self._file.tell()

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Close the file."""
        # There is none where it could not be opened.
        if "_file" in self.__dict__:
            self._file.close()
        super().close()


def file_of(container: InputContainer) -> BoundedFile:
    """Return the file that a container, as ``open_container`` returns it, reads from."""
    file = container.file.file
    assert isinstance(file, BoundedFile)
    return file
