"""Opening a video's container with FFmpeg, as a local file and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError, NotAVideoError, UnreadableVideoError
from organizer.frames.formats.bounded_file import BoundedFile
from organizer.frames.formats.format_names import has_format
from organizer.frames.formats.iso_boxes import has_index
from organizer.frames.formats.sniff import CUT, sniff
from organizer.frames.limits import MAX_PIXELS, check_size
from organizer.frames.streams.film_stream import film_stream, with_late_streams

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_INDEX_MISSING = "the file is cut off or damaged (its index is missing)"
_COPY_AGAIN = "Copy it again from the camera or a backup, or try a repair tool on a copy."


def open_container(path: str) -> InputContainer:
    """Open a video file for reading; the caller closes it.

    Args:
        path: absolute. A name that looks like an address, a pattern or a list (``http:``, ``img_%02d``,
            ``concat:``) is only ever the name of a local file.

    Raises:
        ValueError: for a relative path.
        NotAVideoError: the content is not a video format.
        UnreadableVideoError: FFmpeg cannot open it.
        MissingDependencyError: there is no PyAV.
    """
    if not os.path.isabs(path):
        raise ValueError(f"not an absolute path: {path!r}")
    kind = sniff(path)
    try:
        import av
    except ImportError as error:
        raise MissingDependencyError(
            f"PyAV cannot be loaded ({error}). Run: pip install --force-reinstall av"
        ) from error
    try:
        container = _open(path, kind, {})
    except (av.error.FFmpegError, OSError, ValueError) as error:
        unread = isinstance(error, OSError) and not isinstance(error, av.error.FFmpegError)
        index_missing = kind == "iso-bmff" and not unread and not has_index(path)
        raise unreadable(path, error, index_missing=index_missing) from error

    def reopen(options: dict[str, str]) -> InputContainer | None:
        try:
            return _open(path, kind, options)
        except (av.error.FFmpegError, OSError, ValueError):
            return None

    return with_late_streams(container, reopen)


def _open(path: str, kind: str, options: dict[str, str]) -> InputContainer:
    import av

    file = BoundedFile(path)
    try:
        # Metadata in old encodings must not make a playable video unreadable.
        return av.open(
            file,
            mode="r",
            format=kind.removeprefix(CUT) if kind.startswith(CUT) else None,
            options={"protocol_whitelist": "file", "max_pixels": str(MAX_PIXELS), **options},
            metadata_errors="replace",
        )
    except av.error.FFmpegError:
        # What cannot be read is to FFmpeg a file that ends there, and then it calls it damaged.
        if file.read_error is not None:
            raise file.read_error from None
        raise


def picture_stream(container: InputContainer, path: str) -> VideoStream:
    """Return the stream of moving pictures, see film_stream; a cover picture attached to a song is none.

    Raises:
        NotAVideoError: there is none.
        UnreadableVideoError: FFmpeg has no decoder for it, when its pictures are larger than any camera's or
            when the index that would list it is cut off.
    """
    stream = film_stream(container.streams.video)
    if stream is not None:
        if stream.codec_context is None:
            raise UnreadableVideoError(
                path, "its video codec is not known", "Convert a copy of it to H.264 and add that."
            )
        check_size(path, stream.width, stream.height)
        # What size a codec finds in its data is another matter, and may change from picture to picture.
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        return stream
    if has_format(container, "mp4") and not has_index(path):
        raise UnreadableVideoError(path, _INDEX_MISSING, _COPY_AGAIN)
    holds = "it holds sound but no picture" if container.streams.audio else "it holds no video stream"
    raise NotAVideoError(path, holds, "Exclude it from the scan.")


def unreadable(path: str, error: Exception, *, index_missing: bool = False) -> UnreadableVideoError:
    """Return the error that says in plain words why FFmpeg could not use the file."""
    import av

    words = getattr(error, "strerror", None) or str(error)
    if index_missing:
        return UnreadableVideoError(path, _INDEX_MISSING, _COPY_AGAIN)
    if isinstance(error, av.error.DecoderNotFoundError | av.error.PatchWelcomeError):
        reason = f"its format is not supported ({words})"
        return UnreadableVideoError(path, reason, "Convert a copy of it to H.264 and add that.")
    if isinstance(error, av.error.InvalidDataError):
        return UnreadableVideoError(path, f"the file is damaged ({words})", _COPY_AGAIN)
    return UnreadableVideoError(
        path, f"the file cannot be opened ({words})", "Check that the disk is connected, then scan again."
    )


def undecodable(path: str, error: Exception) -> UnreadableVideoError:
    """Return the error for a file that every reader gave up with an error of its own."""
    import av

    message = f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"
    # What FFmpeg says, and what PyAV and NumPy make of sizes and counts that cannot be true.
    if isinstance(error, av.error.FFmpegError | OSError | LookupError | ValueError | ArithmeticError):
        return UnreadableVideoError(
            path,
            f"its pictures cannot be decoded ({message})",
            "If it plays elsewhere, convert a copy of it to H.264 and add that.",
        )
    return UnreadableVideoError(
        path, f"it cannot be decoded ({message})", "Check whether it plays; if it does, please report it."
    )
