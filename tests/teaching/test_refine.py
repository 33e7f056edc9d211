"""A model's labels follow a person's answers at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from organizer.errors import TeachingError
from organizer.library import Library
from organizer.library.changes import Tagging
from organizer.library.taught import TAUGHT
from organizer.pipeline.analyse import tagging, taught_tags
from organizer.tags.tagger import Tagger
from organizer.teaching.refine import FEWEST_OF_EACH, learn_tag, refine, to_learn_again
from organizer.teaching.teach import suggest
from organizer.training.metrics import average_precisions
from organizer.types import LABELS, SuggestedTag, VideoScores
from tests.library.sql import database_of
from tests.teaching.planted import planted, planted_bundle

BUNDLE = planted_bundle()
LABEL = "Nature"


@pytest.fixture
def library(tmp_path):
    """Videos of which the model knows half: it scores sunsets higher for Nature than others, and not much."""
    library, sunsets = planted(tmp_path / "library.db", sunsets=50, others=150)
    with library:
        half_known(library, sunsets, BUNDLE, LABEL)
        yield library


def half_known(library, sunsets, bundle, label):
    rng = np.random.default_rng(1)
    said = {}
    for video_id in range(1, 201):
        score = float(1 / (1 + np.exp(-rng.normal(0.6 if video_id in sunsets else -0.6, 1.0))))
        tags = (SuggestedTag(label, score, (0,)),) if score >= 0.5 else ()
        said[video_id] = Tagging(bundle.id, dict.fromkeys(bundle.labels, 0.1) | {label: score}, tags)
    library.contents.store_tagging(said.items())
    library.sunsets = set(sunsets)


def answer(library, count, label=LABEL):
    for video_id in range(21, 21 + count // 2):
        library.confirm(video_id, label)
    for video_id in range(101, 101 + count // 2):
        library.reject(video_id, label)


def refined(library):
    tag = refine(library, BUNDLE, LABEL)
    library.teaching.store(tag)
    list(suggest(library, BUNDLE, tag))
    return tag


def says(library, video_id):
    row = database_of(library).execute(
        "SELECT v.state, v.bundle FROM video_tags v JOIN tags t ON t.id = v.tag_id "
        "WHERE t.name = ? AND v.video_id = ?",
        [LABEL, video_id],
    )
    return row.fetchone()


def precision(library, scores):
    rest = [one for one in scores if not 21 <= one < 51 and not 101 <= one < 131]
    shows = np.array([[one in library.sunsets] for one in rest])
    return average_precisions(shows, np.array([[scores[one]] for one in rest]))[0]


def test_answers_make_a_label_better_at_once(library):
    before = {one.id: one.scores[LABEL] for one in library.list()}
    answer(library, 30)
    tag = refined(library)
    assert (tag.shown, tag.not_shown, tag.refines) == (15, 15, BUNDLE.id)
    assert (tag.given, tag.maybe) == (BUNDLE.thresholds[0], BUNDLE.maybe_thresholds[0])
    tags, after = taught_tags(library, BUNDLE), {}
    for video_id, features in library.features.of(list(before), BUNDLE.space_id):
        # Scores below the threshold are asked for too.
        found = tags.says(features, range(4), {LABEL: before[video_id]})[LABEL]
        after[video_id] = 0.0 if found is None else found.score
    suggested = {one for one, score in after.items() if score}
    assert len(suggested & library.sunsets) > sum(before[one] >= 0.5 for one in library.sunsets)
    assert len(suggested - library.sunsets) < sum(
        before[one] >= 0.5 for one in before if one not in library.sunsets
    )
    assert precision(library, after) > precision(library, before)


def test_its_suggestions_stand_in_the_place_of_the_models(library):
    suggested = [one.id for one in library.list() if any(tag.name == LABEL for tag in one.tags)]
    answer(library, 30)
    refined(library)
    rows = [says(library, video_id) for video_id in suggested]
    assert {bundle for state, bundle in filter(None, rows) if state == "suggested"} == {TAUGHT}
    # Some are not suggested any more.
    assert None in rows


def test_a_video_that_comes_later_is_refined_too_and_another_model_is_not(library):
    answer(library, 30)
    refined(library)
    (features,) = [one for _, one in library.features.of([1], BUNDLE.space_id)]
    scores = [0.1] * len(BUNDLE.labels)
    scores[BUNDLE.labels.index(LABEL)] = 0.45
    video = VideoScores(tuple(scores), np.full((4, len(scores)), 0.1, np.float32))
    found = tagging(Tagger(BUNDLE), features, video, taught_tags(library, BUNDLE))
    assert found.taught[LABEL] is not None
    assert not found.suggestions
    other = planted_bundle(version="2")
    assert not taught_tags(library, other)
    # What another model says of its own label goes before what was refined of this one.
    kept = next(one for one in range(1, 21) if says(library, one) == ("suggested", TAUGHT))
    library.contents.store_tagging([(kept, Tagging(other.id, {LABEL: 0.1}, ()))])
    assert says(library, kept) is None


@pytest.mark.parametrize(("yes", "no"), [(0, 0), (FEWEST_OF_EACH, 0), (FEWEST_OF_EACH, FEWEST_OF_EACH - 1)])
def test_too_few_answers_are_said(library, yes, no):
    for video_id in range(1, 1 + yes):
        library.confirm(video_id, LABEL)
    for video_id in range(101, 101 + no):
        library.reject(video_id, LABEL)
    assert to_learn_again(library, BUNDLE) == []
    with pytest.raises(TeachingError, match=f"there are {yes} and {no}"):
        learn_tag(library, BUNDLE, LABEL)


def test_it_is_refined_again_after_each_answer(library):
    answer(library, 2 * FEWEST_OF_EACH)
    assert to_learn_again(library, BUNDLE) == [LABEL]
    refined(library)
    assert to_learn_again(library, BUNDLE) == []
    library.confirm(3, LABEL)
    assert to_learn_again(library, BUNDLE) == [LABEL]
    refined(library)
    library.teaching.switch(LABEL, on=False)
    library.confirm(4, LABEL)
    assert to_learn_again(library, BUNDLE) == []


def renamed(library):
    return library.rename_tag("Glow", "Dusk")


def renamed_to_one_in_use(library):
    library.confirm(150, "Dusk")
    library.forget(150, "Dusk")
    return library.rename_tag("Glow", "Dusk")


def merged(library):
    return library.merge_tags(["Glow"], "Dusk")


@pytest.mark.parametrize("move", [renamed, renamed_to_one_in_use, merged])
def test_a_label_of_ones_own_model_is_refined_under_its_other_name(tmp_path, move):
    own = replace(BUNDLE, version="mine", labels=tuple("Glow" if one == LABEL else one for one in LABELS))
    library, sunsets = planted(tmp_path / "library.db", sunsets=50, others=150)
    with library:
        half_known(library, sunsets, own, "Glow")
        answer(library, 20, "Glow")
        before = learn_tag(library, own, "Glow")
        library.teaching.store(before)
        list(suggest(library, own, before))
        suggested = {one.id for one in library.list() if any(tag.name == "Glow" for tag in one.tags)}
        step = move(library)
        assert to_learn_again(library, own) in ([], ["Dusk"])
        library.confirm(41, "Dusk")
        assert to_learn_again(library, own) == ["Dusk"]
        after = learn_tag(library, own, "Dusk")
        library.teaching.store(after)
        assert (after.name, after.refines, after.shown, after.not_shown) == ("Dusk", own.id, 11, 10)
        assert after.report.answers == 21
        assert (after.given, after.maybe) == (before.given, before.maybe)
        list(suggest(library, own, after))
        now = {one.id for one in library.list() if any(tag.name == "Dusk" for tag in one.tags)}
        assert len(now ^ suggested) < len(suggested) / 5
        # Also for a video that comes later: the model calls it by its old name.
        (features,) = [one for _, one in library.features.of([1], own.space_id)]
        assert taught_tags(library, own).says(features, range(4), {"Glow": 0.9})["Dusk"] is not None
        library.undo(41, "Dusk")
        library.undo_step(step.id)
        assert [(tag.name, tag.refines) for tag in library.teaching.tags()] == [("Glow", own.id)]
        assert learn_tag(library, own, "Glow").shown == 10


def test_a_word_that_is_no_label_cannot_be_refined(library):
    with pytest.raises(TeachingError, match="no label"):
        refine(library, BUNDLE, "Sunset")


def test_answers_that_all_fit_change_little(library):
    """The model is right about all of them, and stays what it is."""
    sure = [one.id for one in library.list() if one.scores[LABEL] > 0.7 and one.id in library.sunsets][:5]
    low = [one.id for one in library.list() if one.scores[LABEL] < 0.3 and one.id not in library.sunsets][:5]
    for video_id in sure:
        library.confirm(video_id, LABEL)
    for video_id in low:
        library.reject(video_id, LABEL)
    tag = refine(library, BUNDLE, LABEL)
    assert 0.8 < tag.score_slope < 1.6


def test_a_library_without_a_video_that_nobody_answered_is_no_error(tmp_path):
    library, _ = planted(tmp_path / "small.db", sunsets=3, others=3)
    with library, Library.open(tmp_path / "small.db") as other:
        scores = dict.fromkeys(BUNDLE.labels, 0.1) | {LABEL: 0.5}
        other.contents.store_tagging([(one, Tagging(BUNDLE.id, scores, ())) for one in range(1, 7)])
        for one in range(1, 7):
            (library.confirm if one < 4 else library.reject)(one, LABEL)
        assert refine(library, BUNDLE, LABEL).shown == 3
