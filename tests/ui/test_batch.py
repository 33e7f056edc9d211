"""What a page asks to do to many videos: done once, to exactly those, said in a sentence."""

import pytest

from organizer.config import Settings
from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.types import TagState
from organizer.ui import batch, resources
from organizer.ui.kept_lists import LISTS
from tests.gallery_server.seed import SeedVideo, seed


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_settings", Settings(tmp_path / "library.db"))
    videos = [SeedVideo(f"{number}.mp4", ("Dance?",)) for number in range(6)]
    seed(tmp_path / "library.db", tmp_path, videos)
    return tmp_path / "library.db"


def version(library):
    with Library.open(library) as opened:
        return LISTS.newest(opened, VideoFilter()).version


def asked(library, action, value=None, spans=((0, 2),), **more):
    spans = [list(span) for span in spans]
    return {"action": action, "value": value, "version": version(library), "spans": spans} | more


def tags(library, id_):
    with Library.open(library) as opened:
        return {tag.name: tag.state for tag in opened.video(id_).tags}


def undo(library, said):
    with Library.open(library) as opened:
        return bool(opened.undo_step(said.step))


def test_a_tag_for_several_is_one_step_and_undone_as_one(library):
    said = batch.carry_out(asked(library, "confirm", "Holiday", [(0, 2), (4, 5)]))
    assert said.words.endswith(": 3 videos.")
    assert "Holiday" in said.words
    # Newest first: the places 0, 1 and 4 are the videos 6, 5 and 2.
    for id_ in range(1, 7):
        assert ("Holiday" in tags(library, id_)) == (id_ in {6, 5, 2})
    assert undo(library, said)
    assert all(tags(library, id_) == {"Dance": TagState.SUGGESTED} for id_ in range(1, 7))


def test_what_the_model_proposed_is_confirmed_or_rejected(library):
    batch.carry_out(asked(library, "confirm", "Dance", [(0, 1)]))
    batch.carry_out(asked(library, "reject", "Dance?", [(1, 6)]))
    assert tags(library, 6) == {"Dance": TagState.CONFIRMED}
    assert all(tags(library, id_) == {"Dance": TagState.REJECTED} for id_ in range(1, 6))


@pytest.mark.parametrize(
    ("action", "value", "mark", "expected"),
    [
        ("favourite", True, "favourite", True),
        ("hide", True, "hidden", True),
        ("rate", 4, "rating", 4),
    ],
)
def test_marks_are_set_and_taken_back(library, action, value, mark, expected):
    said = batch.carry_out(asked(library, action, value))
    with Library.open(library) as opened:
        marks = [getattr(opened.video(id_), mark) for id_ in range(1, 7)]
        assert marks == [type(expected)()] * 4 + [expected] * 2
        assert opened.undo_step(said.step)
        assert not any(getattr(opened.video(id_), mark) for id_ in range(1, 7))


def test_the_videos_are_those_of_the_list_that_was_seen(library):
    seen = version(library)
    videos = [SeedVideo(f"{number}.mp4", ("Dance?",)) for number in range(8)]
    seed(library, library.parent, videos)
    batch.carry_out(asked(library, "confirm", "Seen", [(0, 1)], version=seen))
    assert "Seen" in tags(library, 6)
    assert "Seen" not in tags(library, 8)


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "gone"},
        {"version": None},
        {"spans": []},
        {"spans": "all"},
        {"spans": [[50, 60]]},
        {"action": "delete"},
        {"action": None},
    ],
    ids=str,
)
def test_nothing_is_done_where_it_is_not_sure_what_was_meant(library, wrong):
    assert batch.carry_out(asked(library, "confirm", "Holiday") | wrong) == batch.Said(batch.LIST_IS_GONE)
    with Library.open(library) as opened:
        assert not opened.steps()


def test_what_is_so_already_is_no_step(library):
    batch.carry_out(asked(library, "favourite", True))
    assert batch.carry_out(asked(library, "favourite", True)) == batch.Said(batch.NOTHING)


@pytest.mark.parametrize("tag", ["", "x" * 61, "new?", "a\x07b"])
def test_a_tag_that_is_none_is_said_in_words(library, tag):
    said = batch.carry_out(asked(library, "confirm", tag))
    assert said.step is None
    assert said.words
    with Library.open(library) as opened:
        assert not opened.steps()


@pytest.mark.parametrize("rating", [6, -1, "3", None, True, 2.5])
def test_a_rating_that_is_none_rates_nothing(library, rating):
    batch.carry_out(asked(library, "rate", rating))
    with Library.open(library) as opened:
        assert [opened.video(id_).rating for id_ in range(1, 7)] == [0] * 6


def test_a_download_is_offered(library):
    said = batch.carry_out(asked(library, "export", "csv"))
    assert said.download.startswith("/export/")
    assert "2 videos" in said.words
    assert batch.carry_out(asked(library, "export", "exe")).download is None


def test_tagging_again_is_a_job(library, monkeypatch):
    started = []
    monkeypatch.setattr(batch, "start_retag", lambda path, ids: started.append((path, list(ids))) or 1)
    assert batch.carry_out(asked(library, "retag")).words == "Tagging 2 videos again."
    assert started == [(library, [6, 5])]
