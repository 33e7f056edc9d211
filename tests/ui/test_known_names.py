"""Names for completion, kept a while."""

from organizer.library import Library
from organizer.ui.known_names import KEPT_S, KnownNames
from tests.gallery_server.seed import SeedVideo, seed


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_names_are_read_again_after_a_while_where_the_library_changed(tmp_path, monkeypatch):
    seed(tmp_path / "library.db", tmp_path / "videos", [SeedVideo("cat.mp4", ("Animal",))])
    read = []
    names = Library.search_names
    monkeypatch.setattr(Library, "search_names", lambda library: read.append(1) or names(library))
    known = KnownNames(clock := Clock())
    with Library.open(tmp_path / "library.db") as library:
        known.of(library)
        clock.now = 10 * KEPT_S
        known.of(library)
        assert len(read) == 1
        library.confirm(1, "Tiger")
        assert "Tiger" in known.of(library).tags
        assert len(read) == 2
        library.confirm(1, "Lion")
        clock.now += KEPT_S / 2
        assert "Lion" not in known.of(library).tags
        clock.now += KEPT_S
        assert "Lion" in known.of(library).tags


def test_saved_searches_are_those_of_now(tmp_path):
    seed(tmp_path / "library.db", tmp_path / "videos", [SeedVideo("cat.mp4", ("Animal",))])
    known = KnownNames(Clock())
    with Library.open(tmp_path / "library.db") as library:
        assert known.of(library).saved == ()
        library.save_search("Beasts", "tag:Animal")
        assert [saved.name for saved in known.of(library).saved] == ["Beasts"]


def test_another_library_has_other_names(tmp_path):
    known = KnownNames(Clock())
    for number, label in enumerate(("Animal", "Food")):
        library = tmp_path / f"{number}.db"
        seed(library, tmp_path / "videos", [SeedVideo(f"{number}/x.mp4", ())])
        with Library.open(library) as opened:
            opened.confirm(1, f"My {label}")
            assert f"My {label}" in known.of(opened).tags
