"""The two kinds of records that YouTube-8M has: frame-level and video-level features, as it calls them.

The rows of a frame-level record are found without parsing it (``organizer.dataset.frame_records``). What is
not written in that way is read with the ordinary parser.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from organizer.dataset.frame_records import ROWS, find_row_table, read_context

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from organizer.features.quantiser import Quantiser

DIMENSIONS = 1024
"""Numbers of each second's picture; the 128 numbers of sound are left alone."""


class Level(StrEnum):
    """What YouTube-8M says of a video; as ``--level`` and the addresses of shards name it."""

    FRAME = "frame"
    """Features of each second: 300 to 400 MB a shard."""
    VIDEO = "video"
    """Their mean over the whole video: a few MB a shard."""


class RecordFormatError(Exception):
    """A record that is whole, but not of the format that was asked for; says why."""


@dataclass(frozen=True, slots=True)
class Video:
    """One record, read."""

    id: bytes
    classes: tuple[int, ...]
    """Numbers of the release."""
    rows: NDArray[Any]
    """(seconds, 1024) in the format's type; it may be a view into the record."""
    rejected: tuple[int, ...] = ()
    """Classes that somebody said it has not. YouTube-8M's records know no such thing."""


class RecordFormat(Protocol):
    """How records are read, and what batches of them become."""

    type_name: str
    """Of the stored numbers: ``uint8`` or ``float32``."""

    def read(self, record: memoryview) -> Video:
        """Read a record.

        Raises:
            RecordFormatError: it is of another format.
        """
        ...

    def features(self, rows: Any, seconds: Any) -> Any:
        """Return the features of a batch, as tensors: float32 (batch, seconds, 1024).

        Args:
            rows: (batch, seconds, 1024) as stored, anything in the rows that are not there.
            seconds: (batch,) int32, how many rows are there.
        """
        ...


class FrameLevelFormat:
    """Every second of a video: a SequenceExample whose list ``rgb`` has 1024 bytes a second."""

    type_name = "uint8"

    def __init__(self, quantiser: Quantiser) -> None:
        self._quantiser = quantiser

    def read(self, record: memoryview) -> Video:
        """Read a SequenceExample; all its rows are checked, whatever is cut from it later."""
        from tensorflow.core.example.feature_pb2 import Features

        table = find_row_table(record, ROWS, DIMENSIONS)
        if table is None:
            return parse_frame_level(record)
        video_id, classes = _context(_message(Features, table.context, "SequenceExample").feature)
        return Video(video_id, classes, table.rows)

    def features(self, rows: Any, seconds: Any) -> Any:
        """Dequantise, then pad: zeros among the stored bytes would become -2."""
        import numpy as np
        import tensorflow as tf

        # The quantiser's own line through its first and last level, so that there is one formula of it.
        ends = self._quantiser.dequantise(np.array([0, 255], np.uint8)).astype(np.float64)
        step = np.float32((ends[1] - ends[0]) / 255)
        there = tf.sequence_mask(seconds, tf.shape(rows)[1], tf.float32)[:, :, tf.newaxis]
        return (tf.cast(rows, tf.float32) * step + np.float32(ends[0])) * there


class OwnFrameLevelFormat(FrameLevelFormat):
    """The same as ``organizer features`` writes it: a video may have no label, and labels it has not."""

    def read(self, record: memoryview) -> Video:
        """Read a record."""
        table = find_row_table(record, ROWS, DIMENSIONS)
        if table is None:
            raise RecordFormatError("it is of another layout than organizer writes")
        try:
            context = read_context(table.context)
        except ValueError as error:
            raise RecordFormatError(str(error)) from error
        return Video(context.id, context.labels, table.rows, context.rejected)


class VideoLevelFormat:
    """The mean over a video's seconds, as one second: an Example with ``mean_rgb``, 1024 floats.

    The seconds were stored in 8 bits and dequantised before their mean was taken: in the release's own shards
    the means end where dequantised numbers do, at -1.9921875 and 2.0078125. So a mean is a feature already.
    """

    type_name = "float32"

    def read(self, record: memoryview) -> Video:
        """Read an Example."""
        import numpy as np
        from tensorflow.core.example.example_pb2 import Example

        fields = _message(Example, bytes(record), "Example").features.feature
        if "mean_rgb" not in fields:
            raise RecordFormatError("it has no mean_rgb, so it is not of the video level")
        mean = fields["mean_rgb"].float_list.value
        if len(mean) != DIMENSIONS:
            raise RecordFormatError(f"its mean_rgb has {len(mean)} numbers, not {DIMENSIONS}")
        video_id, classes = _context(fields)
        return Video(video_id, classes, np.asarray(mean, np.float32)[np.newaxis])

    def features(self, rows: Any, seconds: Any) -> Any:
        """Return the means as they are."""
        del seconds
        return rows


def _context(fields: Mapping[str, Any]) -> tuple[bytes, tuple[int, ...]]:
    """Return a record's id and class numbers."""
    video_id: Sequence[bytes] = fields["id"].bytes_list.value if "id" in fields else ()
    if len(video_id) != 1 or not video_id[0]:
        raise RecordFormatError("it has no id")
    classes = tuple(fields["labels"].int64_list.value) if "labels" in fields else ()
    if not classes:
        raise RecordFormatError("it has no labels; those of the test partition have none")
    return video_id[0], classes


def parse_frame_level(record: memoryview) -> Video:
    """Read a frame-level record however it is written, with the ordinary parser.

    Raises:
        RecordFormatError: it is of another format.
    """
    import numpy as np
    from tensorflow.core.example.example_pb2 import SequenceExample

    example = _message(SequenceExample, bytes(record), "SequenceExample")
    lists = example.feature_lists.feature_list
    if "rgb" not in lists or not lists["rgb"].feature:
        raise RecordFormatError("it has no rgb rows, so it is not of the frame level")
    rows = [b"".join(row.bytes_list.value) for row in lists["rgb"].feature]
    if any(len(row) != DIMENSIONS for row in rows):
        raise RecordFormatError(f"a row of rgb has not {DIMENSIONS} bytes")
    video_id, classes = _context(example.context.feature)
    return Video(video_id, classes, np.frombuffer(b"".join(rows), np.uint8).reshape(-1, DIMENSIONS))


def _message(kind: Any, data: bytes, name: str) -> Any:
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        return kind.FromString(data)
    except DecodeError as error:
        raise RecordFormatError(f"it is no {name}") from error
