from __future__ import annotations

import pytest

from organizer.errors import InvalidTagError, UnknownVideoError
from organizer.library import queries
from organizer.library.decisions import clean_tag, confirm, forget, reject
from organizer.library.taggings import Tagging
from organizer.types import SuggestedTag
from tests.library.build import add, tagging


def tags(db, video_id: int) -> dict[str, tuple[str, float | None, tuple[int, ...]]]:
    return {tag.name: (tag.state, tag.score, tag.seconds) for tag in queries.video(db, video_id).tags}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Animal", "Animal"),
        ("animal", "Animal"),
        ("OUTDOOR recreation", "Outdoor recreation"),
        ("  Mobile \t phone ", "Mobile phone"),
        ("Holiday", "Holiday"),
        ("holiday  in\u2028Rome", "holiday in Rome"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("\U0001f468\u200d\U0001f373", "\U0001f468\u200d\U0001f373"),
        ("a'b\"c%_\\", "a'b\"c%_\\"),
        ("x" * 60, "x" * 60),
    ],
)
def test_a_tag_is_stored_in_one_spelling(given, stored):
    assert clean_tag(given) == stored


@pytest.mark.parametrize("bad", ["", " \n ", "x" * 61, "a\x1b[31m", "a\x00b", "a\udcffb", "a\x9bb"])
def test_a_tag_that_cannot_be_shown_is_refused(bad):
    with pytest.raises(InvalidTagError):
        clean_tag(bad)


def test_confirming_keeps_the_score_and_the_seconds_of_a_suggestion(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    confirm(db, video, "animal")
    assert tags(db, video) == {"Animal": ("confirmed", 0.9, (0,))}


def test_confirming_a_label_that_was_not_suggested_takes_its_score(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Outdoor recreation")
    assert tags(db, video) == {"Outdoor recreation": ("confirmed", 0.1, ())}


def test_a_tag_of_ones_own_has_no_score_whatever_its_characters(db, store):
    video = add(store, "/v", "a.mp4")
    for name in ('Gran"s', "a.b", "$[0]"):
        confirm(db, video, name)
    assert tags(db, video) == dict.fromkeys(('Gran"s', "a.b", "$[0]"), ("confirmed", None, ()))


def test_a_decision_on_a_video_never_scored_waits_for_its_score(db, store):
    video = add(store, "/v", "a.mp4")
    db.execute("DELETE FROM scores")
    confirm(db, video, "Food")
    assert tags(db, video)["Food"] == ("confirmed", None, ())
    store.store_tagging([(video, tagging("Food"))])
    assert tags(db, video)["Food"] == ("confirmed", 0.9, (0,))


def test_two_spellings_are_one_tag(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Holiday")
    confirm(db, video, "HOLIDAY")
    assert list(tags(db, video)) == ["Holiday"]
    reject(db, video, "holiday")
    assert tags(db, video) == {}


def test_rejecting_a_label_keeps_it_as_rejected(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    reject(db, video, "Animal")
    reject(db, video, "Dance")
    assert tags(db, video) == {"Animal": ("rejected", 0.9, (0,)), "Dance": ("rejected", 0.1, ())}
    store.store_tagging([(video, tagging("Animal", "Dance"))])
    assert {state for state, *_ in tags(db, video).values()} == {"rejected"}


def test_rejecting_a_tag_of_ones_own_takes_it_away(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Holiday")
    reject(db, video, "Holiday")
    assert tags(db, video) == {}


def test_rejecting_a_tag_of_ones_own_that_a_model_learned_keeps_it_as_rejected(db, store):
    video, other = add(store, "/v", "a.mp4"), add(store, "/v", "b.mp4")
    learned = Tagging("mine 1", {"Garden": 0.8, 'so "said"': 0.3}, (SuggestedTag("Garden", 0.8, (1,)),))
    store.store_tagging([(video, learned)])
    for id_ in (video, other):
        reject(db, id_, "garden")
    assert tags(db, video) == {"Garden": ("rejected", 0.8, (1,))}
    assert tags(db, other) == {}
    store.store_tagging([(video, learned)])
    assert tags(db, video)["Garden"][0] == "rejected"
    reject(db, video, 'so "said"')
    assert tags(db, video)['so "said"'][0] == "rejected"


def test_one_can_change_ones_mind(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    for decide, state in ((reject, "rejected"), (confirm, "confirmed"), (reject, "rejected")):
        decide(db, video, "Animal")
        assert tags(db, video)["Animal"][0] == state


def test_forgetting_lets_the_model_say_again(db, store):
    video, other = add(store, "/v", "a.mp4", "Animal"), add(store, "/v", "b.mp4", "Animal")
    confirm(db, video, "Animal")
    reject(db, video, "Animal")
    reject(db, other, "Animal")
    assert forget(db, video, "animal")
    assert tags(db, video) == {"Animal": ("suggested", 0.9, (0,))}
    store.store_tagging([(video, tagging("Food")), (other, tagging("Food"))])
    assert tags(db, video) == {"Food": ("suggested", 0.9, (0,))}
    assert tags(db, other)["Animal"] == ("rejected", 0.1, ())
    assert forget(db, other, "Animal")
    assert tags(db, other) == {"Food": ("suggested", 0.9, (0,))}


def test_a_suggestion_is_not_forgotten(db, store):
    video = add(store, "/v", "a.mp4", "Animal")
    assert not forget(db, video, "Animal")
    assert not forget(db, video, "No such")
    assert tags(db, video) == {"Animal": ("suggested", 0.9, (0,))}
    confirm(db, video, "Dance")
    assert forget(db, video, "Dance")
    assert tags(db, video) == {"Animal": ("suggested", 0.9, (0,))}


def test_rejecting_says_whether_there_was_something_to_note(db, store):
    video = add(store, "/v", "a.mp4")
    confirm(db, video, "Holiday")
    assert reject(db, video, "Holiday")
    assert not reject(db, video, "Holiday")
    assert reject(db, video, "Dance")


@pytest.mark.parametrize("decide", [confirm, reject])
def test_a_decision_needs_a_video(db, decide):
    with pytest.raises(UnknownVideoError, match="77"):
        decide(db, 77, "Animal")
    assert db.execute("SELECT count(*) FROM tags").fetchone() == (0,)
