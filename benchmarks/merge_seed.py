"""Large libraries that share some videos, written table by table: through the real store it takes an hour.

What the store and its triggers would have made of the rows is computed here;
``tests/benchmarks/test_merge.py`` holds a small one against counting.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.large_seed import DAYS, FIRST_DAY, OWN_TAGS, drawn_path
from organizer.library import Library
from organizer.library.spelling import folded
from organizer.types import LABELS

SPACE = "synthetic"
ROWS, DIMENSION = 27, 1024
"""Of the features of each video, one byte a value."""
POSTER_BYTES = 9000
_TAGS = (*LABELS, *OWN_TAGS)
_ROOT_MARKS = 0xF0000
_CHUNK = 2000
_FAILED, _MISSING, _DECIDED = 0.02, 0.015, 0.06


@dataclass
class _Rows:
    """Some videos as rows of the tables."""

    videos: list[tuple[Any, ...]] = field(default_factory=list)
    places: list[tuple[Any, ...]] = field(default_factory=list)
    features: list[tuple[Any, ...]] = field(default_factory=list)
    posters: list[tuple[Any, ...]] = field(default_factory=list)
    scores: list[tuple[Any, ...]] = field(default_factory=list)
    tags: list[tuple[Any, ...]] = field(default_factory=list)
    journal: list[tuple[Any, ...]] = field(default_factory=list)


def seed_library(
    library: Path, roots: tuple[str, ...], numbers: range, *, seed: int, feature_rows: int = ROWS
) -> None:
    """Write a library of the videos with some numbers, which two libraries may have in common.

    What a video shows follows from its number; where it lies, its tags and decisions from the seed too.

    Args:
        library: the file to make.
        roots: absolute paths of its roots.
        numbers: of its videos.
        seed: of all that differs between libraries.
        feature_rows: of each video.
    """
    Library.open(library).close()
    with closing(sqlite3.connect(library, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -500000")
        connection.executemany(
            "INSERT INTO roots (path, added_at, offline) VALUES (?, ?, 1)",
            [(root, _day(0)) for root in roots],
        )
        connection.executemany(
            "INSERT INTO tags (name, built_in, folded) VALUES (?, ?, ?)",
            [(name, name in LABELS, folded(name)) for name in _TAGS],
        )
        carried, maybes = Counter[int](), Counter[int]()
        draw = random.Random(seed)
        for start in range(0, len(numbers), _CHUNK):
            rows = _Rows()
            for id_, number in enumerate(numbers[start : start + _CHUNK], start=start + 1):
                _draw(rows, draw, id_, number, len(roots), feature_rows, carried, maybes)
            _insert(connection, rows)
        connection.executemany(
            "UPDATE tags SET videos = ?, maybes = ? WHERE id = ?",
            [(carried[id_], maybes[id_], id_) for id_ in range(1, len(_TAGS) + 1)],
        )


def _draw(
    rows: _Rows,
    draw: random.Random,
    id_: int,
    number: int,
    roots: int,
    feature_rows: int,
    carried: Counter[int],
    maybes: Counter[int],
) -> None:
    content = random.Random(number)
    failed = content.random() < _FAILED
    fingerprint = f"{number:040x}"
    root = draw.randrange(roots) + 1
    # The same below every root: a folder that both libraries know holds what both know there once.
    path = drawn_path(content, number).encode("utf-8", "ignore").decode("utf-8")
    missing = _day(draw.random()) if draw.random() < _MISSING else None
    size = content.randrange(200_000, 900_000_000)
    tags: dict[int, tuple[Any, ...]] = {}
    bundle, scored_at = "synthetic 1", _day(draw.random())
    if not failed:
        rows.features.append(
            (id_, SPACE, feature_rows, DIMENSION, content.randbytes(feature_rows * DIMENSION))
        )
        rows.posters.append((id_, content.randbytes(POSTER_BYTES)))
        scores = {label: round(content.random(), 4) for label in LABELS}
        rows.scores.append((id_, bundle, scored_at, json.dumps(scores)))
        for tag, (label, score) in enumerate(scores.items(), start=1):
            if score > 0.75:
                tier = "given" if score > 0.82 else "maybe"
                tags[tag] = ("suggested", score, json.dumps([label.count("o")]), bundle, scored_at, tier)
    if draw.random() < _DECIDED:
        for tag in draw.sample(range(1, len(_TAGS) + 1), draw.choice((1, 1, 2))):
            _decide(rows, draw, id_, tag, tags)
    bits = {"suggested": 0, "confirmed": 0, "rejected": 0, "maybe": 0}
    for tag, row in tags.items():
        kind = "maybe" if row[0] == "suggested" and row[5] == "maybe" else row[0]
        bits[kind] |= 1 << (tag - 1)
        carried[tag] += kind in {"suggested", "confirmed"}
        maybes[tag] += kind == "maybe"
    rows.tags += [(id_, tag, *row) for tag, row in tags.items()]
    rows.places.append((id_, root, path, size, 1_500_000_000_000_000_000 + number, missing))
    taken = FIRST_DAY + timedelta(seconds=content.randrange(DAYS * 86400))
    search_text = f"{chr(_ROOT_MARKS + root)}/{folded(path)}"
    rows.videos.append(
        (
            id_,
            f"{draw.getrandbits(128):032x}",
            fingerprint,
            "failed" if failed else "ok",
            "the file is cut off" if failed else None,
            size,
            *((None,) * 11 if failed else (content.uniform(5, 300), 1920, 1080, "h264", 29.97, 0)),
            *(
                ()
                if failed
                else (taken.isoformat(), "container", "utc", taken.timestamp(), taken.timestamp())
            ),
            _day(0),
            _day(draw.random()),
            path,
            search_text,
            0 if missing else 1 << (root - 1),
            1 << (root - 1),
            *bits.values(),
        )
    )


def _decide(rows: _Rows, draw: random.Random, id_: int, tag: int, tags: dict[int, tuple[Any, ...]]) -> None:
    before, at = tags.get(tag), _day(draw.random())
    state = draw.choice(("confirmed", "confirmed", "rejected"))
    after = (state, *(before[1:4] if before else (None, "[]", None)), at, before[5] if before else "given")
    rows.journal.append((id_, tag, _text(before), _text(after), at))
    tags[tag] = after


def _text(row: tuple[Any, ...] | None) -> str | None:
    names = ("state", "score", "seconds", "bundle", "changed_at", "tier")
    return None if row is None else json.dumps(dict(zip(names, row, strict=True)))


def _day(share: float) -> str:
    moment = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=int(share * 300 * 86400))
    return moment.isoformat(timespec="seconds")


def _insert(connection: sqlite3.Connection, rows: _Rows) -> None:
    connection.execute("BEGIN")
    # Before the videos: the triggers find nothing to do.
    connection.executemany(
        "INSERT INTO places (video_id, root_id, relative_path, size_bytes, mtime_ns, missing_since) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        rows.places,
    )
    connection.executemany("INSERT INTO features VALUES (?, ?, ?, ?, ?)", rows.features)
    connection.executemany("INSERT INTO posters VALUES (?, ?)", rows.posters)
    connection.executemany("INSERT INTO scores VALUES (?, ?, ?, ?)", rows.scores)
    connection.executemany(
        "INSERT INTO video_tags (video_id, tag_id, state, score, seconds, bundle, changed_at, tier) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows.tags,
    )
    connection.executemany(
        "INSERT INTO decision_journal (video_id, tag_id, before_row, after_row, decided_at) "
        "VALUES (?, ?, ?, ?, ?)",
        rows.journal,
    )
    connection.executemany(
        "INSERT INTO videos (id, key, fingerprint, status, error, size_bytes, duration_s, width, height, "
        "codec, frame_rate, rotation_deg, taken_at, taken_source, taken_clock, taken_wall, taken_utc, "
        "added_at, analysed_at, sort_name, search_text, present_in, placed_in, suggested, confirmed, "
        f"rejected, maybe) VALUES ({', '.join('?' * 27)})",
        rows.videos,
    )
    connection.execute("COMMIT")
