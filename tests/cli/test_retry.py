"""``organizer scan --retry-failed`` and ``--show-skipped``."""

from __future__ import annotations

import shutil

import pytest

from organizer.frames import decode
from organizer.library import Library
from tests.cli.test_scan import counts
from tests.fakes import show_labels
from tests.library.sql import database_of


@pytest.fixture
def mended(scanned, monkeypatch):
    """A library of two videos that failed and could be read now, and broken.mp4, which cannot."""
    real = decode.probe

    def fail(path, **settings):
        raise OSError(5, "this decoder is too old")

    for name in ("late/dog.mp4", "late/deep/pan.mp4"):
        show_labels(scanned.videos / name, "Animal")
    monkeypatch.setattr(decode, "probe", fail)
    assert counts(scanned("scan").lines)["failed"] == 2
    monkeypatch.setattr(decode, "probe", real)
    return scanned


def test_all_that_failed_is_tried_again(mended):
    words = (
        "3 videos could not be read at an earlier scan. See: organizer list --status failed. "
        "To try again: organizer scan --retry-failed"
    )
    assert words in mended("scan").lines
    outcome = mended("scan", "--retry-failed")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"changed: {mended.videos}/late/dog.mp4: Animal" in outcome.lines
    assert f"failed: {mended.videos}/broken.mp4: the file is empty" in outcome.lines
    assert counts(outcome.lines) == {"can": 2, "failed": 1}
    assert counts(mended("scan", "--retry-failed").lines) == {"can": 0, "failed": 1}
    (broken,) = mended.json("--status", "failed")
    assert broken["path"].endswith("broken.mp4")


@pytest.mark.parametrize(("asked", "left"), [("late/dog.mp4", 2), ("late", 1), ("late/deep", 2), ("", 1)])
def test_one_file_or_folder_is_tried_again(mended, asked, left):
    assert mended("scan", "--retry-failed", mended.videos / asked).code == 0
    assert len(mended.json("--status", "failed")) == left


def test_where_nothing_failed_there_is_nothing_to_try(mended):
    outcome = mended("scan", "--retry-failed", mended.videos / "cat.mp4")
    assert outcome.code == 0
    assert outcome.lines == [
        f"Nothing to try again: no file at or below {mended.videos}/cat.mp4 is known to have failed."
    ]


def test_what_cannot_be_meant_is_said(mended):
    outcome = mended("scan", "--retry-failed", mended.videos / "nowhere")
    assert outcome.code == 1
    assert outcome.err.endswith("it does not exist. What is known: organizer list --status failed\n")
    assert mended("scan", "--retry-failed", "--exclude", "x").code == 2


def test_known_videos_are_looked_at_again(scanned):
    outcome = scanned("scan", "--again", scanned.videos / "cat.mp4")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"looked at again: {scanned.videos}/cat.mp4: Animal" in outcome.lines
    assert counts(outcome.lines) == {"looked": 1}
    assert scanned("scan", "--again", scanned.videos / "broken.mp4").lines == [
        "Nothing to look at again: no video that was read lies there."
    ]
    assert scanned("scan", "--again", scanned.videos / "nowhere").code == 1
    for both in (["--retry-failed"], ["--refresh"], ["--exclude", "x"]):
        assert scanned("scan", "--again", *both).code == 2


def test_without_a_library_there_is_nothing_to_try(organizer):
    outcome = organizer("scan", "--retry-failed", organizer.videos)
    assert outcome.code == 1
    assert "No folder was ever scanned" in outcome.err


def test_what_is_left_out_is_counted_and_named_on_request(organizer):
    show_labels(organizer.videos / "a.mp4")
    show_labels(organizer.videos / "raw" / "b.mp4")
    show_labels(organizer.videos / "private" / "c.mp4")
    (organizer.videos / "private" / ".nomedia").touch()
    (organizer.videos / "tape\n.ts").write_bytes(bytes(range(256)) * 40)
    (organizer.videos / "code.ts").write_text("export const answer = 42;\n")
    (organizer.videos / ".hidden").mkdir()
    shutil.copy(organizer.videos / "a.mp4", organizer.videos / "a.LRV")
    plain = organizer("scan", organizer.videos, "--exclude", "raw")
    assert "2 left out that may have been meant (name them with --show-skipped)" in plain.lines
    assert not [line for line in plain.lines if line.startswith("Left out")]
    for option in ("--show-skipped", "-v"):
        named = organizer("scan", organizer.videos, "--exclude", "raw", option)
        assert [line for line in named.lines if "left out" in line.lower()] == [
            f"Left out: {organizer.videos}/.hidden: hidden",
            f"Left out: {organizer.videos}/a.LRV: belongs to a video, is none itself",
            f"Left out: {organizer.videos}/raw: excluded",
            f"Left out: {organizer.videos}/code.ts: its content is text, not a video",
            f"Left out: {organizer.videos}/tape\\n.ts: its content is not a known video format",
            f"Left out: {organizer.videos}/private: it holds a file .nomedia; name it to scan it",
            "6 left out",
        ]
    (organizer.videos / "private" / ".nomedia").unlink()
    (organizer.videos / "tape\n.ts").unlink()
    assert "left out" not in organizer("scan", organizer.videos).out


def test_a_retry_writes_a_row_of_its_own(mended):
    mended("scan", "--retry-failed", mended.videos / "late")
    with Library.open(mended.library) as library:
        row = (
            database_of(library)
            .execute("SELECT state, to_do, done FROM scans ORDER BY id DESC LIMIT 1")
            .fetchone()
        )
    assert row == ("done", 2, 2)


def test_a_mended_file_that_turns_out_to_be_a_copy_can_be_read_now(scanned):
    shutil.copyfile(scanned.videos / "cat.mp4", scanned.videos / "broken.mp4")
    outcome = scanned("scan", "--retry-failed")
    assert [line.strip() for line in outcome.lines if line.startswith("     ")] == ["1  can be read now"]
    assert "copies" not in outcome.out


def test_one_copy_is_not_several(scanned):
    shutil.copyfile(scanned.videos / "cat.mp4", scanned.videos / "tom.mp4")
    assert "     1  copy of a known video" in scanned("scan").lines
    for name in ("kit.mp4", "puss.mp4"):
        shutil.copyfile(scanned.videos / "cat.mp4", scanned.videos / name)
    assert "     2  copies of known videos" in scanned("scan").lines


def test_what_is_looked_at_again_is_not_said_to_have_changed(scanned):
    cat = scanned.videos / "cat.mp4"
    lines = scanned("scan", "--again", cat).lines
    assert lines[0] == f"looked at again: {cat}: Animal"
    assert counts(lines) == {"looked": 1}
    show_labels(cat, "Food", title="another content")
    lines = scanned("scan", "--again", cat).lines
    assert lines[0] == f"changed: {cat}: Food"
    assert counts(lines) == {"looked": 0, "changed": 1}


def test_nothing_is_skipped_that_refresh_could_name(scanned):
    outcome = scanned("scan", "--refresh", "--show-skipped")
    assert outcome.code == 0 and outcome.out
    assert "--show-skipped has nothing to show with --refresh" in outcome.err
