"""Folders forgotten and left out of scans, each undone and redone as it was."""

from __future__ import annotations

import os

import pytest

from organizer.errors import FolderError, JobRunningError, OrganizerError
from organizer.library.actions import MarkChange, TagChange
from organizer.library.exclusions import LeftOut, clean_pattern
from organizer.library.filters import VideoFilter
from organizer.library.jobs import JobKind
from organizer.library.records import Status
from organizer.types import TagState, VideoFile
from tests.library.build import add, add_failed, place, places, tags
from tests.library.random_library import check_counts, check_list, known_videos
from tests.library.sql import database_of
from tests.library.test_steps import state

YES = TagState.CONFIRMED


def stored(library):
    """All that a folder's coming and going may change."""
    database = database_of(library)
    return [
        *state(library),
        database.execute(
            "SELECT r.path, p.relative_path, p.video_id, p.size_bytes, p.mtime_ns, p.missing_since "
            "FROM places p JOIN roots r ON r.id = p.root_id ORDER BY 1, 2"
        ).fetchall(),
        database.execute("SELECT path, added_at, scanned_at, offline FROM roots ORDER BY path").fetchall(),
        database.execute("SELECT id, sort_name, search_text, taken_at FROM videos ORDER BY id").fetchall(),
        database.execute("SELECT pattern FROM exclusions ORDER BY 1").fetchall(),
    ]


@pytest.fixture
def videos(library):
    """Two folders: one video lies in both, one is missing, one could not be read."""
    ids = [
        add(library, "/usb", "2020/a.mp4", "Animal"),
        add(library, "/home", "b.mp4", "Animal"),
        add(library, "/usb", "2020/c.MTS", "Dance"),
        add(library, "/usb", os.fsdecode(b"caf\xe9.mp4")),
        add_failed(library, "/usb", "broken.mp4", "it is broken"),
    ]
    place(library, "/usb", "2021/b again.mp4", ids[1], there=("/home/b.mp4",))
    usb = library.roots.all()[0]
    library.roots.finish(usb)
    library.places.forget_vanished(usb, ["2020/c.MTS"])
    library.apply(TagChange("Holiday", YES), ids[:4])
    library.apply(MarkChange(favourite=True, rating=3), ids[:2])
    return ids


def check_undone_and_redone(library, step, before):
    after = stored(library)
    assert after != before
    for _ in range(2):
        assert library.undo_step(step.id)
        assert stored(library) == before
        check_counts(library, known_videos(library))
        check_list(library, known_videos(library), VideoFilter())
        assert library.redo_step(step.id)
        assert stored(library) == after
        check_counts(library, known_videos(library))


def test_a_folder_is_forgotten_and_its_tags_wait(library, videos):
    before = stored(library)
    step = library.forget_folder("/usb", keep_tags=True)
    assert (step.words, step.videos) == ("Folder /usb forgotten, its tags are kept", 5)
    assert [root.path for root in library.roots.all()] == ["/home"]
    assert library.ids() == [videos[1]]
    assert places(library, videos[1]) == [("/home/b.mp4", Status.OK)]
    check_undone_and_redone(library, step, before)
    # A scan finds the content again, wherever.
    root = library.roots.add("/new")
    library.contents.place(root, VideoFile("/new", "x.mp4", 1000, 1), videos[0], lambda _: False)
    assert tags(library, videos[0]) == {"Animal": "suggested", "Holiday": "confirmed"}
    assert (library.video(videos[0]).favourite, library.video(videos[0]).rating) == (True, 3)


def test_a_folder_is_forgotten_with_its_tags(library, videos):
    before = stored(library)
    step = library.forget_folder(library.roots.all()[0], keep_tags=False)
    assert step.words == "Folder /usb forgotten, with its tags"
    # What lies elsewhere too keeps them.
    assert tags(library, videos[1]) == {"Animal": "suggested", "Holiday": "confirmed"}
    assert library.video(videos[1]).favourite
    check_undone_and_redone(library, step, before)
    root = library.roots.add("/new")
    library.contents.place(root, VideoFile("/new", "x.mp4", 1000, 1), videos[0], lambda _: False)
    assert tags(library, videos[0]) == {"Animal": "suggested"}
    assert not library.video(videos[0]).favourite


def test_what_a_scan_found_since_stays_where_it_is(library, videos):
    step = library.forget_folder("/usb", keep_tags=True)
    # The same folder is scanned again: one video is there, and another one took the place of the second.
    root = library.roots.add("/usb")
    library.contents.place(root, VideoFile("/usb", "2020/a.mp4", 1000, 7), videos[0], lambda _: True)
    other = add(library, "/usb", "2021/b again.mp4", content="other")
    outcome = library.undo_step(step.id)
    assert (bool(outcome), outcome.videos, outcome.kept) == (True, 4, 1)
    assert outcome.reasons == ("1 video left alone: another video lies there now.",)
    assert places(library, other) == [("/usb/2021/b again.mp4", Status.OK)]
    assert [root.path for root in library.roots.all()] == ["/home", "/usb"]
    assert set(library.ids()) == {*videos, other}


def test_a_folder_that_is_none_is_not_forgotten(library, videos):
    with pytest.raises(FolderError, match="/nowhere: no scanned folder"):
        library.forget_folder("/nowhere", keep_tags=True)


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("/usb/2020", [1, 3, 4]),
        ("/usb/2020/", [1, 3, 4]),
        ("/usb/2020/a.mp4", [1, 2, 3, 4]),
        ("2020", [1, 3, 4]),
        ("20*", [1, 3, 4]),
        ("*.MTS", [0, 1, 3, 4]),
        ("2020/*", [1, 3, 4]),
        ("*again*", [0, 1, 2, 3, 4]),
        ("broken.*", [0, 1, 2, 3]),
    ],
)
def test_what_is_left_out_leaves_the_library(library, videos, pattern, left):
    before = stored(library)
    step = library.exclude(pattern)
    assert step.words.endswith("left out from now on")
    assert sorted(library.ids()) == [videos[number] for number in left]
    check_undone_and_redone(library, step, before)
    assert library.exclude(pattern).id == 0


def test_what_is_taken_in_again_waits_for_a_scan(library, videos):
    library.exclude("2020")
    excluded = stored(library)
    step = library.include("2020")
    assert library.exclusions() == []
    assert len(library.ids()) == 3
    check_undone_and_redone(library, step, excluded)
    add(library, "/usb", "2020/a.mp4", "Animal")
    outcome = library.undo_step(step.id)
    assert outcome.videos == 1
    assert len(library.ids()) == 3
    assert library.redo_step(step.id).videos == 1
    assert len(library.ids()) == 4


@pytest.mark.parametrize("pattern", ["", "  ", "*", "/", "**/*", "/usb", "/home/.."])
def test_not_everything_is_left_out(library, videos, pattern):
    before = stored(library), library.steps()
    with pytest.raises(OrganizerError):
        library.exclude(pattern)
    with pytest.raises(OrganizerError):
        library.include("nothing of the kind")
    assert (stored(library), library.steps()) == before


def test_names_are_matched_as_a_walk_matches_them():
    leaves_out = LeftOut(one for one in ["Cafe\u0301*", "a/b", "/v/x"])
    assert leaves_out("/v", "Caf\u00e9 1.mp4")
    assert leaves_out("/v", "a/b/c.mp4")
    assert leaves_out("/v", "x/c.mp4")
    assert not leaves_out("/v", "xy/c.mp4")
    assert not leaves_out("/v", "z/a/b/c.mp4")
    assert not leaves_out("/w", "x/c.mp4")
    assert not leaves_out("/v", "CAF\u00c9.mp4")
    assert clean_pattern("~/x/") == os.path.expanduser("~/x")


def test_folders_stay_while_a_job_goes_through_them(library, videos):
    step = library.forget_folder("/home", keep_tags=True)
    library.jobs.begin([], JobKind.SCAN)
    for act in (
        lambda: library.forget_folder("/usb", keep_tags=True),
        lambda: library.exclude("2020"),
        lambda: library.undo_step(step.id),
    ):
        with pytest.raises(JobRunningError, match="scan"):
            act()
    assert not library.steps(1)[0].undone


def test_folders_with_what_they_hold(library, videos):
    infos = library.folders()
    assert [(one.root.path, one.videos, one.failed, one.missing) for one in infos] == [
        ("/usb", 4, 1, 1),
        ("/home", 1, 0, 0),
    ]
    assert infos[0].scanned_at
    assert infos[1].scanned_at is None


def test_videos_wait_for_their_folder_when_an_exclusion_is_undone(library, videos):
    before = stored(library)
    excluded = library.exclude("*.MTS")
    forgotten = library.forget_folder("/usb", keep_tags=True)
    outcome = library.undo_step(excluded.id)
    assert (bool(outcome), outcome.videos, outcome.kept) == (True, 0, 1)
    assert outcome.reasons == ("1 video left alone: their folder is not in this library any more.",)
    assert library.undo_step(forgotten.id)
    assert stored(library) == before
    # All of it was put back: nothing is left to do.
    for step in (excluded, forgotten):
        assert library.undo_step(step.id).reasons == ("This step was undone before.",)
    assert stored(library) == before


def test_an_exclusion_is_undone_again_once_a_scan_brought_the_folder_back(library, videos):
    excluded = library.exclude("*.MTS")
    library.forget_folder("/usb", keep_tags=True)
    assert library.undo_step(excluded.id).kept == 1
    # Another folder first: nothing is put into it.
    add(library, "/new", "x.mp4", content="x")
    assert not library.undo_step(excluded.id)
    library.roots.add("/usb")
    assert library.undo_step(excluded.id).videos == 1
    assert places(library, videos[2]) == [("/usb/2020/c.MTS", Status.MISSING)]
    assert library.redo_step(excluded.id).videos == 1
    assert library.exclusions()


def test_a_place_that_was_taken_is_given_back_when_it_is_free(library, videos):
    forgotten = library.forget_folder("/usb", keep_tags=True)
    library.roots.add("/usb")
    other = add(library, "/usb", "2020/a.mp4", content="other")
    assert library.undo_step(forgotten.id).kept == 1
    # The other one moves away.
    place(library, "/usb", "2020/b.mp4", other)
    assert library.undo_step(forgotten.id).videos == 1
    assert places(library, videos[0]) == [("/usb/2020/a.mp4", Status.OK)]


def test_what_another_exclusion_leaves_out_waits_for_that(library, videos):
    before = stored(library)
    first, second = library.exclude("*.MTS"), library.exclude("2020")
    outcome = library.undo_step(first.id)
    assert outcome.reasons == ("1 video left alone: scans leave it out.",)
    assert library.undo_step(second.id).videos == 2
    assert stored(library) == before
    forgotten, third = library.forget_folder("/usb", keep_tags=True), library.exclude("*.MTS")
    assert library.undo_step(forgotten.id).kept == 1
    assert places(library, videos[0])
    assert library.undo_step(third.id).videos == 1
    assert stored(library) == before


def test_a_folder_that_was_forgotten_again_is_not_brought_back_by_the_first_step(library, videos):
    first = library.forget_folder("/usb", keep_tags=True)
    root = library.roots.add("/usb")
    add(library, "/usb", "2020/a.mp4", content="other")
    library.undo_step(first.id)
    library.forget_folder(root, keep_tags=True)
    assert not library.undo_step(first.id)
    assert [root.path for root in library.roots.all()] == ["/home"]


def test_what_is_taken_in_again_waits_for_its_folder_too(library, videos):
    library.exclude("*.MTS")
    step = library.include("*.MTS")
    library.roots.finish(library.roots.all()[0])
    add(library, "/usb", "2020/c.MTS", "Dance")
    before = stored(library)
    library.undo_step(step.id)
    forgotten = library.forget_folder("/usb", keep_tags=True)
    library.redo_step(step.id)
    assert library.undo_step(forgotten.id)
    assert stored(library) == before


def test_a_path_through_a_link_leaves_out_what_it_leads_to(library, tmp_path):
    real, link = tmp_path / "disk", tmp_path / "Videos"
    (real / "Private").mkdir(parents=True)
    link.symlink_to(real)
    add(library, str(real), "Private/a.mp4")
    other = add(library, str(real), "b.mp4")
    assert library.exclude(str(link / "Private")).videos == 1
    assert [one.pattern for one in library.exclusions()] == [str(real / "Private")]
    assert library.ids() == [other]
    # Either way is the same.
    assert library.exclude(str(real / "Private")).id == 0
    assert library.exclude(f"{link}/./Private/").id == 0
    library.include(str(link / "Private"))
    assert library.exclusions() == []
    with pytest.raises(OrganizerError, match="scanned as a folder of its own"):
        library.exclude(str(link))


def test_a_path_that_was_left_out_as_it_was_spelled_is_taken_in_again(library, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "Videos").symlink_to(tmp_path / "disk")
    database = database_of(library)
    database.execute("INSERT INTO exclusions (pattern, added_at) VALUES (?, '')", [str(tmp_path / "Videos")])
    database.conn.commit()
    assert library.include(str(tmp_path / "Videos")).id
    assert library.exclusions() == []


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize(("stored", "typed"), [("Cafe\u0301", "Caf\u00e9"), ("Caf\u00e9", "Cafe\u0301")])
def test_a_path_is_meant_however_its_accents_are_composed(library, tmp_path, stored, typed, there):
    root = tmp_path / stored
    if there:
        (root / stored).mkdir(parents=True)
    add(library, str(root), f"{stored}/a.mp4")
    other = add(library, str(root), f"{stored}s/b.mp4")
    assert library.exclude(str(tmp_path / typed / typed)).videos == 1
    assert library.ids() == [other]
    assert library.exclude(str(root / stored)).id == 0
    with pytest.raises(OrganizerError, match="scanned as a folder of its own"):
        library.exclude(str(tmp_path / typed))
    library.include(str(root / stored))
    assert library.exclusions() == []


def test_two_folders_that_differ_in_how_accents_are_composed_are_two(library, tmp_path):
    names = ("Cafe\u0301", "Caf\u00e9")
    for name in names:
        (tmp_path / name).mkdir(exist_ok=True)
    if len(os.listdir(tmp_path)) < 2:
        pytest.skip("this file system takes both for one")
    first, second = (add(library, str(tmp_path), f"{name}/a.mp4", content=name) for name in names)
    library.exclude(str(tmp_path / names[0]))
    assert library.ids() == [second]
    assert first
