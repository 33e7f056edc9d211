"""What tells that stored features are those of before, and which videos are offered."""

from __future__ import annotations

import pytest

from organizer.library.actions import MarkChange
from tests.library.build import SPACE, add, add_failed
from tests.library.sql import database_of

OTHER = "other-space"


def test_the_state_of_an_empty_library(library):
    assert library.features.state(SPACE) == library.features.state(OTHER)
    assert library.features.stamps(SPACE) == {}


def _new(library):
    add(library, "/v", "new.mp4")


def _again(library):
    add(library, "/v", "a.mp4")


def _last_again(library):
    add(library, "/v", "c.mp4")


def _forget(library, path):
    db = database_of(library)
    db.execute("DELETE FROM videos WHERE id = (SELECT video_id FROM places WHERE relative_path = ?)", [path])
    db.conn.commit()


def _forget_first(library):
    _forget(library, "a.mp4")


def _forget_last(library):
    _forget(library, "c.mp4")


def _another_in_place_of_the_last(library):
    _forget(library, "c.mp4")
    add(library, "/v", "d.mp4")


def _all_others(library):
    for name in "abc":
        _forget(library, f"{name}.mp4")
    for name in "def":
        add(library, "/v", f"{name}.mp4")


@pytest.mark.parametrize(
    "change",
    [_new, _again, _last_again, _forget_first, _forget_last, _another_in_place_of_the_last, _all_others],
)
def test_whatever_becomes_of_features_is_another_state(library, change):
    for name in "abc":
        add(library, "/v", f"{name}.mp4")
    state, stamps = library.features.state(SPACE), library.features.stamps(SPACE)
    assert library.features.state(SPACE) == state
    change(library)
    assert library.features.state(SPACE) != state
    assert library.features.stamps(SPACE) != stamps


def test_decisions_and_marks_are_no_other_state(library):
    video = add(library, "/v", "a.mp4", "Animal")
    state, stamps = library.features.state(SPACE), library.features.stamps(SPACE)
    library.confirm(video, "Dance")
    library.apply(MarkChange(hidden=True), [video])
    library.places.forget_vanished(library.roots.add("/v"), ["a.mp4"])
    assert (library.features.state(SPACE), library.features.stamps(SPACE)) == (state, stamps)


def test_stamps_are_by_video_and_of_one_space(library):
    one, two = add(library, "/v", "a.mp4"), add(library, "/v", "b.mp4", space=OTHER)
    three = add(library, "/v", "c.mp4")
    assert list(library.features.stamps(SPACE)) == [one, three]
    assert list(library.features.stamps(OTHER)) == [two]
    before = library.features.stamps(SPACE)
    add(library, "/v", "a.mp4")
    after = library.features.stamps(SPACE)
    assert after[one] != before[one]
    assert after[three] == before[three]
    assert all(0 <= stamp < 2**63 for stamp in after.values())


def test_stamps_walk_along_indexes_alone(library):
    plans = []
    db = database_of(library)
    for query in (
        "SELECT id, key FROM videos",
        "SELECT video_id, rowid FROM features INDEXED BY features_by_space WHERE space_id = 'x'"
        " ORDER BY video_id",
    ):
        plans += [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert len(plans) == 2
    assert all("COVERING INDEX" in plan for plan in plans)


def test_spaces_of_a_video(library):
    video = add(library, "/v", "a.mp4")
    add(library, "/v", "a.mp4", space=OTHER)
    failed = add_failed(library, "/v", "broken.mp4", "it is cut off")
    assert library.features.spaces_of(video) == [SPACE, OTHER]
    assert library.features.spaces_of(failed) == []


def test_what_lists_show_and_lies_somewhere_is_offered(library):
    shown, hidden, missing = (add(library, "/v", f"{name}.mp4") for name in "abc")
    away = add(library, "/away", "d.mp4")
    gone = add(library, "/v", "e.mp4")
    library.apply(MarkChange(hidden=True), [hidden])
    library.places.forget_vanished(library.roots.add("/v"), ["c.mp4"])
    library.roots.set_offline(library.roots.add("/away"), True)
    add(library, "/v", "e.mp4", content="another", size=2000)
    everything = [shown, hidden, missing, away, gone, 999]
    assert library.features.offered(everything) == {shown, away}
    assert library.features.offered([]) == set()
    assert library.features.offered(range(2000)) >= {shown, away}
