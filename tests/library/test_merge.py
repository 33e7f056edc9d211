"""Another library comes into this one: what it holds of videos, files, features and suggestions."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from organizer.errors import LibraryError
from organizer.library import Library
from organizer.library.fingerprint import unreadable_fingerprint
from organizer.library.merging import contents
from organizer.stopping import StoppedError
from organizer.types import CaptureDate, DateSource
from tests.dates.zones import needs_tzset, zone
from tests.library.build import SPACE, TAKEN, add, add_failed, place, places, tagging, tags
from tests.library.merged import drawn, dump, merge, rows, view
from tests.library.random_library import RandomLibrary, check_counts, check_list, known_videos
from tests.library.sql import database_of
from tests.library.test_teaching import GIVEN, MAYBE, TAG

SEEDS = range(6)


@pytest.fixture
def other(tmp_path):
    library = Library.open(tmp_path / "other.db")
    yield library
    library.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_an_empty_library_becomes_the_other_one(tmp_path, library, seed):
    with drawn(tmp_path / "other.db", seed) as other:
        merge(library, other, batch=7)
        expected, there = view(other), rows(other, "SELECT path FROM roots")
        names = "SELECT fingerprint, sort_name FROM videos ORDER BY 1"
        assert rows(library, names) == rows(other, names)
    found = view(library)
    # What could not be read and lies nowhere is left out.
    for fingerprint in expected.keys() - found.keys():
        left_out = expected.pop(fingerprint)
        assert (left_out["status"], left_out["places"], left_out["tags"]) == ("failed", [], [])
    assert found == expected
    used = {root for (root,) in there}
    assert {root.path for root in library.roots.all()} <= used
    # A folder that is not there is offline.
    assert all(root.offline for root in library.roots.all())
    known = known_videos(library)
    check_counts(library, known)
    searching = RandomLibrary(library, seed)
    for _ in range(30):
        check_list(library, known, searching.filter())
    assert rows(library, "PRAGMA foreign_key_check") == []
    assert rows(library, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize("seed", SEEDS)
def test_both_orders_give_the_same(tmp_path, seed):
    views = []
    for first, second in ("ab", "ba"):
        libraries = {
            name: drawn(tmp_path / f"{first}{name}.db", 2 * seed + (name == "b"), roots_below=f"/{name}")
            for name in "ab"
        }
        with libraries[first] as library, libraries[second] as other:
            merged = merge(library, other, batch=5)
            assert merged.counts.videos_known > 5
            known = known_videos(library)
            check_counts(library, known)
            searching = RandomLibrary(library, seed)
            for _ in range(20):
                check_list(library, known, searching.filter())
            views.append(view(library))
    assert views[0] == views[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_merged_again_nothing_changes(tmp_path, seed):
    with drawn(tmp_path / "a.db", seed) as library, drawn(tmp_path / "b.db", seed + 100) as other:
        there = dump(other)
        assert not merge(library, other).counts.is_empty
        once = dump(library)
        assert merge(library, other, batch=4).counts.is_empty
        assert dump(library) == once
        assert dump(other) == there


@pytest.mark.parametrize("copied", [False, True])
def test_a_library_merged_with_itself_stays_as_it_is(tmp_path, copied):
    with drawn(tmp_path / "a.db", 3) as library:
        before, path = dump(library), library.path
        if copied:
            path = tmp_path / "copy.db"
            database_of(library).execute("VACUUM INTO ?", [str(path)])
        assert merge(library, path).counts.is_empty
        assert dump(library) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dry_run_says_what_happens_and_writes_nothing(tmp_path, seed):
    with drawn(tmp_path / "a.db", seed) as library, drawn(tmp_path / "b.db", seed + 50) as other:
        before = dump(library)
        said = merge(library, other, dry=True)
        assert dump(library) == before
        happened = merge(library, other)
        assert (said.counts, said.conflicts, said.clashes) == (
            happened.counts,
            happened.conflicts,
            happened.clashes,
        )
        assert said.new_roots == happened.new_roots


@pytest.mark.parametrize("steps", [1, 3, 8])
def test_a_merge_that_stopped_goes_on(tmp_path, steps):
    with drawn(tmp_path / "a.db", 1) as whole, drawn(tmp_path / "b.db", 2) as other:
        merge(whole, other, batch=5)
        expected = view(whole)
    with drawn(tmp_path / "c.db", 1) as library:
        events = library.merges.merge([tmp_path / "b.db"], batch=5)
        for _ in range(steps):
            next(events)
        events.close()
        merge(library, tmp_path / "b.db", batch=5)
        assert view(library) == expected
        (merges,) = rows(library, "SELECT count(*), count(ended_at) FROM merges")
        assert merges == (1, 1)


def test_it_stops_when_asked(tmp_path, library, other):
    add(other, "/v", "a.mp4")

    class Stop:
        def is_set(self):
            return True

    with pytest.raises(StoppedError):
        list(library.merges.merge([other.path], stop=Stop()))
    assert view(library) == {}


def test_two_others_come_one_after_the_other(tmp_path, library):
    paths = []
    for name in "ab":
        with Library.open(tmp_path / f"{name}.db") as one:
            add(one, f"/{name}", f"{name}.mp4", content="c")
            paths.append(one.path)
    merged = merge(library, *paths)
    assert (merged.counts.videos_new, merged.counts.videos_known, merged.new_roots) == (1, 1, ["/a", "/b"])
    assert [path for path, _ in places(library, 1)] == ["/a/a.mp4", "/b/b.mp4"]


def test_a_folder_that_is_there_is_no_offline_one(tmp_path, library, other):
    add(other, str(tmp_path), "a.mp4")
    add(other, "/no such folder", "b.mp4")
    merge(library, other)
    assert [(root.path, root.offline) for root in library.roots.all()] == [
        (str(tmp_path), False),
        ("/no such folder", True),
    ]


def test_mapped_files_join_a_root(library, other):
    known = add(library, "/Volumes/nas", "2020/a.mp4", content="a")
    add(other, "/mnt/nas/2020", "a.mp4", content="a")
    add(other, "/mnt/nas/2020", "b.mp4", content="b")
    merged = merge(library, other, maps={"/mnt/nas": "/Volumes/nas"})
    assert merged.new_roots == []
    assert (merged.counts.places_new, merged.counts.videos_new) == (1, 1)
    assert places(library, known) == [("/Volumes/nas/2020/a.mp4", "ok")]
    assert places(library, library.find("b.mp4")) == [("/Volumes/nas/2020/b.mp4", "ok")]
    assert [video.path for video in library.list()] == ["/Volumes/nas/2020/a.mp4", "/Volumes/nas/2020/b.mp4"][
        ::-1
    ]


def test_another_video_at_a_path_here_stays(library, other):
    mine = add(library, "/v", "a.mp4", content="mine")
    add(other, "/v", "a.mp4", "Animal", content="theirs")
    other.confirm(1, "Holiday")
    merged = merge(library, other)
    assert merged.clashes == ["/v/a.mp4"]
    assert (merged.counts.videos_new, merged.counts.places_new, merged.counts.places_kept) == (1, 0, 1)
    assert places(library, mine) == [("/v/a.mp4", "ok")]
    # What is known of the other one is there when its file turns up.
    theirs = library.contents.find("theirs", SPACE)
    place(library, "/v", "b.mp4", theirs)
    assert tags(library, theirs) == {"Animal": "suggested", "Holiday": "confirmed"}
    check_counts(library, known_videos(library))


@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize("how", ["missing", "failed"])
def test_who_sees_or_reads_a_file_knows_better(library, other, how, decided):
    root = library.roots.add("/v")
    if how == "missing":
        mine = add(library, "/v", "a.mp4", content="mine")
        library.places.forget_vanished(root, ["a.mp4"])
    else:
        mine = add_failed(library, "/v", "a.mp4", "cut off", content="mine")
    if decided:
        library.confirm(mine, "Holiday")
    add(other, "/v", "a.mp4", "Animal", content="theirs")
    merged = merge(library, other)
    assert merged.counts.places_kept == decided
    found = view(library)
    assert [path for path, *_ in found["theirs"]["places"]] == ([] if decided else ["/v/a.mp4"])
    # Nothing that a person decided about goes out of sight; what could not be read has no other use.
    assert ("mine" in found) == (how == "missing" or decided)
    assert library.count() == 1
    check_counts(library, known_videos(library))


def test_what_could_not_be_read_here_is_read_there(library, other):
    video = add_failed(library, "/v", "a.mp4", "no codec", content="a")
    add(other, "/v", "a.mp4", "Animal", content="a")
    merged = merge(library, other)
    assert (merged.counts.facts, merged.counts.features, merged.counts.taggings) == (1, 1, 1)
    record = library.video(video)
    assert (record.status, record.error, record.duration_s) == ("ok", None, 10.0)
    assert tags(library, video) == {"Animal": "suggested"}
    # And not the other way round.
    before = view(other)
    merge(other, library)
    assert view(other) == before


def test_failed_files_come_over_with_their_reason(library, other):
    add_failed(other, "/v", "a.mp4", "cut off", content="a")
    merged = merge(library, other)
    assert (merged.counts.videos_new, merged.counts.failed_new) == (1, 1)
    (record,) = library.list()
    assert rows(library, "SELECT status, error FROM videos") == [("failed", "cut off")]
    assert record.path == "/v/a.mp4"


def test_a_file_that_nobody_could_open_is_known_by_its_path_here(library, other):
    add_failed(other, "/mnt/nas", "a.mp4", "no right", content=unreadable_fingerprint("/mnt/nas/a.mp4"))
    merge(library, other, maps={"/mnt/nas": "/nas"})
    assert list(view(library)) == [unreadable_fingerprint("/nas/a.mp4")]
    assert merge(library, other, maps={"/mnt/nas": "/nas"}).counts.is_empty


def test_a_file_that_is_gone_leaves_the_list_where_another_one_is_there(library, other):
    add(library, "/v", "a.mp4", content="a")
    library.places.forget_vanished(library.roots.add("/v"), ["a.mp4"])
    add(other, "/w", "b.mp4", content="a")
    before = view(other)
    merge(library, other)
    assert places(library, 1) == [("/w/b.mp4", "offline")]
    # What is missing there is not missed here.
    with Library.open(other.path.with_name("third.db")) as third:
        add(third, "/v", "a.mp4", content="a")
        third.places.forget_vanished(third.roots.add("/v"), ["a.mp4"])
        merge(other, third)
    assert view(other)["a"]["places"] == before["a"]["places"]


def test_a_missing_file_that_the_other_library_sees_is_there_again(library, other):
    add(library, "/v", "a.mp4", content="a")
    library.places.forget_vanished(library.roots.add("/v"), ["a.mp4"])
    add(other, "/v", "a.mp4", content="a")
    assert merge(library, other).counts.places_back == 1
    assert places(library, 1) == [("/v/a.mp4", "ok")]


def test_features_of_every_space_come_over(library, other):
    add(library, "/v", "a.mp4", content="a", space="one")
    add(other, "/v", "a.mp4", content="a", space="two")
    add(other, "/v", "b.mp4", content="b", space="two")
    merged = merge(library, other)
    assert (merged.counts.features, merged.counts.posters) == (2, 1)
    assert merged.counts.data_bytes == 2 * 6 + len(b"webp")
    assert rows(library, "SELECT video_id, space_id FROM features ORDER BY 1, 2") == [
        (1, "one"),
        (1, "two"),
        (2, "two"),
    ]
    ((_, features),) = library.features.of([2], "two")
    assert features.quantised.tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("here", "there", "newer"), [("2024-01-01", "2024-02-01", True), ("2024-03-01", "2024-02-01", False)]
)
def test_the_newest_tagging_suggests(library, other, here, there, newer):
    for one, suggested, bundle, at in (
        (library, ("Animal", "Food"), "lite 1", here),
        (other, ("Food?", "Dance"), "lite 2", there),
    ):
        video = add(one, "/v", "a.mp4", *suggested, content="a", bundle=bundle)
        one.confirm(video, "Food")
        one.confirm(video, "Nature")
        with database_of(one).conn:
            database_of(one).execute("UPDATE scores SET scored_at = ?", [at])
    assert merge(library, other).counts.taggings == newer
    assert tags(library, 1) == {
        "Food": "confirmed",
        "Nature": "confirmed",
        "Dance" if newer else "Animal": "suggested",
    }
    record = library.video(1)
    assert record.bundle == ("lite 2" if newer else "lite 1")
    food = next(tag for tag in record.tags if tag.name == "Food")
    assert (food.score, food.tier) == ((0.45, "maybe") if newer else (0.9, "given"))
    # What a decision falls back to is the newest tagging's too.
    library.forget(1, "Nature")
    library.forget(1, "Food")
    assert [tag.name for tag in library.video(1).tags] == (["Dance", "Food"] if newer else ["Animal", "Food"])
    check_counts(library, known_videos(library))


def test_tags_are_one_however_they_are_spelled(library, other):
    library.confirm(add(library, "/v", "a.mp4", content="a"), "Größe")
    other.confirm(add(other, "/v", "b.mp4", content="b"), "GRÖSSE")
    merge(library, other)
    assert library.tag_counts() == {"Größe": 2}


def test_more_tags_and_roots_than_bits(tmp_path, library, other):
    """Ids above 62 share a bit."""
    for number in range(70):
        library.confirm(add(library, f"/here {number}", "a.mp4", content=f"h{number}"), f"here {number}")
        other.confirm(add(other, f"/there {number}", "a.mp4", content=f"t{number}"), f"there {number}")
    merge(library, other)
    known = known_videos(library)
    check_counts(library, known)
    assert library.count() == 140
    drawing = RandomLibrary(library, 0)
    for _ in range(30):
        check_list(library, known, drawing.filter())


DATES = [
    # A date here and one there: which holds, whoever comes to whom.
    (CaptureDate(TAKEN, DateSource.CONTAINER), CaptureDate(TAKEN.replace(tzinfo=None), DateSource.NAME), 0),
    (CaptureDate(TAKEN, DateSource.FILE), CaptureDate(TAKEN.replace(tzinfo=None), DateSource.NAME), None),
    (CaptureDate(TAKEN, DateSource.CONTAINER), CaptureDate(TAKEN, DateSource.CONTAINER, zone_known=True), 1),
]


@pytest.mark.parametrize(("mine", "theirs", "holds"), DATES)
@pytest.mark.parametrize("swapped", [False, True])
def test_the_better_date_holds(library, other, mine, theirs, holds, swapped):
    dates = [theirs, mine] if swapped else [mine, theirs]
    for one, date in zip((library, other), dates, strict=True):
        add(one, "/v", "a.mp4", content="a", taken=date)
    merge(library, other)
    if holds is not None:
        expected = (mine, theirs)[holds]
        assert rows(library, "SELECT taken_source, taken_clock FROM videos") == [
            (expected.source.value, expected.clock.value)
        ]
    else:
        assert rows(library, "SELECT taken_source FROM videos") == [("name",)]


@needs_tzset
def test_instants_are_sorted_by_the_clock_of_this_machine(library, other):
    with zone("America/New_York"):
        add(other, "/v", "a.mp4")
        add(other, "/v", "b.mp4", taken=TAKEN.replace(year=1960))
    with zone("Europe/Berlin"):
        merge(library, other)
        walls = rows(library, "SELECT taken_wall - taken_utc FROM videos ORDER BY id")
    assert walls == [(7200.0,), (3600.0,)]


def test_every_column_has_its_place_in_a_merge(library):
    """A migration that adds a column or a table has to say here, too, what becomes of it."""
    columns = {name for _, name, *_ in rows(library, "PRAGMA table_info(videos)")}
    of_merge = (
        contents.OF_THIS_LIBRARY,
        contents.LOOK,
        contents.FACTS,
        contents.DATE,
        contents.MARKS,
        contents.FROM_PLACES_AND_TAGS,
    )
    assert columns == {name for names in of_merge for name in names}
    assert {
        table: [name for _, name, *_ in rows(library, f"PRAGMA table_info({table})")]
        for (table,) in rows(
            library, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_index%'"
        )
        # Jobs, reviews, the history and what scans leave out are of one library alone; triggers keep tallies.
        if table
        not in {
            "videos",
            "_sqlite_migrations",
            "scans",
            "steps",
            "step_places",
            "step_taggings",
            "exclusions",
            "tallies",
            "choices",
            # What was taught is taken along as a file.
            "taught",
            # Doubles are looked for anew among the videos that there are then.
            "double_searches",
            "double_pairs",
            "not_doubles",
            "moves",
            "reviews",
            "review_items",
            "sqlite_sequence",
        }
    } == {
        "roots": ["id", "path", "added_at", "scanned_at", "offline"],
        "places": [
            *("id", "video_id", "root_id", "relative_path", "size_bytes", "mtime_ns", "missing_since"),
            # Told from the mark of the other library's video, and looked at by each scan.
            "beside_picture",
        ],
        "features": ["video_id", "space_id", "frames", "dimension", "data"],
        "posters": ["video_id", "webp"],
        "scores": ["video_id", "bundle", "scored_at", "scores"],
        # Colours, hidden labels and merged tags are of one library alone.
        "tags": [
            "id",
            "name",
            "built_in",
            "videos",
            "folded",
            "maybes",
            "colour",
            "hidden",
            "merged_into",
        ],
        "video_tags": ["video_id", "tag_id", "state", "score", "seconds", "bundle", "changed_at", "tier"],
        "decision_journal": [
            "id",
            "video_id",
            "tag_id",
            "before_row",
            "after_row",
            "decided_at",
            "undone_at",
            "merge_id",
            "step_id",
            "undone_with_step",
        ],
        "mark_journal": [
            "id",
            "video_id",
            "bits",
            "before_bits",
            "after_bits",
            "decided_at",
            "undone_at",
            "merge_id",
            "step_id",
            "undone_with_step",
        ],
        "merges": ["id", "sources", "began_at", "ended_at", "undone_at"],
        "saved_searches": ["id", "name", "folded", "text", "saved_at"],
    }


def test_searches_come_over_unless_their_name_is_taken(library, other):
    library.save_search("Summer", "summer")
    other.save_search("SUMMER", "summer 2023")
    other.save_search("Dances", "tag:Dance")
    merge(library, other, dry=True)
    assert [saved.name for saved in library.saved_searches()] == ["Summer"]
    for _ in range(2):
        merge(library, other)
        assert [(saved.name, saved.text) for saved in library.saved_searches()] == [
            ("Dances", "tag:Dance"),
            ("Summer", "summer"),
        ]


def test_what_was_taught_is_of_its_library_alone(library, other):
    here, there = (add(one, "/v", "a.mp4") for one in (library, other))
    add(other, "/v", "b.mp4", "Animal")
    library.teaching.store(TAG, create=True)
    other.teaching.store(replace(TAG, name="Max"), create=True)
    other.teaching.store(replace(TAG, name="Animal", refines="lite 1"), create=True)
    library.teaching.suggest("Rex", {here: GIVEN})
    other.teaching.suggest("Max", {there: replace(MAYBE, name="Max"), 2: replace(GIVEN, name="Max")})
    other.teaching.suggest("Animal", {2: replace(MAYBE, name="Animal")})
    other.confirm(2, "Max")
    # A newer tagging of the model there: it says nothing of what was taught here.
    other.contents.store_tagging([(there, tagging("Food", bundle="lite 2"))])
    for _ in range(2):
        merge(library, other)
        assert [tag.name for tag in library.teaching.tags()] == ["Rex"]
        assert library.tag_counts()["Rex"] == 1
        assert library.maybe_counts() == {"Animal": 1}
        said = rows(
            library, "SELECT v.state, v.bundle, t.name FROM video_tags v JOIN tags t ON t.id = v.tag_id"
        )
        assert set(said) == {
            ("suggested", "taught", "Rex"),
            ("suggested", "lite 2", "Food"),
            ("suggested", "lite 1", "Animal"),
            ("confirmed", None, "Max"),
        }


def test_an_address_is_of_this_library(library, other):
    add(other, "/v", "a.mp4")
    merge(library, other)
    assert library.media.keys_of([1]) != other.media.keys_of([1])
    assert library.media.poster_of(library.media.keys_of([1])[0]) == b"webp"


def test_names_that_are_no_text_come_over(library, other):
    name = os.fsdecode(b"caf\xe9.mp4")
    add(other, os.fsdecode(b"/v\xff"), name)
    merge(library, other)
    assert [video.path for video in library.list()] == [os.fsdecode(b"/v\xff/caf\xe9.mp4")]
    assert merge(library, other).counts.is_empty


def test_a_failed_statement_leaves_a_batch_out(tmp_path, library, other, monkeypatch):
    for name in "abc":
        add(other, "/v", f"{name}.mp4", "Animal")
    store, calls = contents.store_videos, []

    def fail_at_the_second(db):
        calls.append(db)
        if len(calls) == 2:
            raise LibraryError("the disk is full")
        store(db)

    monkeypatch.setattr(contents, "store_videos", fail_at_the_second)
    with pytest.raises(LibraryError, match="full"):
        merge(library, other, batch=1)
    assert rows(library, "SELECT (SELECT count(*) FROM videos), (SELECT count(*) FROM features)") == [(1, 1)]
    assert rows(library, "SELECT count(*) FROM sqlite_temp_master") == [(0,)]
    merge(library, other, batch=1)
    check_counts(library, known_videos(library))
    assert library.tag_counts() == {"Animal": 3}


def test_a_person_decides_meanwhile(tmp_path, library, other):
    for name in "abcd":
        add(other, "/v", f"{name}.mp4", content=name)
    add(library, "/v", "a.mp4", content="a")
    steps = library.merges.merge([other.path], batch=1)
    with Library.open(library.path) as person:
        for step in steps:
            person.confirm(1, f"step {step.done}")
    assert tags(library, 1) == {f"step {number}": "confirmed" for number in range(5)}
    assert library.contents.store_tagging([(1, tagging("Food"))])
