"""``organizer adopt``, and what a scan says of tags that stay with a missing video."""

from __future__ import annotations

import pytest

from tests.cli.test_decide import states
from tests.clips import rewrap
from tests.fakes import show_labels
from tests.pipeline.test_recordings import film


@pytest.fixture
def gone(scanned):
    """cat.mp4 is gone, which a person tagged; dog.mov is new."""
    scanned("tag", "cat.mp4", "Holiday")
    scanned("untag", "cat.mp4", "Animal")
    (scanned.videos / "cat.mp4").unlink()
    show_labels(scanned.videos / "dog.mov", "Animal", "Nature", "Animal")
    scanned.hint = (
        "1 missing video with tags of yours. Where one lives on in another file, move them: "
        "organizer adopt OLD NEW. See: organizer list --status missing"
    )
    assert scanned.hint in scanned("scan").lines
    return scanned


def test_tags_are_moved(gone):
    outcome = gone("adopt", "cat.mp4", gone.videos / "dog.mov")
    assert (outcome.code, outcome.err) == (0, "")
    (dog,) = gone.json("--text", "dog")
    assert outcome.lines == [
        f"Moved to {gone.videos}/dog.mov: Holiday, not Animal",
        f"To see it: organizer show {dog['id']}",
    ]
    assert states(gone, "dog.mov") == {"Holiday": "confirmed", "Animal": "rejected", "Nature": "suggested"}
    assert gone.json("--status", "missing") == []
    assert gone.hint not in gone("scan").lines


def test_the_hint_is_not_repeated_where_nothing_is_new(gone):
    assert gone.hint not in gone("scan").lines
    show_labels(gone.videos / "another.mp4")
    assert gone.hint in gone("scan").lines


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("feast.mp4", "dog.mov", "this video is not missing (ok)"),
        ("dog.mov", "cat.mp4", "this video is not missing (ok)"),
        ("cat.mp4", "cat.mp4", "this video is missing too"),
        ("nowhere.mp4", "dog.mov", "no such video"),
        ("cat.mp4", "nowhere.mp4", "no such video"),
    ],
)
def test_what_cannot_be_moved_is_said(gone, old, new, words):
    outcome = gone("adopt", old, new)
    assert outcome.code == 1
    assert words in outcome.err
    assert states(gone, "cat.mp4") == {"Holiday": "confirmed", "Animal": "rejected"}


def test_a_missing_video_without_tags_of_yours_stays_listed(gone):
    (gone.videos / "feast.mp4").unlink()
    gone("scan")
    outcome = gone("adopt", "feast.mp4", "dog.mov")
    assert (outcome.code, len(outcome.lines)) == (0, 1)
    assert outcome.lines == [f"{gone.videos}/feast.mp4: it has no tags of yours; nothing was moved."]
    assert len(gone.json("--status", "missing")) == 2


def test_a_scan_says_which_tags_moved_and_which_it_is_not_sure_about(organizer):
    old = film(organizer.videos / "IMG_1.mov")
    organizer("scan", organizer.videos)
    organizer("tag", "IMG_1.mov", "Holiday")
    rewrap(old, organizer.videos / "Crete.mp4")
    aside = old.rename(organizer.folder / "aside.mov")
    outcome = organizer("scan")
    line = f"Your tags moved with the recording: {old} is now {organizer.videos}/Crete.mp4: Holiday"
    assert line in outcome.lines
    assert not [line for line in outcome.lines if "missing" in line]
    (organizer.videos / "Crete.mp4").unlink()
    rewrap(aside, organizer.videos / "a.mkv")
    rewrap(aside, organizer.videos / "b.mov", options={"movflags": "faststart"})
    lines = organizer("scan").lines
    assert (
        f"Your tags stayed with {organizer.videos}/Crete.mp4, which is missing: it is not clear whether "
        f"it is now {organizer.videos}/a.mkv, {organizer.videos}/b.mov"
    ) in lines
    assert [line for line in lines if line.startswith("1 missing video with tags of yours.")]


def test_what_was_overwritten_is_said_and_moved_by_its_id(organizer):
    path = film(organizer.videos / "my film.mov")
    organizer("scan", organizer.videos)
    (old,) = organizer.json()
    organizer("tag", path, "Holiday")
    film(path, 7, seconds=5)
    command = f"organizer adopt {old['id']} '{path}'"
    line = f"What you decided about the film that was at {path} before stayed with it. "
    assert line + f"To move it to what is there now: {command}" in organizer("scan").lines
    outcome = organizer("adopt", old["id"], path)
    assert (outcome.code, outcome.lines[0]) == (0, f"Moved to {path}: Holiday")
    assert states(organizer, "my film.mov")["Holiday"] == "confirmed"


def test_what_was_decided_about_the_new_one_itself_is_not_said_to_have_moved(gone):
    gone("tag", "dog.mov", "Animal")
    outcome = gone("adopt", "cat.mp4", "dog.mov")
    new = gone.videos / "dog.mov"
    assert outcome.lines[:2] == [
        f"Moved to {new}: Holiday",
        f"Not moved, for {new} has decisions of its own about it: Animal",
    ]
    assert states(gone, "dog.mov") == {"Holiday": "confirmed", "Animal": "confirmed", "Nature": "suggested"}


def test_where_the_new_one_is_decided_about_already_nothing_is_said_to_have_moved(gone):
    gone("tag", "dog.mov", "Animal", "Holiday")
    lines = gone("adopt", "cat.mp4", "dog.mov").lines
    assert not [line for line in lines if line.startswith("Moved")]
    assert lines[0].endswith("has decisions of its own about it: Holiday, Animal")
