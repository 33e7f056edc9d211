"""Lists as they were when a page asked for them."""

import threading

from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.ui import kept_lists
from organizer.ui.kept_lists import KeptLists
from tests.library.build import add


def test_the_same_list_has_one_name_while_nothing_changes(tmp_path):
    lists = KeptLists()
    with Library.open(tmp_path / "library.db") as library:
        add(library, "/videos", "a.mp4")
        first = lists.newest(library, VideoFilter())
        assert lists.newest(library, VideoFilter()) is first
        other = lists.newest(library, VideoFilter(sort=Sort.NAME))
        assert other.version != first.version
        add(library, "/videos", "b.mp4")
        later = lists.newest(library, VideoFilter())
    assert (len(first.listed.ids), len(later.listed.ids)) == (1, 2)
    assert lists.get(first.version) is first
    assert lists.get("nonsense") is None


def test_lists_of_two_libraries_are_two(tmp_path):
    lists = KeptLists()
    found = []
    for name in ("one.db", "two.db"):
        with Library.open(tmp_path / name) as library:
            found.append(lists.newest(library, VideoFilter()))
    assert found[0].version != found[1].version


def test_what_was_asked_for_longest_ago_is_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_lists, "MOST_LISTS", 2)
    lists = KeptLists()
    with Library.open(tmp_path / "library.db") as library:
        first, second = (lists.newest(library, VideoFilter(sort=sort)) for sort in (Sort.NAME, Sort.SIZE))
        lists.get(first.version)
        lists.newest(library, VideoFilter(sort=Sort.ADDED))
    assert lists.get(first.version) is first
    assert lists.get(second.version) is None


def test_long_lists_are_fewer_and_the_newest_is_always_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_lists, "MOST_VIDEOS", 3)
    lists = KeptLists()
    with Library.open(tmp_path / "library.db") as library:
        for name in "abcd":
            add(library, "/videos", f"{name}.mp4")
        first = lists.newest(library, VideoFilter())
        assert lists.get(first.version) is first
        second = lists.newest(library, VideoFilter(sort=Sort.NAME))
    assert lists.get(first.version) is None
    assert lists.get(second.version) is second


def test_a_name_cannot_be_guessed_and_threads_may_ask_at_once(tmp_path):
    lists, found = KeptLists(), []

    def ask():
        with Library.open(tmp_path / "library.db") as library:
            found.extend(lists.newest(library, VideoFilter(text=str(number))).version for number in range(20))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    assert min(map(len, found)) >= 16
