"""Rows survive both forms of the table, whatever stands in them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from organizer.dataset.description import DatasetFormat, describe
from organizer.dataset.parquet import parquet_file, read_parquet, read_parquet_rows
from organizer.dataset.rows import NO_FACTS, VideoRow, facts_of, info_of
from organizer.dataset.table import COLUMNS, csv_table, from_columns, read_csv_table, to_columns
from organizer.types import CaptureDate, DateSource, VideoFile, VideoInfo
from tests.dataset.made_up import facts
from tests.fakes import colour_bundle

PLAIN = VideoRow(
    "0a" * 20,
    VideoFile("/videos", "cat.mp4", 12345, 1795949228205783065),
    seconds=(0, 1, 2, 9),
    confirmed=("Animal", "Größe, 2"),
    rejected=('a "b"',),
    given=("Food",),
    facts=facts(duration_s=0.1 + 0.2, frame_rate=30000 / 1001),
)
ROWS = [
    PLAIN,
    replace(PLAIN, id="0b" * 20, file=VideoFile("/", "a\nb,\"c'.mp4", 0, 0), stored=True),
    replace(PLAIN, id="0c" * 20, file=VideoFile("/x", "d\udcff/e\udc80.mp4", 1, -1), facts=NO_FACTS),
    replace(PLAIN, id="0d" * 20, file=VideoFile("/r\udcfe", "ok.mp4", 1, 1)),
    replace(PLAIN, id="0e" * 20, file=VideoFile("/videos", "a\rb.mp4", 1, 1)),
    replace(PLAIN, id="0f" * 20, file=VideoFile("/videos", "\\c/\\d.mp4", 1, 1)),
    replace(PLAIN, id="10" * 20, file=VideoFile("/", "\\e.mp4", 1, 1)),
    replace(PLAIN, id="11" * 20, file=VideoFile("/f\\", "g.mp4", 1, 1)),
    VideoRow(PLAIN.id, VideoFile("/videos", "copy.mp4", 12345, 1), copy=True),
]


def test_csv_holds_every_row():
    table = csv_table(ROWS)
    assert table.splitlines()[0].decode().split(",") == list(COLUMNS)
    assert read_csv_table(table) == ROWS
    assert b"d\xff/e\x80.mp4" in table


@pytest.mark.parametrize("content", [b"", b"id,path\n", b"id,path\n1,2\n"])
def test_another_table_is_refused(content):
    with pytest.raises(ValueError, match="no table of videos"):
        read_csv_table(content)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("size_bytes", "many"),
        ("seconds", "[0"),
        ("path", "/elsewhere/cat.mp4"),
        ("path", "/videosof/cat.mp4"),
    ],
)
def test_a_damaged_row_is_refused(column, value):
    lines = csv_table(ROWS[:1]).decode().splitlines()
    values = dict(zip(COLUMNS, next(csv.reader([lines[1]])), strict=True))
    values[column] = value
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, values.values()])
    with pytest.raises(ValueError):
        read_csv_table(text.getvalue().encode())


def test_a_file_of_windows_lies_below_its_root():
    for root, path in (("C:\\v", "C:\\v\\a\\b.mp4"), ("C:\\", "C:\\a\\b.mp4")):
        file = from_columns(to_columns(PLAIN) | {"root": root, "path": path}).file
        assert (file.root, file.relative_path) == (root, "a\\b.mp4")


def test_parquet_holds_every_row_and_feature(tmp_path):
    description = describe(colour_bundle(), DatasetFormat.PARQUET, ("Animal", "Food", "Größe, 2"))
    features = {
        row.id: np.full((len(row.seconds), 3), number, np.uint8) for number, row in enumerate(ROWS[:-1])
    }
    file = tmp_path / "features-00000.parquet"
    content = parquet_file(description, ROWS, features)
    assert content == parquet_file(description, ROWS, features)
    file.write_bytes(content)
    assert read_parquet_rows(file) == ROWS
    records = read_parquet(file)
    assert [record.row for record in records] == ROWS[:-1]
    assert all((record.features == features[record.row.id]).all() for record in records)


def test_parquet_is_read_by_other_programs(tmp_path):
    from pyarrow import parquet

    description = describe(colour_bundle(), DatasetFormat.PARQUET, ("Animal", "Food", "Größe, 2"))
    file = tmp_path / "features-00000.parquet"
    file.write_bytes(parquet_file(description, ROWS[:1], {PLAIN.id: np.zeros((4, 3), np.uint8)}))
    (line,) = parquet.read_table(file).to_pylist()
    assert line["labels"] == [0, 1, 2] and line["seconds"] == [0, 1, 2, 9]
    assert line["rgb"] == [b"\0\0\0"] * 4
    assert (line["path"], line["path_bytes"]) == ("/videos/cat.mp4", None)


def test_no_parquet_file_is_refused(tmp_path):
    file = tmp_path / "features-00000.parquet"
    file.write_bytes(b"PAR1 no more")
    with pytest.raises(ValueError, match="no Parquet file of features"):
        read_parquet(file)


@pytest.mark.parametrize(
    "taken",
    [
        ("2024-05-03T12:00:00+02:00", False, False),
        ("2024-05-03T12:00:00+00:00", False, True),
        ("2024-05-03T12:00:00+00:00", False, False),
        ("2024-05-03T12:00:00", False, False),
        ("2024-05-03T00:00:00", True, False),
    ],
)
def test_what_a_container_says_comes_back(taken):
    moment, day_only, zone_known = taken
    date = CaptureDate(
        datetime.fromisoformat(moment), DateSource.CONTAINER, day_only=day_only, zone_known=zone_known
    )
    info = VideoInfo(6.0, 64, 48, "h264", 25.0, 90, date, mirrored=True, stored_width=48, stored_height=64)
    again = info_of(replace(PLAIN, facts=facts_of(info, "5e" * 16)))
    assert again.taken_at.clock is info.taken_at.clock
    assert replace(again, taken_at=date) == info
    assert (again.taken_at.moment, again.taken_at.source) == (date.moment, date.source)


def test_labels_are_decisions_before_given_tags():
    row = replace(PLAIN, confirmed=("Dance",), given=("Food", "Dance", "Nature"), rejected=("Nature",))
    assert row.labels == ("Dance", "Food")
    assert PLAIN.group == "2024-05-03"
    by_file = replace(PLAIN, facts=facts(taken_source="file"))
    assert by_file.group == "/videos 2024-05-03"
