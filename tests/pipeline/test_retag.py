from __future__ import annotations

import pytest

from organizer.library.filters import VideoFilter
from organizer.pipeline.analyse import tagging
from organizer.pipeline.retag import RetagProgress, preview, retag
from organizer.types import VideoFeatures, VideoScores
from tests.clips import cut
from tests.fakes import ColourTagger, colour_bundle, show_labels


@pytest.fixture
def scanned(world):
    """cat (Animal), feast (Animal, Food) and a broken file; the person decided about feast."""
    show_labels(world.videos / "cat.mp4", "Animal")
    feast = show_labels(world.videos / "feast.mp4", "Animal", "Food")
    cut(feast, world.videos / "broken.mp4", 0.5)
    world.scan(world.videos)
    world.library.confirm(world.id_of(feast), "Animal")
    world.library.reject(world.id_of(feast), "Food")
    return world


def run(world, tagger, **settings) -> list[RetagProgress]:
    ids = world.library.ids(VideoFilter())
    return list(retag(world.library, tagger, ids, **settings))


def test_the_same_model_changes_nothing(scanned):
    before, steps = scanned.tags(), scanned.library.steps()
    (progress,) = run(scanned, ColourTagger())
    assert progress == RetagProgress(done=3, total=3, tagged=2, changes=(), step_id=progress.step_id)
    assert scanned.library.steps() == steps
    assert scanned.tags() == before


def test_another_classifier_changes_suggestions_and_no_decision(scanned):
    tagger = ColourTagger(colour_bundle(version="2"), unsure=("Animal",))
    (progress,) = run(scanned, tagger)
    cat, feast = (scanned.id_of(scanned.videos / name) for name in ("cat.mp4", "feast.mp4"))
    assert [(change.video_id, change.added, change.removed) for change in progress.changes] == [
        (cat, (), ("Animal",))
    ]
    assert scanned.tags() == {
        "cat.mp4": {},
        "feast.mp4": {"Animal": "confirmed", "Food": "rejected"},
        "broken.mp4": {},
    }
    record = scanned.library.video(feast)
    assert (record.bundle, record.scores["Animal"]) == ("lite 2", pytest.approx(0.4))
    assert {tag.name: tag.score for tag in record.tags}["Animal"] == pytest.approx(0.4)
    (progress,) = run(scanned, ColourTagger())
    assert [(change.video_id, change.added) for change in progress.changes] == [(cat, ("Animal",))]


def test_no_video_is_opened(scanned, monkeypatch):
    for path in scanned.videos.iterdir():
        path.unlink()
    (progress,) = run(scanned, ColourTagger())
    assert progress.tagged == 2


def test_videos_without_features_of_the_space_are_counted_and_left_alone(scanned):
    before = scanned.tags()
    (progress,) = run(scanned, ColourTagger(colour_bundle(version="2", backbone="d" * 64)))
    assert (progress.done, progress.total, progress.tagged, progress.changes) == (3, 3, 0, ())
    assert scanned.tags() == before
    assert {record.bundle for record in scanned.records()} == {"lite 1", None}


def test_many_videos_go_in_steps_that_can_be_stopped_between(scanned):
    ids = scanned.library.ids(VideoFilter())
    tagger = ColourTagger(colour_bundle(version="2"), unsure=("Animal",))
    steps = retag(scanned.library, tagger, ids, chunk_size=1)
    progress = next(steps)
    while not progress.changes:
        progress = next(steps)
    steps.close()
    assert scanned.tags()["cat.mp4"] == {}
    progresses = run(scanned, tagger, chunk_size=1)
    assert [progress.done for progress in progresses] == [1, 2, 3]
    assert progresses[-1].tagged == 2


def test_videos_go_in_the_order_in_which_they_were_stored(scanned, monkeypatch):
    ids = sorted(scanned.library.ids(VideoFilter()), reverse=True)
    stored: list[int] = []
    real = scanned.library.contents.store_tagging

    def noting(taggings, *, step_id):
        rows = list(taggings)
        stored.extend(video_id for video_id, _ in rows)
        return real(rows, step_id=step_id)

    monkeypatch.setattr(scanned.library.contents, "store_tagging", noting)
    progresses = list(retag(scanned.library, ColourTagger(), ids, chunk_size=1))
    broken = scanned.id_of(scanned.videos / "broken.mp4")
    assert stored == [id_ for id_ in sorted(ids) if id_ != broken]
    assert [progress.done for progress in progresses] == [1, 2, 3]


def test_a_classifier_that_fails_ends_it_with_its_error(scanned):
    tagger = ColourTagger()

    def fail(_features):
        raise MemoryError("no room")

    tagger.score = fail
    before = scanned.tags()
    with pytest.raises(MemoryError, match="no room"):
        run(scanned, tagger)
    assert scanned.tags() == before


def test_a_person_may_decide_between_two_steps(scanned):
    ids = [scanned.id_of(scanned.videos / name) for name in ("cat.mp4", "feast.mp4")]
    last = max(ids)
    tagger = ColourTagger(colour_bundle(version="2"))
    steps = retag(scanned.library, tagger, ids, chunk_size=1)
    assert next(steps).done == 1
    # The classifier may have scored the second one already; what is decided now holds all the same.
    scanned.library.reject(last, "Animal")
    scanned.library.confirm(last, "Holiday")
    assert [progress.done for progress in steps] == [2]
    record = scanned.library.video(last)
    states = {tag.name: tag.state.value for tag in record.tags}
    assert (states["Animal"], states["Holiday"], record.bundle) == ("rejected", "confirmed", "lite 2")


def test_no_videos_give_no_progress(world):
    assert run(world, ColourTagger()) == []


def test_what_is_stored_of_scores_is_by_label():
    import numpy as np

    tagger = ColourTagger()
    scores = VideoScores(tuple(0.1 * n for n in range(10)), np.zeros((2, 10), np.float32))
    features = VideoFeatures(tagger.bundle.space_id, np.zeros((2, 3), np.uint8))
    stored = tagging(tagger, features, scores)
    assert (stored.bundle, stored.scores["Vehicle"], stored.scores["Cooking"]) == ("lite 1", 0.0, 0.9)
    assert [tag.name for tag in stored.suggestions] == [
        "Cooking",
        "Mobile phone",
        "Nature",
        "Outdoor recreation",
        "Food",
    ]


def test_a_run_is_one_step_and_a_preview_is_none(scanned):
    ids = scanned.library.ids(VideoFilter())
    tagger = ColourTagger(colour_bundle(version="2"), unsure=("Animal",))
    before, steps = scanned.tags(), scanned.library.steps()
    seen = [change for progress in preview(scanned.library, tagger, ids) for change in progress.changes]
    assert (scanned.tags(), scanned.library.steps()) == (before, steps)
    done = [
        change
        for progress in retag(scanned.library, tagger, ids, chunk_size=1)
        for change in progress.changes
    ]
    assert [change for change in seen if not change.is_empty] == done
    after = scanned.tags()
    assert after != before
    step, *others = scanned.library.steps()
    assert others == steps
    assert step.words == f"Tagged again with {tagger.bundle.id}"
    assert scanned.library.undo_step(step.id).videos == 2
    assert scanned.tags() == before
    assert scanned.library.redo_step(step.id)
    assert scanned.tags() == after
