"""The benchmark of merges itself: that its libraries are sound and that it measures what it says."""

from __future__ import annotations

import json

from benchmarks import merge, results_file
from benchmarks.merge_seed import SPACE, seed_library
from organizer.library import Library
from organizer.library.database.names import refresh_names
from organizer.library.filters import VideoFilter
from tests.library.random_library import check_counts, known_videos
from tests.library.sql import database_of


def test_a_seeded_library_is_as_the_store_would_make_it(tmp_path):
    seed_library(tmp_path / "a.db", ("/v", "/w"), range(100, 500), seed=3, feature_rows=2)
    with Library.open(tmp_path / "a.db") as library:
        check_counts(library, known_videos(library))
        for check in ("foreign_key_check", "integrity_check"):
            assert database_of(library).execute(f"PRAGMA {check}").fetchall() in ([], [("ok",)])
        assert library.count(VideoFilter(text="mp4")) > 100
        assert len(library.features.spaces()) == 1
        # The names are those that the library itself makes of the places.
        columns = "SELECT id, sort_name, search_text FROM videos ORDER BY id"
        before = database_of(library).execute(columns).fetchall()
        with database_of(library).conn:
            refresh_names(database_of(library), [id_ for id_, *_ in before])
        assert database_of(library).execute(columns).fetchall() == before


def test_the_same_number_is_the_same_video(tmp_path):
    for name, numbers in (("a", range(50)), ("b", range(25, 75))):
        seed_library(tmp_path / f"{name}.db", ("/v",), numbers, seed=ord(name), feature_rows=2)
    features = []
    for name in "ab":
        with Library.open(tmp_path / f"{name}.db") as library:
            rows = database_of(library).execute(
                "SELECT v.fingerprint, f.data FROM videos v JOIN features f ON f.video_id = v.id "
                "WHERE f.space_id = ?",
                [SPACE],
            )
            features.append(dict(rows.fetchall()))
    shared = features[0].keys() & features[1].keys()
    assert 20 < len(shared) <= 25
    assert all(features[0][each] == features[1][each] for each in shared)


def test_a_small_merge_is_measured_whole(tmp_path, capsys):
    figures = merge.measure(300, tmp_path, feature_rows=2)
    assert figures["new_videos"] == 270
    assert (figures["videos"], figures["other_videos"], figures["known_videos"]) == (300, 300, 30)
    assert figures["feature_bytes_a_video"] == 2048
    assert figures["decisions"] > 0
    assert figures["decisions_meanwhile"] > 0
    assert not figures["again_changes"]
    assert min(figures["seconds"], figures["dry_run_s"], figures["again_s"], figures["peak_mb"]) > 0
    assert figures["library_gb"] < figures["merged_gb"]
    merge.print_table([figures])
    assert "peak_mb" in capsys.readouterr().out
    json.dumps(figures)


def test_a_run_keeps_the_figures_of_other_sizes(tmp_path, monkeypatch):
    monkeypatch.setattr(results_file, "RESULTS", tmp_path)
    assert merge.measured_before() == []
    (tmp_path / "merge.json").write_text(json.dumps({"libraries": [{"videos": 1}]}))
    assert merge.measured_before() == [{"videos": 1}]
