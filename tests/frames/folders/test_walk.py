"""Which files a walk reports, which it leaves out, and what it says about those it did not see."""

from __future__ import annotations

import builtins
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from organizer.errors import FolderError
from organizer.frames.folders import walk as walk_module
from organizer.frames.folders.left_out import Why
from organizer.frames.folders.walk import Walk
from tests import clips

PLAYABLE = bytes.fromhex("0000001c66747970") + b"isom" + bytes(16)
PACKETS = (b"\x47" + bytes(187)) * 8


def fill(root: Path, *names: str, content: bytes = PLAYABLE) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def found(walk: Walk) -> list[str]:
    return [file.relative_path.replace(os.sep, "/") for file in walk]


def walked(root: Path, **settings) -> Walk:
    walk = Walk(str(root), **settings)
    list(walk)
    return walk


def test_files_come_folder_by_folder_in_a_stable_order(tmp_path):
    fill(
        tmp_path,
        "b/2.mp4",
        "b/1.MOV",
        "a/x/3.mkv",
        "a/4.avi",
        "z.webm",
        "A.mp4",
        "a.txt",
        "b/notes.md",
        "noext",
    )
    walk = Walk(str(tmp_path))
    assert found(walk) == ["A.mp4", "z.webm", "a/4.avi", "a/x/3.mkv", "b/1.MOV", "b/2.mp4"]
    assert found(walk) == found(Walk(str(tmp_path)))
    assert walk.finished


def test_a_file_carries_what_one_stat_saw(tmp_path, monkeypatch):
    fill(tmp_path, "a/clip.mp4")
    os.utime(tmp_path / "a/clip.mp4", ns=(5, 1_600_000_000_123_456_789))
    (file,) = Walk(str(tmp_path))
    assert file.root == str(tmp_path)
    assert file.path == str(tmp_path / "a" / "clip.mp4")
    assert (file.size_bytes, file.mtime_ns) == (len(PLAYABLE), 1_600_000_000_123_456_789)


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.mp4",
        "._clip.mp4",
        ".folder/clip.mp4",
        "$RECYCLE.BIN/clip.mp4",
        "System Volume Information/clip.mp4",
        "RECYCLER/S-1-5-21/clip.mp4",
        "a/Recycled/clip.mp4",
        "FOUND.000/clip.mp4",
        "found.123/clip.mp4",
        "LOST.DIR/clip.mp4",
        "lost+found/clip.mp4",
        "@Recycle/clip.mp4",
        "@Recently-Snapshot/GMT+01_2023-01-01_0000/clip.mp4",
        "~snapshot/hourly.0/clip.mp4",
        ".snapshot/clip.mp4",
        "#recycle/clip.mp4",
        "#snapshot/clip.mp4",
        "Network Trash Folder/clip.mp4",
        "__MACOSX/clip.mp4",
        "lost+found/clip.mp4",
        "a/@eaDir/clip.mp4",
        "#recycle/clip.mp4",
        "a/#snapshot/clip.mp4",
    ],
)
def test_hidden_and_system_names_are_left_out(tmp_path, name):
    fill(tmp_path, name, "seen.mp4")
    walk = Walk(str(tmp_path))
    assert found(walk) == ["seen.mp4"]
    assert not walk.covers(os.path.join(*name.split("/")))


@pytest.mark.parametrize(
    "name", ["found.mp4", "found.0001/clip.mp4", "Recycled bikes/clip.mp4", "@home/a.mp4"]
)
def test_names_that_only_begin_like_those_of_systems_are_people_s(tmp_path, name):
    assert found(Walk(str(fill(tmp_path, name)))) == [name]


@pytest.mark.parametrize("name", ["@Recycle", "RECYCLER", "found.000", "LOST.DIR", ".snapshot"])
def test_a_root_that_a_person_names_is_walked_whatever_its_name(tmp_path, name):
    walk = Walk(str(fill(tmp_path / name, "clip.mp4")))
    assert found(walk) == ["clip.mp4"]
    assert walk.covers("gone.mp4")


def test_a_folder_with_a_nomedia_file_is_left_out_with_all_below_it(tmp_path):
    fill(tmp_path, "a/1.mp4", "a/0.mp4", "a/deep/2.mp4", "a/.nomedia", "b/3.mp4")
    walk = Walk(str(tmp_path))
    assert found(walk) == ["b/3.mp4"]
    # What is known of it stays, as with an excluded folder.
    assert not walk.covers(os.path.join("a", "gone.mp4"))
    assert not walk.covers(os.path.join("a", "deep", "gone.mp4"))
    assert walk.covers(os.path.join("b", "gone.mp4"))
    assert [(entry.path, entry.why) for entry in walk.left_out] == [(str(tmp_path / "a"), Why.NO_MEDIA)]
    for below in ("a", os.path.join("a", "deep")):
        assert not Walk(str(tmp_path), below=below).enters
    # A folder that is named is meant.
    assert found(Walk(str(tmp_path / "a"))) == ["0.mp4", "1.mp4", "deep/2.mp4"]
    (tmp_path / "a" / ".nomedia").unlink()
    assert len(found(walk)) == 4


def test_the_root_may_have_a_hidden_name(tmp_path):
    fill(tmp_path / ".private", "clip.mp4")
    walk = Walk(str(tmp_path / ".private"))
    assert found(walk) == ["clip.mp4"]
    assert walk.covers("other.mp4")


@pytest.mark.parametrize(
    ("patterns", "left_out"),
    [
        (["*.mov"], ["c.mov"]),
        (["Private"], ["Private/a.mp4", "Private/deep/b.mp4"]),
        (["Private/"], ["Private/a.mp4", "Private/deep/b.mp4"]),
        (["private"], []),
        (["Private/*"], ["Private/a.mp4", "Private/deep/b.mp4"]),
        (["Private/deep"], ["Private/deep/b.mp4"]),
        (["deep"], ["Private/deep/b.mp4"]),
        (["[ab].mp4"], ["Private/a.mp4", "Private/deep/b.mp4"]),
        (["?.mov", "deep"], ["c.mov", "Private/deep/b.mp4"]),
        (["rivate"], []),
        (["raw\u0308*"], []),
        ([""], []),
        (["*"], ["c.mov", "Private/a.mp4", "Private/deep/b.mp4"]),
    ],
)
def test_exclude(tmp_path, patterns, left_out):
    names = ["c.mov", "Private/a.mp4", "Private/deep/b.mp4"]
    walk = Walk(str(fill(tmp_path, *names)), exclude=patterns)
    assert found(walk) == [name for name in names if name not in left_out]
    for name in names:
        assert walk.covers(os.path.join(*name.split("/"))) == (name not in left_out)


@pytest.mark.parametrize(
    "pattern", ["Caf\u00e9", "Cafe\u0301", "Caf\u00e9/*", "Cafe\u0301/b.mp4", "Caf?", "Caf[\u00e9]"]
)
@pytest.mark.parametrize("name", ["Caf\u00e9", "Cafe\u0301"])
def test_it_does_not_count_how_accents_are_composed(tmp_path, pattern, name):
    walk = Walk(str(fill(tmp_path, "a.mp4", f"{name}/b.mp4")), exclude=[pattern])
    assert found(walk) == ["a.mp4"]
    assert not walk.covers(os.path.join(name, "b.mp4"))


@pytest.mark.parametrize(("name", "given"), [("Cafe\u0301", "Caf\u00e9"), ("Caf\u00e9", "Cafe\u0301")])
def test_a_folder_is_skipped_however_its_accents_are_composed(tmp_path, name, given):
    (tmp_path / name).mkdir()
    (tmp_path / name / "a.mp4").write_bytes(b"0")
    walk = Walk(str(tmp_path), skip_folders=[str(tmp_path / given)])
    assert list(walk) == []
    assert not walk.covers(f"{name}/a.mp4")


def test_nested_roots_are_not_entered(tmp_path):
    fill(tmp_path, "a/own/x.mp4", "a/owner/y.mp4", "z.mp4")
    walk = Walk(str(tmp_path), skip_folders=[str(tmp_path / "a" / "own") + os.sep])
    assert found(walk) == ["z.mp4", "a/owner/y.mp4"]
    assert not walk.covers(os.path.join("a", "own", "x.mp4"))
    assert walk.covers(os.path.join("a", "gone.mp4"))


def test_below_walks_one_folder_only(tmp_path):
    fill(tmp_path, "a/b/x.mp4", "a/y.mp4", "ab/z.mp4")
    walk = Walk(str(tmp_path), below="a")
    assert found(walk) == ["a/y.mp4", "a/b/x.mp4"]
    assert walk.covers(os.path.join("a", "gone.mp4"))
    assert not walk.covers(os.path.join("ab", "gone.mp4"))
    assert not walk.covers("gone.mp4")


@pytest.mark.parametrize("below", ["..", "a/../../b", "/etc"])
def test_below_may_not_leave_the_root(tmp_path, below):
    with pytest.raises(ValueError, match="below the root"):
        Walk(str(tmp_path), below=below)


@pytest.mark.parametrize("below", [".cache", "private/x", "link"])
def test_below_follows_the_rules_of_the_whole_walk(tmp_path, below):
    fill(tmp_path, ".cache/a.mp4", "private/x/a.mp4", "real/a.mp4")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    walk = Walk(str(tmp_path), below=below, exclude=["private"])
    assert found(walk) == []


@pytest.mark.parametrize("missing", ["missing", "clip.mp4"])
def test_roots_that_are_no_folders(tmp_path, missing):
    fill(tmp_path, "clip.mp4")
    with pytest.raises(FolderError, match=missing):
        Walk(str(tmp_path / missing))
    with pytest.raises(FolderError, match=missing):
        Walk(str(tmp_path), below=missing)


def test_links_are_counted_and_not_followed(tmp_path):
    outside = fill(tmp_path / "outside", "secret.mp4")
    root = fill(tmp_path / "root", "a/clip.mp4")
    (root / "file.mp4").symlink_to(outside / "secret.mp4")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    (root / "a" / "loop").symlink_to(root, target_is_directory=True)
    (root / "broken.mp4").symlink_to(root / "nowhere")
    (root / "itself").symlink_to(root / "itself")
    walk = Walk(str(root))
    assert found(walk) == ["a/clip.mp4"]
    assert walk.links_not_followed == 5
    assert walk.unreadable == []
    assert walk.covers(os.path.join("folder", "secret.mp4"))


def test_a_root_that_is_a_link_is_walked(tmp_path):
    fill(tmp_path / "real", "clip.mp4")
    (tmp_path / "root").symlink_to(tmp_path / "real", target_is_directory=True)
    assert found(Walk(str(tmp_path / "root"))) == ["clip.mp4"]


def refuse(monkeypatch, refused: Path) -> None:
    """Make one folder unreadable; taking permissions away does not stop the super-user."""
    real = os.scandir

    def scandir(path):
        if os.path.normpath(path) == str(refused):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_an_unreadable_folder_is_named_and_the_rest_is_walked(tmp_path, monkeypatch):
    fill(tmp_path, "a/x.mp4", "locked/y.mp4", "locked/deep/z.mp4", "w.mp4")
    refuse(monkeypatch, tmp_path / "locked")
    walk = Walk(str(tmp_path))
    assert found(walk) == ["w.mp4", "a/x.mp4"]
    assert walk.unreadable == ["locked"]
    assert not walk.covers(os.path.join("locked", "y.mp4"))
    assert not walk.covers(os.path.join("locked", "deep", "z.mp4"))
    assert walk.covers(os.path.join("a", "gone.mp4"))


def test_an_unreadable_root_covers_nothing(tmp_path, monkeypatch):
    fill(tmp_path, "a.mp4")
    refuse(monkeypatch, tmp_path)
    walk = walked(tmp_path)
    assert walk.unreadable == [""]
    assert not walk.covers("a.mp4")


def test_what_is_no_video_by_name_is_not_covered(tmp_path):
    walk = walked(fill(tmp_path, "a.mp4"))
    assert walk.covers("gone.mp4")
    assert walk.covers("gone.mts")
    assert not walk.covers("gone.txt")


def test_an_unfinished_walk_covers_nothing(tmp_path):
    walk = Walk(str(fill(tmp_path, "a.mp4", "b.mp4")))
    assert not walk.covers("gone.mp4")
    files = iter(walk)
    next(files)
    assert not walk.covers("gone.mp4")
    assert len(list(files)) == 1
    assert walk.covers("gone.mp4")


def test_a_root_that_disappears_during_the_walk_covers_nothing(tmp_path):
    root = fill(tmp_path / "disk", "a.mp4", "deep/b.mp4")
    walk = Walk(str(root))
    files = iter(walk)
    next(files)
    root.rename(tmp_path / "elsewhere")
    root.mkdir()
    assert list(files) == []
    assert not walk.finished
    assert not walk.covers("gone.mp4")


AMBIGUOUS = [
    ("film.ts", PACKETS, True),
    ("film.mts", (bytes(4) + b"\x47" + bytes(187)) * 8, True),
    ("film.mod", b"\0\0\x01\xba" + bytes(99), True),
    ("film.qt", PLAYABLE, True),
    ("GS010013.360", PLAYABLE, True),
    ("PXL_20230501_120000000.MP", PLAYABLE, True),
    ("figures.mp", b"beginfig(1); draw fullcircle; endfig;\n", False),
    ("DVB 2009.tp", PACKETS, True),
    ("Tatort.rec", PACKETS, True),
    ("film.dat", b"RIFF\0\0\0\0CDXAfmt " + bytes(99), True),
    ("index.ts", b"export const answer: number = 42;\n", False),
    ("go.mod", b"module example\n\ngo 1.22\n", False),
    ("table.dat", bytes(range(256)) * 20, False),
    ("list.ts", b"#EXTM3U\nhttp://example.org/a.ts\n", False),
    ("empty.ts", b"", False),
]


@pytest.mark.parametrize(
    "name", ["VID_001.insv", "Tagesschau.dvr-ms", "VR_MOVIE.VRO", "tape.m2p", "stream.ismv", "old.mp4v"]
)
def test_names_of_cameras_and_recorders(tmp_path, name):
    assert found(Walk(str(fill(tmp_path, name)))) == [name]


@pytest.mark.parametrize(
    "name", ["PXL_20230501.MP.jpg", "MVIMG_20180101.jpg", "GL010013.LRV", "DJI_0001.LRF"]
)
def test_photographs_and_small_doubles_are_no_candidates(tmp_path, name):
    assert found(Walk(str(fill(tmp_path, name)))) == []


@pytest.mark.parametrize(("name", "content", "is_video"), AMBIGUOUS)
def test_ambiguous_names_are_judged_by_their_content(tmp_path, name, content, is_video):
    fill(tmp_path, name, content=content)
    assert found(Walk(str(tmp_path))) == ([name] if is_video else [])


DAMAGED = bytes.fromhex("00010203") + bytes(range(256)) * 20


def test_folders_that_are_passed_over_are_told_from_those_that_are_hidden_or_excluded(tmp_path):
    fill(tmp_path, "a/.nomedia", "raw/x.mp4", "b/y.mp4")
    walk = Walk(str(tmp_path), exclude=["raw"])
    assert not walk.passes_over(os.path.join("a", "gone.mp4"))
    list(walk)
    passed = {
        path
        for path in ("a/d/x", "@Recycle/x", "b/#recycle/x", "raw/x", ".git/x", "b/x", "x")
        if walk.passes_over(os.path.join(*path.split("/")))
    }
    assert passed == {"a/d/x", "@Recycle/x", "b/#recycle/x"}
    below = walked(tmp_path, below="b")
    assert below.passes_over(os.path.join("b", "#recycle", "x"))
    assert not below.passes_over(os.path.join("@Recycle", "x"))


def test_what_was_a_video_is_a_candidate_whatever_it_holds_now(tmp_path):
    fill(tmp_path, "was.ts", "never.ts", content=DAMAGED)
    walk = Walk(str(tmp_path), stored=lambda path: path == "was.ts")
    assert found(walk) == ["was.ts"]
    assert [os.path.basename(entry.path) for entry in walk.left_out] == ["never.ts"]


def test_what_is_left_out_is_named_with_its_reason(tmp_path, monkeypatch):
    fill(tmp_path, "clip.mp4", ".hidden.mp4", ".git/config", "$RECYCLE.BIN/x.mp4", "raw/r.mp4", "GX01.LRV")
    fill(tmp_path, "clip.THM", "notes.txt", ".DS_Store", "locked/y.mp4", "Cloud.mp4.nextcloud")
    fill(tmp_path, "code.ts", content=b"export const answer = 42;\n")
    fill(tmp_path, "damaged.ts", content=DAMAGED)
    fill(tmp_path, "empty.mts", content=b"")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "clip.mp4")
    refuse(monkeypatch, tmp_path / "locked")
    walk = Walk(str(tmp_path), exclude=["raw"])
    assert found(walk) == ["clip.mp4"]
    left_out = {os.path.basename(entry.path): (entry.why, entry.of_interest) for entry in walk.left_out}
    assert left_out == {
        ".hidden.mp4": (Why.HIDDEN, False),
        ".git": (Why.HIDDEN, False),
        "$RECYCLE.BIN": (Why.SYSTEM, False),
        "raw": (Why.EXCLUDED, False),
        "GX01.LRV": (Why.SIDECAR, False),
        "clip.THM": (Why.SIDECAR, False),
        "locked": (Why.UNREADABLE, False),
        "Cloud.mp4": (Why.CLOUD, False),
        "code.ts": (Why.TEXT, False),
        "damaged.ts": (Why.NOT_A_VIDEO, True),
        "empty.mts": (Why.NOT_A_VIDEO, True),
        "link.mp4": (Why.LINK, False),
    }
    words = {os.path.basename(entry.path): entry.words for entry in walk.left_out}
    assert words["empty.mts"] == "the file is empty"
    assert words["code.ts"] == "its content is text, not a video"
    assert len(walk.left_out) == len(left_out)
    found(walk)
    assert len(walk.left_out) == len(left_out)


def test_known_files_are_not_opened_again(tmp_path, monkeypatch):
    fill(tmp_path, "known.ts", "new.ts", content=PACKETS)
    opened = []
    monkeypatch.setattr(walk_module, "sniff", opened.append)
    walk = Walk(str(tmp_path), known=lambda file: file.relative_path == "known.ts")
    assert found(walk) == ["known.ts", "new.ts"]
    assert opened == [str(tmp_path / "new.ts")]


def test_plain_videos_are_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(walk_module, "sniff", lambda path: pytest.fail(f"opened {path}"))
    assert found(Walk(str(fill(tmp_path, "a.mp4", "b.mkv")))) == ["a.mp4", "b.mkv"]


@pytest.mark.parametrize(
    "name",
    [
        b"new\nline.mp4",
        b"100%s.mp4",
        "日本.mp4".encode(),
        b"e\xcc\x81.mp4",
        b"\xc3\xa9.mp4",
        b"bad \xff.mp4",
        b"-a.mp4",
    ],
)
def test_names_are_reported_as_they_are(tmp_path, name):
    try:
        (tmp_path / os.fsdecode(name)).write_bytes(PLAYABLE)
    except OSError as error:
        pytest.skip(f"this file system refuses the name {name!r}: {error}")
    (file,) = Walk(str(tmp_path))
    assert os.fsencode(file.relative_path) == name


def test_folders_named_like_videos_and_pipes_are_no_candidates(tmp_path):
    fill(tmp_path, "folder.mp4/inside.mp4")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp4")
    assert found(Walk(str(tmp_path))) == ["folder.mp4/inside.mp4"]


def test_a_deep_tree_needs_no_recursion(tmp_path):
    folder = tmp_path
    for _ in range(600):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "x.mp4").write_bytes(PLAYABLE)
    assert len(found(Walk(str(tmp_path)))) == 1


def test_each_file_is_asked_for_its_status_once(tmp_path, monkeypatch):
    fill(tmp_path, *(f"{index}.mp4" for index in range(20)))
    asked = []
    real = os.stat

    def counting(path, **settings):
        asked.append(path)
        return real(path, **settings)

    monkeypatch.setattr(os, "stat", counting)
    walked(tmp_path)
    assert not [path for path in asked if str(path).endswith(".mp4")]


class CloudEntry:
    """A directory entry as the system describes a file whose content lies in a cloud."""

    def __init__(self, entry: os.DirEntry[str], **attributes: int) -> None:
        self.entry = entry
        self.attributes = attributes

    def __getattr__(self, name):
        return getattr(self.entry, name)

    def stat(self, **settings):
        real = self.entry.stat(**settings)
        return SimpleNamespace(st_size=real.st_size, st_mtime_ns=real.st_mtime_ns, **self.attributes)


class Listing:
    """A context manager over entries, as os.scandir is."""

    def __init__(self, entries) -> None:
        self.entries = entries

    def __enter__(self):
        return self.entries

    def __exit__(self, *error):
        return None


@pytest.fixture
def evict(monkeypatch):
    """Leave the content of files in the cloud: opening one of them fails the test."""

    def evict(names, **attributes):
        real_scandir, real_open = os.scandir, builtins.open

        def scandir(path):
            with real_scandir(path) as entries:
                return Listing(
                    [CloudEntry(entry, **attributes) if entry.name in names else entry for entry in entries]
                )

        def guarded(path, *args, **settings):
            assert os.path.basename(path) not in names, f"{path} would be downloaded"
            return real_open(path, *args, **settings)

        monkeypatch.setattr(os, "scandir", scandir)
        monkeypatch.setattr(builtins, "open", guarded)
        monkeypatch.setattr(os, "open", guarded)

    return evict


CLOUD_SIGNS = [
    {"st_file_attributes": 0x20 | 0x400 | 0x400000},
    {"st_file_attributes": 0x40000},
    {"st_file_attributes": 0x1000},
    {"st_flags": 0x40000000 | 0x20},
]


@pytest.mark.parametrize("sign", CLOUD_SIGNS)
def test_files_only_in_the_cloud_are_named_and_not_read(tmp_path, evict, sign):
    fill(tmp_path, "a/far.mp4", "a/near.mp4")
    fill(tmp_path, "a/far.ts", "a/near.ts", content=PACKETS)
    evict(("far.mp4", "far.ts"), **sign)
    walk = Walk(str(tmp_path))
    assert found(walk) == ["a/near.mp4", "a/near.ts"]
    assert walk.cloud_only == {os.path.join("a", "far.mp4")}
    assert walk.unreadable == []
    for name in ("far.mp4", "far.ts"):
        assert not walk.covers(os.path.join("a", name)), "it must not count as vanished"
    assert walk.covers(os.path.join("a", "gone.mp4"))


@pytest.mark.parametrize("attributes", [{"st_file_attributes": 0x20 | 0x200}, {"st_flags": 0x20}, {}])
def test_files_with_other_attributes_are_read(tmp_path, monkeypatch, attributes):
    fill(tmp_path, "clip.ts", content=PACKETS)
    real_scandir = os.scandir

    def scandir(path):
        with real_scandir(path) as entries:
            return Listing([CloudEntry(entry, **attributes) for entry in entries])

    monkeypatch.setattr(os, "scandir", scandir)
    walk = Walk(str(tmp_path))
    assert found(walk) == ["clip.ts"]
    assert walk.cloud_only == set()


@pytest.mark.parametrize("name", ["clip.mp4", "clip.ts"])
def test_a_known_file_that_went_to_the_cloud_is_still_there(tmp_path, evict, name):
    fill(tmp_path, name, content=PACKETS)
    evict((name,), st_flags=0x40000000)
    asked = []

    def known(file):
        asked.append((file.relative_path, file.size_bytes))
        return True

    walk = Walk(str(tmp_path), known=known)
    assert found(walk) == [name]
    assert asked == [(name, len(PACKETS))]
    assert walk.cloud_only == set()


def test_a_changed_file_in_the_cloud_is_neither_read_nor_vanished(tmp_path, evict):
    fill(tmp_path, "clip.mp4")
    evict(("clip.mp4",), st_file_attributes=0x400000)
    walk = Walk(str(tmp_path), known=lambda file: False)
    assert found(walk) == []
    assert walk.cloud_only == {"clip.mp4"}
    assert not walk.covers("clip.mp4")


def test_a_stand_in_keeps_the_place_of_its_video(tmp_path, evict):
    stand_ins = (".Beach.mp4.icloud", "Hill.mov.nextcloud", "Lake.mkv.owncloud", ".index.ts.icloud")
    fill(tmp_path, *stand_ins, ".Notes.txt.icloud", ".Own.mp4.icloud", "Own.mp4", ".secret.mp4.nextcloud")
    (tmp_path / ".Folder.mp4.icloud").mkdir()
    evict(stand_ins)
    walk = Walk(str(tmp_path))
    assert found(walk) == ["Own.mp4"]
    assert walk.cloud_only == {"Beach.mp4", "Hill.mov", "Lake.mkv"}
    for name in ("Beach.mp4", "Hill.mov", "Lake.mkv", "index.ts"):
        assert not walk.covers(name)
    assert walk.covers("Own.mp4")
    assert walk.covers("Folder.mp4")


def test_what_is_excluded_is_not_looked_for_in_the_cloud(tmp_path):
    fill(tmp_path, ".Beach.mp4.icloud", "private/.Hill.mp4.icloud")
    walk = walked(tmp_path, exclude=["Beach.*", "private"])
    assert walk.cloud_only == set()


def test_real_clips_are_found(tmp_path):
    clips.make_clip(tmp_path / "a.ts", seconds=1)
    clips.make_clip(tmp_path / "b.mp4", seconds=1)
    assert found(Walk(str(tmp_path))) == ["a.ts", "b.mp4"]


@pytest.mark.parametrize(
    ("below", "enters"),
    [
        ("", True),
        ("a", True),
        ("a/b", True),
        (".hidden", False),
        ("a/.hidden/c", False),
        ("lost+found", False),
    ],
)
def test_says_whether_the_whole_root_would_lead_to_a_folder(tmp_path, below, enters):
    (tmp_path / below).mkdir(parents=True, exist_ok=True)
    assert Walk(str(tmp_path), below=below).enters is enters


def beside_pictures(root: Path) -> set[str]:
    return {file.relative_path.replace(os.sep, "/") for file in Walk(str(root)) if file.beside_picture}


def test_clips_beside_a_picture_of_their_name(tmp_path):
    fill(tmp_path, *(f"{name}.MOV" for name in ("heic", "jpg", "JPEG", "png", "gif", "alone", "a.b")))
    fill(tmp_path, "takeout.mp4", "thumbnail.mp4", "other/heic.mov", "film.avi")
    pictures = ("HEIC.heic", "jpg.JPG", "jpeg.jpeg", "png.png", "gif.gif", "a.jpg", "takeout.HEIC")
    fill(tmp_path, *pictures, "thumbnail.jpg", "film.jpg", ".alone.jpg", content=b"picture")
    assert beside_pictures(tmp_path) == {"heic.MOV", "jpg.MOV", "JPEG.MOV", "png.MOV", "takeout.mp4"}
    (tmp_path / "jpg.JPG").unlink()
    assert "jpg.MOV" not in beside_pictures(tmp_path)
