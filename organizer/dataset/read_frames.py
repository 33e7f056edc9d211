"""The records of a shard in YouTube-8M's format, put beside the rows of its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.dataset.frame_records import ROWS, find_row_table, read_context
from organizer.dataset.rows import Record
from organizer.dataset.tfrecords import SkippedRecord, read_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from organizer.dataset.rows import VideoRow


def read_frames(file: Path, rows: Mapping[str, VideoRow], dimensions: int) -> list[Record]:
    """Return the records of a TFRecord file with their rows.

    Args:
        file: the shard.
        rows: by id, what stands beside each record.
        dimensions: numbers of each second.

    Raises:
        ValueError: a record is damaged, of another layout, or has no row.
        MissingDependencyError: google-crc32c is not installed.
    """
    found = []

    def refuse(skipped: SkippedRecord) -> None:
        raise ValueError(str(skipped))

    for number, record in read_records(file, refuse):
        table = find_row_table(record, ROWS, dimensions)
        if table is None:
            raise ValueError(f"record {number} is of another layout")
        video_id = read_context(table.context).id.decode("utf-8", "replace")
        if video_id not in rows:
            raise ValueError(f"record {number} is not in the table beside it")
        # A copy, for the record's memory is used again.
        found.append(Record(rows[video_id], table.rows.copy()))
    return found
