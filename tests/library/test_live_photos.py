"""Clips of Live Photos: short, and each of their files beside a picture."""

from __future__ import annotations

import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from organizer.types import VideoFile
from tests.library.build import add, analysis, tagging


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library.db") as opened:
        yield opened


def put(library, path, *suggested, beside=True, duration_s=3.0, content=None, root="/v"):
    """Store a video as a scan does that met it, beside a picture or not."""
    file = VideoFile(root, path, 1000, 1, beside_picture=beside)
    stored = library.roots.add(root)
    return library.contents.store(
        stored, file, content or path.encode().hex(), analysis(*suggested, duration_s=duration_s)
    )


def live(library):
    return {video.path for video in library.list(VideoFilter(live=True))}


def test_a_short_clip_beside_a_picture_is_folded_away(library):
    put(library, "live.mov", "Animal")
    put(library, "long.mov", duration_s=5.1)
    put(library, "unknown.mov", duration_s=None)
    put(library, "alone.mov", "Animal", beside=False)
    assert live(library) == {"/v/live.mov"}
    assert library.count() == 3
    assert library.tag_counts() == {"Animal": 1}
    assert library.live_photos.count() == 1


def test_it_is_looked_at_anew_by_each_scan(library):
    put(library, "a.mov", beside=False)
    (root,) = library.roots.all()
    assert library.places.beside_pictures(root) == set()
    library.places.note_pictures(root, {"a.mov": True})
    assert live(library) == {"/v/a.mov"}
    assert library.places.beside_pictures(root) == {"a.mov"}
    library.places.note_pictures(root, {"a.mov": False})
    assert live(library) == set()
    # Another content at the same file, and one that was looked at again by its name alone.
    put(library, "a.mov", content="longer", duration_s=60.0)
    put(library, "a.mov", content="short", duration_s=2.0)
    assert live(library) == {"/v/a.mov"}
    put(library, "a.mov", content="short", duration_s=2.5, beside=None)
    assert live(library) == {"/v/a.mov"}
    put(library, "a.mov", content="short", duration_s=2.5, beside=False)
    assert live(library) == set()


def test_each_of_its_files_must_lie_so(library):
    video = put(library, "a.mov")
    root = library.roots.all()[0]
    alone = VideoFile("/v", "copy.mov", 1000, 1, beside_picture=False)
    library.contents.place(root, alone, video, lambda _: True)
    assert live(library) == set()
    library.places.forget_vanished(root, ["copy.mov"])
    assert live(library) == {"/v/a.mov"}
    # The last file of a video that is gone stays what it was.
    library.places.forget_vanished(root, ["a.mov"])
    assert live(library) == {"/v/a.mov"}


def test_a_length_that_is_read_again_counts(library):
    video = add(library, "/v", "a.mov", duration_s=10.0)
    (root,) = library.roots.all()
    library.places.note_pictures(root, {"a.mov": True})
    assert live(library) == set()
    file = VideoFile("/v", "a.mov", 1000, 1)
    library.contents.store_facts(
        root, file, video, analysis(duration_s=4.0).info, fingerprint="new", metadata_digest="x"
    )
    assert live(library) == {"/v/a.mov"}


def test_they_can_be_shown_among_the_others(library):
    put(library, "a.mov", "Animal")
    put(library, "b.mov")
    add(library, "/v", "c.mp4", "Animal")
    assert library.live_photos.folded
    library.live_photos.fold(False)
    library.live_photos.fold(False)
    assert not library.live_photos.folded
    assert (library.count(), library.tag_counts(), live(library)) == (3, {"Animal": 2}, set())
    assert library.live_photos.count() == 2
    put(library, "d.mov", "Animal")
    assert library.count() == 4
    library.live_photos.fold(True)
    assert live(library) == {"/v/a.mov", "/v/b.mov", "/v/d.mov"}
    assert (library.count(), library.tag_counts()) == (1, {"Animal": 1})
    # Tags that models give meanwhile count when it is shown again.
    library.contents.store_tagging([(1, tagging("Food"))])
    library.live_photos.fold(False)
    assert library.tag_counts() == {"Animal": 2, "Food": 1}
