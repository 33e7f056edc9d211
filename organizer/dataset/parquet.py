"""Shards as Parquet files: the columns of the table, and the rows of features beside them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from organizer.dataset.rows import Record, VideoRow
from organizer.dataset.table import from_columns, to_columns
from organizer.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from organizer.dataset.description import Description

_PATHS = ("path", "root")


def load_pyarrow() -> tuple[Any, Any]:
    """Return pyarrow and its module for Parquet.

    Raises:
        MissingDependencyError: it is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingDependencyError(
            "Parquet needs the package pyarrow, which is not installed. Run: pip install "
            '"organizer[parquet]", or in a clone: pip install ".[parquet]"'
        ) from error
    return pyarrow, parquet


def parquet_file(description: Description, rows: Sequence[VideoRow], features: dict[str, Any]) -> bytes:
    """Return a shard as a Parquet file, a row a file.

    Args:
        description: what the folder holds; the labels' numbers are its.
        rows: what stands beside the features.
        features: by id, uint8 (seconds, dimensions); a copy has none.

    Raises:
        MissingDependencyError: pyarrow is not installed.
    """
    pyarrow, parquet = load_pyarrow()
    text, whole, real, yes = pyarrow.string(), pyarrow.int64(), pyarrow.float64(), pyarrow.bool_()
    texts, wholes = pyarrow.list_(text), pyarrow.list_(pyarrow.int32())
    kinds = {
        "id": text,
        "path": text,
        "root": text,
        "size_bytes": whole,
        "mtime_ns": whole,
        "copy": yes,
        "stored": yes,
        "seconds": wholes,
        "confirmed": texts,
        "rejected": texts,
        "given": texts,
        "duration_s": real,
        "width": whole,
        "height": whole,
        "codec": text,
        "frame_rate": real,
        "rotation_deg": whole,
        "mirrored": whole,
        "stored_width": whole,
        "stored_height": whole,
        "taken_at": text,
        "taken_clock": text,
        "taken_source": text,
        "metadata_digest": text,
        # Names that are not UTF-8, which Parquet's text cannot hold; else null.
        "path_bytes": pyarrow.binary(),
        "root_bytes": pyarrow.binary(),
        "labels": wholes,
        "rgb": pyarrow.list_(pyarrow.binary(description.dimensions)),
    }
    lines = [_line(description, row, features.get(row.id)) for row in rows]
    table = pyarrow.Table.from_pylist(lines, pyarrow.schema(list(kinds.items())))
    written = io.BytesIO()
    # Features hardly shrink, and whoever counts videos must not unpack them.
    packed = {name: "NONE" if name == "rgb" else "ZSTD" for name in kinds}
    packed["rgb.list.element"] = "NONE"
    parquet.write_table(table, written, compression=packed, use_dictionary=False)
    return written.getvalue()


def read_parquet_rows(file: Path) -> list[VideoRow]:
    """Return the rows of a shard without their features.

    Raises:
        MissingDependencyError: pyarrow is not installed.
        ValueError: it is no such file.
        OSError: it cannot be read.
    """
    return [_row(line) for line in _lines(file, features=False)]


def read_parquet(file: Path) -> list[Record]:
    """Return the records of a shard; copies have none.

    Raises: as for ``read_parquet_rows``.
    """
    import numpy as np

    return [
        Record(_row(line), np.stack([np.frombuffer(row, np.uint8) for row in line["rgb"]]))
        for line in _lines(file, features=True)
        if line["rgb"]
    ]


def _lines(file: Path, *, features: bool) -> list[dict[str, Any]]:
    pyarrow, parquet = load_pyarrow()
    try:
        with file.open("rb") as opened:
            reader = parquet.ParquetFile(opened)
            names = [name for name in reader.schema_arrow.names if features or name != "rgb"]
            lines: list[dict[str, Any]] = reader.read(columns=names).to_pylist()
    except pyarrow.ArrowException as error:
        raise ValueError(f"it is no Parquet file of features ({error})") from error
    except OSError as error:
        # What does not unpack is told the same way as a disk that fails, but without the system's number.
        if error.errno is None:
            raise ValueError(f"it is no Parquet file of features ({error})") from error
        raise
    return lines


def _line(description: Description, row: VideoRow, features: Any) -> dict[str, Any]:
    line = to_columns(row)
    for name in _PATHS:
        plain = line[name].encode("utf-8", "surrogateescape")
        line[name] = plain.decode("utf-8", "backslashreplace")
        line[f"{name}_bytes"] = None if line[name].encode() == plain else plain
    line["labels"] = list(description.numbers(row.labels))
    line["rgb"] = None if features is None or row.copy else [second.tobytes() for second in features]
    return line


def _row(line: dict[str, Any]) -> VideoRow:
    plain = {
        name: line[name]
        if line[f"{name}_bytes"] is None
        else line[f"{name}_bytes"].decode("utf-8", "surrogateescape")
        for name in _PATHS
    }
    try:
        return from_columns({**line, **plain})
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is no table of videos ({error})") from error
