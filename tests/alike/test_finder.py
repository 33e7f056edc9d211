"""Which videos are found to be like one, and that what is kept follows the library."""

from __future__ import annotations

import pytest

from organizer.alike.finder import Finder
from organizer.errors import NotLookedAtError, UnknownVideoError
from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.types import SampledSeconds
from tests.alike.library_of import SPACE, crowd, film, scene, store
from tests.library.build import add_failed
from tests.library.sql import database_of


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as opened:
        yield opened


@pytest.fixture
def finder(library, tmp_path):
    return Finder(library.path, SPACE, folder=tmp_path / "vectors")


def ids(matches):
    return [match.video_id for match in matches]


def made(finder, library):
    """How many vectors are made to bring all up to date."""
    steps = list(finder.prepare(library))
    return steps[-1].total if steps else 0


def test_the_likest_is_first_and_the_video_is_not_among_them(library, finder):
    crowd(library, 30)
    one, other = store(library, "one.mp4", film(1, 2)), store(library, "other.mp4", film(1, 2, noise=1))
    half = store(library, "half.mp4", film(2, 3))
    found = finder.like(library, one)
    assert ids(found)[:2] == [other, half]
    assert one not in ids(found)
    assert found[0].likeness > 0.9 > found[1].likeness > 0.3 > found[2].likeness
    assert sorted(ids(found), key=lambda id_: ids(found).index(id_)) == ids(found)


def test_matching_seconds(library, finder):
    crowd(library, 30)
    one = store(library, "one.mp4", film(1, 2, 3))
    other = store(library, "other.mp4", film(4, 5, 3, noise=1))
    (match, *_) = finder.like(library, one)
    assert match.video_id == other
    assert match.second in range(8, 12)
    assert match.their_second in range(8, 12)
    (match, *_) = finder.like(library, one, second=9)
    assert (match.video_id, match.second) == (other, 9)
    assert match.their_second in range(8, 12)


def test_a_second_finds_what_the_whole_would_not(library, finder):
    one = store(library, "one.mp4", film(1, 1, 1, 2))
    alike = store(library, "alike.mp4", film(1, 1, 1, 1, noise=1))
    hidden_in_it = store(library, "long.mp4", film(5, 6, 7, 2, 8, noise=1))
    crowd(library, 30)
    assert ids(finder.like(library, one, limit=1)) == [alike]
    assert ids(finder.like(library, one, second=14, limit=1)) == [hidden_in_it]


def test_seconds_are_those_that_the_model_looks_at(library, tmp_path):
    finder = Finder(library.path, SPACE, SampledSeconds(2, 3), folder=tmp_path / "vectors")
    one = store(library, "one.mp4", film(1, 2, rows=3))
    store(library, "two.mp4", film(3, 2, rows=3, noise=1))
    crowd(library, 10)
    # Rows stand for the seconds 0, 1, 2, 5, 8 and 11.
    (match, *_) = finder.like(library, one, second=9)
    assert match.second == 8
    assert match.their_second in {5, 8, 11}
    assert finder.like(library, one, second=13)[0].second == 11
    with pytest.raises(NotLookedAtError, match=r"nobody looked at 0:14 of it, only .* to 0:11"):
        finder.like(library, one, second=14)


def test_the_same_recording_comes_once(library, finder):
    one = store(library, "one.mp4", film(1))
    first = store(library, "a.mp4", film(1, noise=1))
    store(library, "b.mp4", film(1, noise=1))
    crowd(library, 5)
    found = ids(finder.like(library, one))
    assert found[0] == first
    assert len(found) == 6


def test_a_copy_of_the_video_itself_comes_once(library, finder):
    one = store(library, "one.mp4", film(1))
    copies = [store(library, name, film(1)) for name in ("a.mp4", "b.mp4")]
    crowd(library, 5)
    found = finder.like(library, one)
    assert found[0].video_id == copies[0]
    assert found[0].likeness == pytest.approx(1.0)
    assert copies[1] not in ids(found)


def test_a_limit(library, finder):
    (one, *_) = crowd(library, 10)
    assert len(finder.like(library, one, limit=3)) == 3
    assert len(finder.like(library, one, limit=100)) == 9


def test_hidden_and_missing_videos_are_left_out_at_once(library, finder):
    one = store(library, "one.mp4", film(1))
    other = store(library, "other.mp4", film(1, noise=1))
    third = store(library, "third.mp4", film(1, noise=2))
    assert set(ids(finder.like(library, one))) == {other, third}
    library.apply(MarkChange(hidden=True), [other])
    assert ids(finder.like(library, one)) == [third]
    library.apply(MarkChange(hidden=False), [other])
    library.places.forget_vanished(library.roots.add("/videos"), ["third.mp4"])
    assert ids(finder.like(library, one)) == [other]


def test_offline_videos_are_offered(library, finder):
    one, other = store(library, "one.mp4", film(1)), store(library, "other.mp4", film(2))
    library.roots.set_offline(library.roots.add("/videos"), True)
    assert ids(finder.like(library, one)) == [other]


def test_most_are_hidden(library, finder, monkeypatch):
    monkeypatch.setattr("organizer.alike.neighbours._LOOKED_AT", 4)
    one = store(library, "one.mp4", film(1))
    alike = [store(library, f"like {n}.mp4", film(1, noise=n)) for n in range(1, 30)]
    far = store(library, "far.mp4", film(2))
    library.apply(MarkChange(hidden=True), alike)
    assert ids(finder.like(library, one, limit=2)) == [far]


def test_a_library_of_one(library, finder):
    one = store(library, "one.mp4", film(1))
    assert finder.like(library, one) == []
    assert finder.like(library, one, second=0) == []


def test_a_video_without_features(library, finder):
    store(library, "one.mp4", film(1))
    broken = add_failed(library, "/videos", "broken.mp4", "the file is cut off")
    with pytest.raises(NotLookedAtError, match=r"broken\.mp4: it could not be read \(the file is cut off\)"):
        finder.like(library, broken)


def test_a_video_of_another_model(library, finder):
    store(library, "one.mp4", film(1))
    other = store(library, "other.mp4", film(1), space="another-space")
    with pytest.raises(NotLookedAtError, match="another model looked at it"):
        finder.like(library, other)
    assert other not in ids(finder.like(library, 1))


def test_no_features_of_the_model_at_all(library, finder):
    other = store(library, "other.mp4", film(1), space="another-space")
    with pytest.raises(NotLookedAtError):
        finder.like(library, other)


def test_a_video_that_there_is_not(library, finder):
    store(library, "one.mp4", film(1))
    with pytest.raises(UnknownVideoError):
        finder.like(library, 99)


@pytest.mark.parametrize("second", [-1, 4, 10**9])
def test_a_second_that_nobody_looked_at(library, finder, second):
    one = store(library, "one.mp4", film(1))
    with pytest.raises(NotLookedAtError, match="Choose one of these"):
        finder.like(library, one, second=second)


def test_only_what_is_new_is_made(library, finder):
    crowd(library, 30)
    assert made(finder, library) == 30
    assert made(finder, library) == 0
    one = store(library, "one.mp4", film(1))
    assert made(finder, library) == 1
    other = store(library, "other.mp4", film(1, noise=1))
    assert made(finder, library) == 1
    assert ids(finder.like(library, one, limit=1)) == [other]
    assert ids(finder.like(library, other, limit=1)) == [one]


def test_what_marks_and_tags_change_makes_nothing_anew(library, finder):
    (one, *_) = crowd(library, 10)
    made(finder, library)
    library.confirm(one, "Animal")
    library.apply(MarkChange(hidden=True), [one])
    assert made(finder, library) == 0


def test_features_that_are_stored_anew(library, finder):
    crowd(library, 30)
    one = store(library, "one.mp4", film(1))
    other = store(library, "other.mp4", film(2))
    third = store(library, "third.mp4", film(3))
    made(finder, library)
    assert store(library, "other.mp4", film(1, noise=1)) == other
    assert made(finder, library) == 1
    assert ids(finder.like(library, one, limit=1)) == [other]
    assert store(library, "other.mp4", film(3, noise=1)) == other
    assert ids(finder.like(library, third, limit=1)) == [other]
    assert other not in ids(finder.like(library, one, limit=1))


def test_forgotten_videos_whose_numbers_are_given_again(library, finder):
    crowd(library, 10)
    one = store(library, "one.mp4", film(1))
    last = store(library, "last.mp4", film(2))
    made(finder, library)
    db = database_of(library)
    db.execute("DELETE FROM videos WHERE id = ?", [last])
    db.conn.commit()
    assert store(library, "new.mp4", film(1, noise=1)) == last
    assert made(finder, library) == 1
    assert ids(finder.like(library, one, limit=1)) == [last]


def test_a_forgotten_video_is_not_offered(library, finder):
    one, other = store(library, "one.mp4", film(1)), store(library, "other.mp4", film(1, noise=1))
    (third,) = crowd(library, 1)
    made(finder, library)
    db = database_of(library)
    db.execute("DELETE FROM videos WHERE id = ?", [other])
    db.conn.commit()
    assert ids(finder.like(library, one)) == [third]


def test_a_tail_becomes_part_of_the_base(library, finder, tmp_path, monkeypatch):
    monkeypatch.setattr("organizer.alike.index._LEAST_TAIL", 3)
    crowd(library, 40)
    made(finder, library)
    names = lambda: sorted(file.suffix for file in (tmp_path / "vectors").iterdir())  # noqa: E731
    assert names() == [".base"]
    crowd(library, 3, first=200)
    assert made(finder, library) == 3
    assert names() == [".base", ".tail"]
    (one, *_) = crowd(library, 1, first=300)
    assert made(finder, library) == 1
    again = Finder(library.path, SPACE, folder=tmp_path / "vectors")
    assert made(again, library) == 0
    assert len(again.like(library, one, limit=100)) == 43
    assert again.like(library, one) == finder.like(library, one)


def test_a_library_that_has_grown_much_is_measured_anew(library, finder):
    crowd(library, 10)
    made(finder, library)
    crowd(library, 9, first=300)
    assert made(finder, library) == 9
    crowd(library, 1, first=400)
    assert made(finder, library) == 20


def test_all_is_as_if_made_at_once(library, finder, tmp_path, monkeypatch):
    """Whatever came, changed and went, in whatever order."""
    monkeypatch.setattr("organizer.alike.index._LEAST_TAIL", 4)
    monkeypatch.setattr("organizer.alike.index._COPIED", 3)
    crowd(library, 12)
    for number in range(6):
        made(finder, library)
        store(library, f"{100 + number}.mp4", film(400 + number))
        store(library, f"more {number}.mp4", film(500 + number, number))
        if number % 2:
            db = database_of(library)
            db.execute("DELETE FROM videos WHERE id = ?", [number + 3])
            db.conn.commit()
    made(finder, library)
    fresh = Finder(library.path, SPACE, folder=tmp_path / "fresh")
    for id_ in library.ids():
        ours = ids(finder.like(library, id_, limit=100))
        assert set(ours) == set(ids(fresh.like(library, id_, limit=100)))
        assert len(ours) == len(library.ids()) - 1


def test_many_forgotten_videos_leave_the_files(library, finder, tmp_path, monkeypatch):
    monkeypatch.setattr("organizer.alike.index._LEAST_TAIL", 3)
    stored = crowd(library, 40)
    made(finder, library)
    (base,) = (tmp_path / "vectors").iterdir()
    before = base.stat().st_size
    db = database_of(library)
    db.execute("DELETE FROM videos WHERE id > 10")
    db.conn.commit()
    assert made(finder, library) == 0
    assert base.stat().st_size < before / 2
    assert set(ids(finder.like(library, stored[0], limit=100))) == set(stored[1:10])
    assert made(Finder(library.path, SPACE, folder=tmp_path / "vectors"), library) == 0


def test_two_libraries_in_one_folder(library, finder, tmp_path):
    one = store(library, "one.mp4", film(1))
    store(library, "other.mp4", film(2))
    with Library.open(tmp_path / "second.db") as second:
        mine = store(second, "mine.mp4", film(3))
        crowd(second, 4)
        other = Finder(second.path, SPACE, folder=tmp_path / "vectors")
        assert len(other.like(second, mine)) == 4
        assert len(finder.like(library, one)) == 1
        assert len(other.like(second, mine)) == 4
    assert len(list((tmp_path / "vectors").iterdir())) == 2


def test_a_library_that_another_one_took_the_place_of(library, finder, tmp_path):
    crowd(library, 5)
    made(finder, library)
    library.close()
    for file in tmp_path.glob("library.db*"):
        file.unlink()
    with Library.open(tmp_path / "library.db") as new:
        one = store(new, "one.mp4", film(1))
        crowd(new, 4, first=700)
        assert made(Finder(new.path, SPACE, folder=tmp_path / "vectors"), new) == 5
        assert len(finder.like(new, one)) == 4


def test_a_library_that_is_only_read(library, tmp_path):
    one = store(library, "one.mp4", film(1))
    other = store(library, "other.mp4", film(1, noise=1))
    library.close()
    with Library.open(tmp_path / "library.db", read_only=True) as opened:
        finder = Finder(opened.path, SPACE, folder=tmp_path / "vectors")
        assert ids(finder.like(opened, one)) == [other]


def test_scene_of_a_video_of_one_row(library, finder):
    one = store(library, "one.mp4", scene(1))
    other = store(library, "other.mp4", scene(1, noise=1))
    crowd(library, 3)
    assert ids(finder.like(library, one, second=0, limit=1)) == [other]
