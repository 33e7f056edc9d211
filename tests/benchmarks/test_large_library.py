"""The benchmark itself: that it measures what it says. Nothing here is about how long anything takes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from benchmarks import large_library
from benchmarks.large_plot import LINES, write_plot
from benchmarks.large_seed import OWN_TAGS, RARE_WORD, seed_large
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.library.records import Status
from organizer.models.catalogue import open_bundle
from tests.library.sql import database_of


def check(figures: dict, folder) -> None:
    """Check that everything was there to be measured, and that rescan and tagging again met all of it."""
    count = figures["videos"]
    with Library.open(folder / "library.db", create=False) as library:
        assert library.count(VideoFilter()) == count
        states = {status: library.count(VideoFilter(status=status)) for status in Status}
        copies = database_of(library).execute("SELECT count(*) FROM places").fetchone()[0] - count
        failed = (
            database_of(library).execute("SELECT count(*) FROM videos WHERE status = 'failed'").fetchone()[0]
        )
        assert library.count(VideoFilter(text=RARE_WORD)) == (count - 78) // 20_000 + 1
        decided = library.count(VideoFilter(any_tags=OWN_TAGS))
        assert 0.005 * count < decided < 0.05 * count
    assert states[Status.OK] > 0.85 * count
    assert min(states.values()) > 0
    assert figures["rescan_files"] == count - states[Status.OFFLINE] - states[Status.MISSING] + copies
    assert figures["retag_tagged"] == count - failed
    assert 0 < figures["retag_changed"] <= count
    # 27 rows of 1,024 bytes for a video of 45 s, a poster of 9 KB.
    assert 32_000 * count < 1e9 * figures["library_gb"] < 45_000 * count
    for kind in ("page", "count", "facets", "text", "text_count", "script"):
        assert figures[f"{kind}_calls"] >= 14
        assert 0 < figures[f"{kind}_median_ms"] <= figures[f"{kind}_p95_ms"] <= figures[f"{kind}_max_ms"]


def test_a_small_library_is_measured_whole(tmp_path, capsys):
    folder = tmp_path / "large"
    figures = large_library.measure(500, folder, runs=1)
    check(figures, folder)
    large_library.print_table([figures])
    assert re.search(r"^page_p95_ms +\d+\.\d\d", capsys.readouterr().out, re.MULTILINE)
    json.dumps(figures)
    write_plot([figures, figures | {"videos": 5000}], tmp_path / "docs" / "plot.svg")
    plot = ElementTree.parse(tmp_path / "docs" / "plot.svg").getroot()
    lines = plot.findall("{*}polyline")
    assert len(lines) == len(LINES)
    assert all(len(line.get("points").split()) == 2 for line in lines)


def test_the_same_seed_makes_the_same_library(tmp_path):
    records = []
    for name in ("a", "b"):
        seed_large(tmp_path / f"{name}.db", tmp_path / "same", 60, open_bundle(), seed=7)
        with Library.open(tmp_path / f"{name}.db") as library:
            videos = library.list(VideoFilter())
            records.append([(video.places, video.scores, video.tags, video.status) for video in videos])
    assert records[0] == records[1]


@pytest.mark.long
def test_a_hundred_thousand_videos(tmp_path):
    folder = tmp_path / "large"
    figures = large_library.measure(100_000, folder)
    check(figures, folder)
    assert figures["retag_peak_mb"] < 1.1 * figures["retag_peak_mb_after_a_tenth"]


def test_it_starts_from_the_command_line():
    command = [sys.executable, "-m", "benchmarks.large_library", "--help"]
    assert "--folder" in subprocess.run(command, check=True, capture_output=True, text=True).stdout
