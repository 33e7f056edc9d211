"""What there is to do, told from what the library knows without asking it for each file."""

from __future__ import annotations

import os
import threading

import pytest

from organizer.pipeline.listing import areas_of, list_jobs
from organizer.stopping import StoppedError
from tests.fakes import show_labels


@pytest.fixture
def scanned(world):
    show_labels(world.videos / "a.mp4", "Animal")
    show_labels(world.videos / "2019" / "b.mp4", "Food")
    show_labels(world.videos / "2019" / "c.mp4")
    (world.videos / "broken.mp4").write_bytes(b"nothing to see" * 100)
    world.scan(world.videos)
    return world


def listing(world, *, space: str = "", below: str = "", stop: threading.Event | None = None):
    """List all; names of what is to do and of what vanished."""
    areas = areas_of(world.library, [str(world.videos / below)])
    space = space or world.tagger.bundle.space_id
    listing = list_jobs(world.library, areas, space, (), stop=stop)
    to_do = {os.path.basename(job.file.path) for job in listing.jobs}
    vanished = {os.path.basename(path) for path in listing.vanished}
    return listing.found, to_do, vanished


def asked(world, monkeypatch) -> list[str]:
    """Note the files that the library is asked for one by one."""
    paths: list[str] = []
    place = world.library.places.known

    def noting(root, relative_path, space_id):
        paths.append(relative_path)
        return place(root, relative_path, space_id)

    monkeypatch.setattr(world.library.places, "known", noting)
    return paths


def test_unchanged_files_are_not_asked_for_one_by_one(scanned, monkeypatch):
    paths = asked(scanned, monkeypatch)
    listed, to_do, vanished = listing(scanned)
    assert (listed.videos, listed.unchanged, to_do, vanished, paths) == (4, 4, set(), set(), [])


def test_what_is_not_as_it_was_is_to_do(scanned, monkeypatch):
    os.utime(scanned.videos / "a.mp4", ns=(1, 1))
    show_labels(scanned.videos / "new.mp4")
    (scanned.videos / "2019" / "c.mp4").unlink()
    paths = asked(scanned, monkeypatch)
    listed, to_do, vanished = listing(scanned)
    assert (listed.unchanged, to_do, vanished) == (2, {"a.mp4", "new.mp4"}, {"c.mp4"})
    assert sorted(paths) == ["a.mp4", "new.mp4"]


def test_features_of_another_space_are_to_do_and_broken_files_are_not(scanned):
    _, to_do, vanished = listing(scanned, space="another space")
    assert (to_do, vanished) == ({"a.mp4", "b.mp4", "c.mp4"}, set())
    # Gone all the same, though a look at it was due.
    (scanned.videos / "a.mp4").unlink()
    _, to_do, vanished = listing(scanned, space="another space")
    assert (to_do, vanished) == ({"b.mp4", "c.mp4"}, {"a.mp4"})


def test_a_part_of_a_root_leaves_the_rest_alone(scanned):
    for name in ("a.mp4", "2019/b.mp4"):
        (scanned.videos / name).unlink()
    listed, to_do, vanished = listing(scanned, below="2019")
    assert (listed.videos, listed.unchanged, to_do, vanished) == (1, 1, set(), {"b.mp4"})


def test_what_came_back_counts_as_unchanged(scanned):
    path = scanned.videos / "a.mp4"
    path.rename(scanned.folder / "away")
    scanned.scan(scanned.videos)
    (scanned.folder / "away").rename(path)
    listed, to_do, vanished = listing(scanned)
    assert (listed.unchanged, listed.returned, to_do, vanished) == (4, 1, set(), set())


def test_it_stops_between_two_files_and_leaves_the_library_as_it_was(scanned):
    (scanned.videos / "a.mp4").rename(scanned.folder / "away")
    scanned.scan(scanned.videos)
    (scanned.folder / "away").rename(scanned.videos / "a.mp4")
    before = scanned.places()
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        listing(scanned, stop=stop)
    assert scanned.places() == before
    listed, _, _ = listing(scanned, stop=threading.Event())
    assert listed.returned == 1


@pytest.mark.parametrize(("stored", "typed"), [("Cafe\u0301", "Caf\u00e9"), ("Caf\u00e9", "Cafe\u0301")])
def test_a_known_folder_is_meant_however_its_accents_are_composed(world, stored, typed):
    show_labels(world.folder / stored / "a.mp4")
    world.scan(world.folder / stored)
    if not (world.folder / typed).exists():
        # Two spellings are two folders here; the known one is meant while only it is there.
        assert world.scan(world.folder / typed).quiet
    assert len(world.library.roots.all()) == 1
    (world.folder / typed).mkdir(exist_ok=True)
    world.scan(world.folder / typed)
    same = os.path.samefile(world.folder / stored, world.folder / typed)
    assert len(world.library.roots.all()) == (1 if same else 2)
