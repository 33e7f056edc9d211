"""Facts of known videos are looked at again, without decoding a picture."""

from __future__ import annotations

import errno
import io
import os
import shutil
import struct
from datetime import UTC, datetime
from threading import Event

import pytest

from organizer.errors import FolderError
from organizer.frames.formats import bounded_file
from organizer.library.fingerprint import fingerprint
from organizer.pipeline.progress import Listed, Stored
from organizer.pipeline.refresh import refresh
from organizer.stopping import StoppedError
from tests.clips import make_clip
from tests.dates.zones import needs_tzset, zone
from tests.fakes import show_labels
from tests.library.sql import database_of

pytestmark = needs_tzset

SHOT = datetime(2006, 6, 9, 10, tzinfo=UTC)
LATER = datetime(2011, 2, 3, 4, 5, 6, tzinfo=UTC)
MTIME_NS = 1_500_000_000 * 10**9


def patch_header(path, moment: datetime, *, keep_time: bool = True) -> None:
    """Write a date into the movie's header in place, as metadata editors do."""
    with open(path, "r+b") as file:
        data = file.read()
        file.seek(data.index(b"mvhd") + 8)
        file.write(struct.pack(">I", int(moment.timestamp()) + 2_082_844_800))
    mtime_ns = MTIME_NS if keep_time else MTIME_NS + 10**9
    os.utime(path, ns=(mtime_ns, mtime_ns))


def large_clip(path):
    """A clip whose header lies between the blocks that its fingerprint is made of."""
    show_labels(path, "Animal")
    data = path.read_bytes()
    at = data.index(b"moov") - 4
    assert data.index(b"mdat") < at
    # Room that players pass over, on both sides of the header.
    room = struct.pack(">I4s", 3_000_000, b"free") + bytes(3_000_000 - 8)
    path.write_bytes(data[:at] + room + data[at:] + room)
    patch_header(path, SHOT)
    return path


def run(world, *paths) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Refresh and return kind and changes by file name."""
    events = list(refresh(world.library, [str(path) for path in paths]))
    stored = [event.outcome for event in events if isinstance(event, Stored)]
    assert events[0] == Listed(len(stored), 0, 0, len(stored), 0, ())
    return {os.path.basename(outcome.path): (outcome.kind.value, outcome.changes) for outcome in stored}


def taken(world, path) -> str:
    return world.library.video(world.id_of(path)).taken_at


@pytest.fixture
def clip(world):
    """A scanned clip with a date in its header and a person's tag."""
    path = large_clip(world.videos / "a.mp4")
    world.scan(world.videos)
    world.library.confirm(world.id_of(path), "Holiday")
    assert taken(world, path) == "2006-06-09T10:00:00+00:00"
    return path


def digest(path) -> str:
    return fingerprint(str(path), path.stat().st_size)


CHANGED = "taken 2006-06-09T10:00:00+00:00 -> 2011-02-03T04:05:06+00:00"


@pytest.fixture(autouse=True)
def in_utc():
    with zone("UTC"):
        yield


@pytest.mark.parametrize("by_folder", [False, True])
def test_a_patch_that_left_no_trace_in_the_files_date_is_seen(world, clip, by_folder):
    before = digest(clip)
    patch_header(clip, LATER)
    assert digest(clip) == before
    assert world.scan(world.videos).quiet
    assert run(world, world.videos if by_folder else clip) == {"a.mp4": ("updated", (CHANGED,))}
    assert taken(world, clip) == "2011-02-03T04:05:06+00:00"
    assert world.tags()["a.mp4"] == {"Animal": "suggested", "Holiday": "confirmed"}
    assert run(world) == {"a.mp4": ("unchanged", ())}
    assert world.scan(world.videos).quiet


def test_a_patch_with_a_new_date_of_the_file_is_seen_by_a_scan(world, clip):
    patch_header(clip, LATER, keep_time=False)
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"a.mp4": "updated"}, [])
    assert scanned.outcomes[0].changes == (CHANGED,)
    assert taken(world, clip) == "2011-02-03T04:05:06+00:00"
    assert world.scan(world.videos).quiet


def test_a_patch_that_cannot_be_read_just_now_is_seen_by_the_next_scan(world, clip, monkeypatch):
    patch_header(clip, LATER, keep_time=False)

    class Gone(io.FileIO):
        def read(self, count=-1):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    with monkeypatch.context() as patch:
        patch.setattr(bounded_file.io, "FileIO", Gone)
        assert world.scan(world.videos).kinds == {"a.mp4": "unchanged"}
    assert taken(world, clip) == "2006-06-09T10:00:00+00:00"
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.outcomes[0].changes) == ({"a.mp4": "updated"}, (CHANGED,))
    assert world.scan(world.videos).quiet


def test_a_touch_alone_is_no_other_fact(world, clip):
    os.utime(clip, ns=(1, 1))
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.outcomes[0].changes) == ({"a.mp4": "unchanged"}, ())


def test_a_file_of_an_older_library_is_looked_at_when_it_was_written_to(world, clip):
    database_of(world.library).execute(
        "UPDATE videos SET metadata_digest = NULL, taken_at = '2022-01-01T00:00:00+00:00'"
    )
    database_of(world.library).conn.commit()
    assert world.scan(world.videos).quiet
    os.utime(clip, ns=(1, 1))
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"a.mp4": "updated"}, [])
    assert taken(world, clip) == "2006-06-09T10:00:00+00:00"


def test_a_moved_file_that_was_patched_brings_its_date(world, clip):
    target = clip.rename(world.videos / "b.mp4")
    patch_header(target, LATER)
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"b.mp4": "moved"}, [])
    assert scanned.outcomes[0].changes == (CHANGED,)


def test_a_better_dated_copy_counts_and_a_worse_one_does_not(world):
    path = large_clip(world.videos / "a.mp4")
    unset = datetime(1970, 1, 1, tzinfo=UTC)
    patch_header(path, unset)
    world.scan(world.videos)
    assert taken(world, path) == "2017-07-14T02:40:00+00:00"
    copy = shutil.copy(path, world.videos / "b.mp4")
    patch_header(copy, SHOT)
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"b.mp4": "copy"}, [])
    assert taken(world, path) == "2006-06-09T10:00:00+00:00"
    # Neither a touch of the worse one nor looking at all again takes that back.
    os.utime(path, ns=(1, 1))
    world.scan(world.videos)
    assert taken(world, path) == "2006-06-09T10:00:00+00:00"
    run(world)
    assert taken(world, path) == "2006-06-09T10:00:00+00:00"


def test_a_small_file_whose_whole_content_is_its_fingerprint(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    patch_header(path, SHOT)
    world.scan(world.videos)
    video = world.id_of(path)
    world.library.confirm(video, "Holiday")
    before = digest(path)
    patch_header(path, LATER)
    assert digest(path) != before
    assert run(world, path) == {"a.mp4": ("updated", (CHANGED,))}
    assert world.id_of(path) == video
    assert world.scan(world.videos).quiet
    # It is known by its new content.
    os.utime(path, ns=(1, 1))
    assert world.scan(world.videos).kinds == {"a.mp4": "unchanged"}


def test_another_video_in_its_place_is_left_to_a_scan(world):
    path = show_labels(world.videos / "a.mp4", "Animal")
    os.utime(path, ns=(MTIME_NS, MTIME_NS))
    world.scan(world.videos)
    show_labels(path, "Food", "Food", "Food", "Food", "Food")
    os.utime(path, ns=(MTIME_NS, MTIME_NS))
    assert run(world, path)["a.mp4"][0] == "failed"
    assert world.library.video(world.id_of(path)).duration_s == 1.0
    scanned = world.scan(world.videos)
    assert (scanned.kinds, scanned.decoded) == ({"a.mp4": "changed"}, ["a.mp4"])


def test_facts_of_an_older_organizer_are_mended(world, clip):
    database_of(world.library).execute(
        "UPDATE videos SET duration_s = 86, width = 1, codec = 'mjpeg', rotation_deg = 90"
    )
    database_of(world.library).conn.commit()
    assert run(world, clip)["a.mp4"] == (
        "updated",
        ("length 1:26 -> 0:01", "picture 1 x 48 -> 64 x 48", "turned by 90 -> 0", "codec mjpeg -> h264"),
    )


def test_files_that_cannot_be_looked_at_stay_as_they_are(world, clip):
    gone = show_labels(world.videos / "gone.mp4")
    world.scan(world.videos)
    gone.unlink()
    broken = clip.read_bytes()
    clip.write_bytes(b"")
    kinds = {name: kind for name, (kind, _) in run(world, world.videos).items()}
    assert kinds == {"a.mp4": "failed", "gone.mp4": "failed"}
    assert taken(world, clip) == "2006-06-09T10:00:00+00:00"
    clip.write_bytes(broken)


def test_only_what_lies_there_is_looked_at(world, clip):
    (world.videos / "sub").mkdir()
    make_clip(world.videos / "sub" / "b.mp4")
    make_clip(world.videos / "sub too.mp4")
    (world.videos / "broken.mp4").write_bytes(b"")
    world.scan(world.videos)
    assert sorted(run(world, world.videos / "sub")) == ["b.mp4"]
    assert sorted(run(world, world.videos / "sub", clip, clip)) == ["a.mp4", "b.mp4"]
    assert sorted(run(world)) == ["a.mp4", "b.mp4", "sub too.mp4"]
    for nothing, words in (
        (world.folder / "other", "it does not exist"),
        (world.videos / "broken.mp4", "no video that was looked at"),
    ):
        with pytest.raises(FolderError, match=words):
            run(world, nothing)


def test_it_can_be_stopped(world, clip):
    stop = Event()
    events = refresh(world.library, stop=stop)
    next(events)
    stop.set()
    with pytest.raises(StoppedError):
        next(events)


def test_the_original_is_left_as_it_was(world, clip):
    clip.chmod(0o444)
    before = clip.read_bytes(), clip.stat().st_mtime_ns
    run(world)
    assert (clip.read_bytes(), clip.stat().st_mtime_ns) == before


def test_an_absent_drive_is_said_once(world):
    for name in ("a.mp4", "b.mp4"):
        show_labels(world.videos / name, "Animal")
    world.scan(world.videos)
    world.videos.rename(world.folder / "unplugged")
    events = list(refresh(world.library))
    assert [type(event).__name__ for event in events] == ["RootOffline", "Listed"]
    assert (events[0].path, events[1].to_do) == (str(world.videos), 0)
    assert set(world.places().values()) == {"offline"}
