"""``organizer teach``."""

from __future__ import annotations

import pytest

from organizer.library import Library
from organizer.models import catalogue
from tests.teaching.planted import ROOT, TAG, planted, planted_bundle, states


@pytest.fixture
def taught(organizer, monkeypatch):
    """A library of 140 videos of which the first 20 show sunsets."""
    bundle = planted_bundle()
    monkeypatch.setattr(catalogue, "bundles", lambda: [bundle])
    library, organizer.sunsets = planted(organizer.library)
    library.close()
    return organizer


def files(*numbers):
    return [f"{ROOT}/{number:03}.mp4" for number in numbers]


def state_of(terminal):
    with Library.open(terminal.library) as library:
        return states(library)


def test_a_tag_is_taught_with_a_few_videos(taught):
    outcome = taught("teach", TAG, *files(*range(6)), "--not", *files(50))
    assert outcome.code == 0
    assert outcome.lines[0].startswith(f"{TAG}: learnt from 6 videos, and 1 that is not; finds ")
    found = state_of(taught)
    assert [found.get(one) for one in range(1, 7)] == ["confirmed"] * 6
    assert found[51] == "rejected"
    maybes = sum(state == "maybe" for state in found.values())
    assert maybes >= 10
    assert f"6 videos have {TAG}, {maybes} may have it; of these {maybes} are new." in outcome.lines
    listed = taught("list", "--only-maybes", "--tag", TAG)
    assert len(listed.lines) == maybes


def test_all_that_is_needed_is_said_when_there_is_nothing(taught):
    outcome = taught("teach")
    assert (outcome.code, outcome.lines) == (
        0,
        ["Nothing was taught yet. Give a tag of your own to five videos or more, then: organizer teach TAG"],
    )
    outcome = taught("teach", TAG, *files(0, 1))
    assert outcome.code == 1
    assert "to learn a tag takes 3 videos" in outcome.err
    assert "What you said of 2 videos is kept." in outcome.err
    # What was told is kept, for it is true.
    assert state_of(taught) == {1: "confirmed", 2: "confirmed"}


def test_a_wrong_name_changes_nothing(taught):
    assert taught("teach", TAG, *files(0, 1, 2), "nothing.mp4").code == 1
    assert state_of(taught) == {}


def test_taught_tags_are_listed_switched_off_and_on_and_forgotten(taught):
    taught("teach", TAG, *files(*range(6)))
    before = state_of(taught)
    assert taught("teach", TAG, "--off").code == 0
    assert set(state_of(taught).values()) == {"confirmed"}
    assert "switched off" in taught("teach").out
    assert taught("teach", TAG, "--on").code == 0
    assert state_of(taught) == before
    (line,) = taught("teach").lines
    assert line.startswith(f"{TAG}: 6 have it, ")
    outcome = taught("teach", TAG, "--forget")
    assert outcome.code == 0
    assert set(state_of(taught).values()) == {"confirmed"}
    assert "Nothing was taught" in taught("teach").out
    assert taught(*outcome.out.partition("organizer ")[2].split()).code == 0
    assert state_of(taught) == before
    taught("redo")
    outcome = taught("teach", TAG, "--off")
    assert outcome.code == 1
    assert "was not taught" in outcome.err


def test_it_goes_into_another_library(taught, tmp_path):
    taught("teach", TAG, *files(*range(6)))
    file = tmp_path / "sunset.npz"
    assert taught("teach", TAG, "--export", file).code == 0
    assert taught("teach", TAG, "--export", file).code == 1
    outcome = taught("teach", "--import", file)
    assert outcome.code == 1
    assert "was taught here already" in outcome.err
    other = tmp_path / "other.db"
    library, sunsets = planted(other)
    library.close()
    outcome = taught("teach", "--import", file, "Evening", "--library", other)
    assert outcome.code == 0, outcome.err
    with Library.open(other) as library:
        found = states(library, "Evening")
    assert set(found.values()) == {"maybe"}
    assert set(sunsets) <= set(found)


def test_another_feature_space_is_refused(taught, tmp_path, monkeypatch):
    taught("teach", TAG, *files(*range(6)))
    file = tmp_path / "sunset.npz"
    taught("teach", TAG, "--export", file)
    monkeypatch.undo()
    monkeypatch.setenv("ORGANIZER_LIBRARY", str(taught.library))
    outcome = taught("teach", "--import", file)
    assert outcome.code == 1
    assert "another model than lite" in outcome.err
    assert "learnt with another model" in taught("teach").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--off",),
        ("--export", "x.npz"),
        (TAG, "1.mp4", "--off"),
        (TAG, "--off", "--export", "x.npz"),
        ("--not", "1.mp4"),
    ],
)
def test_what_does_not_go_together_is_refused(taught, arguments):
    assert taught("teach", *arguments).code == 2


def test_a_scan_suggests_it_to_new_videos(taught):
    """With what the model says: the stored features of a video that comes later are enough."""
    from organizer.pipeline.analyse import taught_tags
    from organizer.types import VideoFeatures

    taught("teach", TAG, *files(*range(6)))
    bundle = planted_bundle()
    with Library.open(taught.library) as library:
        tags = taught_tags(library, bundle)
        (features,) = [one for _, one in library.features.of([15], bundle.space_id)]
        (other,) = [one for _, one in library.features.of([90], bundle.space_id)]
    assert isinstance(features, VideoFeatures)
    assert tags.says(features, range(4), {})[TAG] is not None
    assert tags.says(other, range(4), {})[TAG] is None


def test_a_label_is_refined_by_answers(taught):
    """Those of the planted model were never scored: nothing was answered that it could learn from."""
    outcome = taught("teach", "Nature")
    assert outcome.code == 1
    assert "to refine it takes 3 videos with yes and 3 with no" in outcome.err


def test_a_tag_that_was_merged_says_how_it_is_learnt_again(taught):
    taught("teach", TAG, *files(*range(6)))
    assert "teach" not in taught("tags", "rename", TAG, "Evening").out
    outcome = taught("tags", "merge", "Evening", "--into", "Late sun")
    command = outcome.lines[-1].partition("To learn it from all of its decisions: organizer ")[2]
    assert command == "teach 'Late sun'"
    outcome = taught("teach", "Late sun")
    assert outcome.code == 0
    assert "Late sun: learnt from 6 videos; finds " in outcome.out
