"""The routes that say which videos a view chooses."""

import pytest

from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.library.filters import VideoFilter
from organizer.ui import kept_lists
from organizer.ui.server.lists import list_routes
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.ui.server.asked import asked

MANY = 70


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Seventy videos, a day apart from 1 May 2024 on."""
    folder = tmp_path_factory.mktemp("lists")
    videos = [SeedVideo(f"clip {number:02}.mp4", ("Food",) if number % 2 else ()) for number in range(MANY)]
    seed(folder / "library.db", folder, videos, poster=b"webp")
    return folder / "library.db"


@pytest.fixture
def changing(tmp_path):
    seed(tmp_path / "library.db", tmp_path, [SeedVideo("a.mp4", ("Food",)), SeedVideo("b.mp4")])
    return tmp_path / "library.db"


def get(library, name, **query):
    answer = asked(list_routes(library), f"/api/{name}", query)
    assert answer.status == 200, answer.body
    return answer.json


def titles(answer):
    return [card["title"] for card in answer["videos"]]


def test_months_and_how_many_videos_each_has(library):
    answer = get(library, "months")
    assert (answer["count"], answer["at"], answer["videos"]) == (MANY, None, [])
    assert answer["months"] == [
        {"month": "2024-07", "count": 9},
        {"month": "2024-06", "count": 30},
        {"month": "2024-05", "count": 31},
    ]


def test_an_order_that_is_none_by_date_has_one_group(library):
    assert get(library, "months", sort="name")["months"] == [{"month": None, "count": MANY}]


def test_a_part_of_the_list_by_its_place(library):
    version = get(library, "months")["version"]
    answer = get(library, "videos", version=version, offset=48, limit=48)
    assert answer["version"] == version
    assert titles(answer) == [f"clip {number:02}.mp4" for number in range(21, -1, -1)]
    assert get(library, "videos", version=version, offset=5000, limit=48)["videos"] == []


def test_months_come_with_the_first_cards_or_those_about_a_video(library):
    assert titles(get(library, "months", limit=3)) == ["clip 69.mp4", "clip 68.mp4", "clip 67.mp4"]
    answer = get(library, "months", limit=10, anchor=keys(library)["clip 15.mp4"])
    assert (answer["at"], answer["offset"]) == (54, 50)
    assert "clip 15.mp4" in titles(answer)
    gone = get(library, "months", limit=10, offset=65, anchor="x" * 22)
    assert (gone["at"], gone["offset"]) == (None, 60)


def test_the_view_of_the_address_chooses_and_orders(library):
    answer = get(library, "videos", q="tag:Food", sort="name", order="up", limit=3)
    assert answer["count"] == MANY // 2
    assert titles(answer) == ["clip 01.mp4", "clip 03.mp4", "clip 05.mp4"]
    # Addresses of before are understood as well.
    assert get(library, "months", any="Food")["count"] == MANY // 2


def test_a_search_that_is_none_is_an_error_in_words(library):
    answer = asked(list_routes(library), "/api/months", {"q": "tag:Food AND ("})
    assert answer.status == 400
    assert answer.json["error"]


def test_a_list_stays_what_it_was_and_says_what_came(changing):
    before = get(changing, "months")
    same = get(changing, "months", since=before["version"])
    assert (same["version"], same["new"], same["stamp"]) == (before["version"], 0, before["stamp"])
    videos = [SeedVideo("a.mp4", ("Food",)), SeedVideo("b.mp4"), SeedVideo("c.mp4"), SeedVideo("d.mp4")]
    seed(changing, changing.parent, videos)
    later = get(changing, "months", since=before["version"])
    assert (later["version"], later["new"]) == (before["version"], 2)
    assert later["stamp"] != before["stamp"]
    part = get(changing, "videos", version=before["version"], limit=10)
    assert titles(part) == ["b.mp4", "a.mp4"]
    assert part["count"] == 2
    assert titles(get(changing, "videos", limit=10)) == ["d.mp4", "c.mp4", "b.mp4", "a.mp4"]


def test_only_what_the_view_chooses_is_new(changing):
    before = get(changing, "months", q="tag:Food")
    seed(changing, changing.parent, [SeedVideo("a.mp4", ("Food",)), SeedVideo("b.mp4"), SeedVideo("c.mp4")])
    assert get(changing, "months", q="tag:Food", since=before["version"])["new"] == 0


def test_cards_are_those_of_now_in_a_list_of_before(changing):
    version = get(changing, "months")["version"]
    with Library.open(changing) as library:
        ids = library.ids(VideoFilter(any_tags=("Food",)))
        library.confirm(ids[0], "Dance")
        library.apply(MarkChange(favourite=True, hidden=True, rating=4), ids)
    card = get(changing, "videos", version=version, limit=10)["videos"][1]
    assert [tag["name"] for tag in card["tags"]] == ["Food", "Dance"]
    assert (card["favourite"], card["hidden"], card["rating"]) == (True, True, 4)
    assert get(changing, "months")["count"] == 1


def test_a_list_that_is_not_kept_any_more_is_made_anew(changing, monkeypatch):
    version = get(changing, "months")["version"]
    monkeypatch.setattr("organizer.ui.server.lists.LISTS", kept_lists.KeptLists())
    assert get(changing, "months", since=version)["version"] is None
    answer = get(changing, "videos", version=version, limit=10)
    assert answer["version"] not in {version, None}
    assert len(answer["videos"]) == 2


def test_answers_are_json_that_nobody_keeps_or_takes_for_a_page(library):
    for name in ("months", "videos"):
        headers = asked(list_routes(library), f"/api/{name}").headers
        assert headers["content-type"] == "application/json"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "sandbox" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "headers", [[("origin", "http://evil.example")], [("sec-fetch-site", "cross-site")]], ids=str
)
def test_other_sites_get_nothing(library, headers):
    answer = asked(list_routes(library), "/api/videos", {"limit": 9}, headers=headers)
    assert answer.status == 403
    assert b"clip" not in answer.body


def test_nothing_is_written_by_a_request(library):
    assert asked(list_routes(library), "/api/months", method="POST").status == 403


def test_no_library_and_one_of_another_program_are_said(tmp_path):
    for content in (None, b"something else" * 1000):
        file = tmp_path / "other.db"
        if content:
            file.write_bytes(content)
        answer = asked(list_routes(file), "/api/months")
        assert answer.status == 503
        assert "library" in answer.json["error"]
    assert sorted(tmp_path.iterdir()) == [file]
