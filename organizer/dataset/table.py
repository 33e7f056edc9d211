"""The rows of a shard as columns: written as CSV beside TFRecords, and the same columns in Parquet.

Paths are text. Where a name is not UTF-8, its bytes stand in the text as Python shows them (surrogates) and
are written as they are.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from organizer.dataset.rows import VideoRow
from organizer.library.records import Facts
from organizer.types import VideoFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NUMBERS = {"duration_s": float, "frame_rate": float} | dict.fromkeys(
    ("width", "height", "rotation_deg", "mirrored", "stored_width", "stored_height"), int
)
_FACTS = tuple(field.name for field in fields(Facts))
COLUMNS = (
    "id",
    "path",
    "root",
    "size_bytes",
    "mtime_ns",
    "copy",
    "stored",
    "seconds",
    "confirmed",
    "rejected",
    "given",
    *_FACTS,
)
_ID_BYTES = 20
_LISTS = {"seconds", "confirmed", "rejected", "given"}


def to_columns(row: VideoRow) -> dict[str, Any]:
    """Return a row's values by column: text, whole numbers, lists of these, and None."""
    file, facts = row.file, row.facts
    return {
        "id": row.id,
        "path": file.path,
        "root": file.root,
        "size_bytes": file.size_bytes,
        "mtime_ns": file.mtime_ns,
        "copy": row.copy,
        "stored": row.stored,
        "seconds": list(row.seconds),
        "confirmed": list(row.confirmed),
        "rejected": list(row.rejected),
        "given": list(row.given),
        **{name: getattr(facts, name) for name in _FACTS},
    }


def from_columns(values: Mapping[str, Any]) -> VideoRow:
    """Return what ``to_columns`` was made of.

    Raises:
        ValueError: a value is none of its kind.
        KeyError: a column is missing.
    """
    path, root = str(values["path"]), str(values["root"])
    # One separator stands between them; elsewhere than on Windows a name may begin with its other one.
    separators = "/" if root.startswith("/") else "/\\"
    relative_path = path.removeprefix(root)
    if not root.endswith(tuple(separators)):
        relative_path = relative_path[1:] if relative_path.startswith(tuple(separators)) else ""
    if not relative_path or not path.startswith(root):
        raise ValueError(f"{path!r} does not lie in {root!r}")
    id_ = str(values["id"])
    if len(bytes.fromhex(id_)) != _ID_BYTES:
        raise ValueError(f"{id_!r} is no fingerprint")
    return VideoRow(
        id=id_,
        file=VideoFile(root, relative_path, int(values["size_bytes"]), int(values["mtime_ns"])),
        copy=bool(values["copy"]),
        stored=bool(values["stored"]),
        seconds=tuple(int(second) for second in values["seconds"]),
        confirmed=tuple(map(str, values["confirmed"])),
        rejected=tuple(map(str, values["rejected"])),
        given=tuple(map(str, values["given"])),
        facts=Facts(**{name: values[name] for name in _FACTS}),
    )


def csv_table(rows: Iterable[VideoRow]) -> bytes:
    """Return rows as CSV with a line of names; lists are JSON, what is not known is empty."""
    text = io.StringIO(newline="")
    # Only what stands in the line's end makes a writer quote: without \r in it, a name that holds one would
    # end its row.
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for row in rows:
        table.writerow(_to_text(name, value) for name, value in to_columns(row).items())
    return text.getvalue().encode("utf-8", "surrogateescape")


def read_csv_table(content: bytes) -> list[VideoRow]:
    """Return the rows of ``csv_table``.

    Raises:
        ValueError: it is no such table.
    """
    lines = csv.DictReader(io.StringIO(content.decode("utf-8", "surrogateescape"), newline=""))
    try:
        # Without rows too it has its names, or it was cut.
        if missing := set(COLUMNS) - set(lines.fieldnames or ()):
            raise KeyError(min(missing))
        return [from_columns({name: _from_text(name, line[name]) for name in COLUMNS}) for line in lines]
    except (KeyError, TypeError, csv.Error) as error:
        raise ValueError(f"it is no table of videos ({error})") from error


def _to_text(name: str, value: Any) -> str:
    if name in _LISTS:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(int(value))
    # Every digit of a float, so that it is the same again.
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _from_text(name: str, text: str) -> Any:
    if name in _LISTS:
        return json.loads(text)
    if name in {"copy", "stored"}:
        return text == "1"
    if name in _FACTS and not text:
        return None
    return _NUMBERS[name](text) if name in _NUMBERS else text
