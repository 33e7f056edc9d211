from __future__ import annotations

from organizer.cli.text import tag_list
from organizer.library.records import TagRecord
from organizer.types import TagState, Tier


def test_tags_in_words():
    tags = [
        TagRecord("Animal", TagState.SUGGESTED, 0.984, (0,)),
        TagRecord("Food", TagState.CONFIRMED, 0.1, ()),
        TagRecord("Gran\x1b", TagState.CONFIRMED, None, ()),
        TagRecord("Dance", TagState.REJECTED, 0.7, ()),
    ]
    assert tag_list(tags) == "Animal 0.98, Food 0.10 (yours), Gran\\x1b (yours)"
    assert tag_list(tags[3:]) == "no tag"


def test_only_a_maybe_that_nobody_decided_about_has_a_question_mark():
    tags = [
        TagRecord("Animal", TagState.SUGGESTED, 0.9, (0,), Tier.GIVEN),
        TagRecord("Food", TagState.CONFIRMED, 0.4, (0,), Tier.MAYBE),
        TagRecord("Dance", TagState.SUGGESTED, 0.412, (0,), Tier.MAYBE),
        TagRecord("Nature", TagState.REJECTED, 0.4, (0,), Tier.MAYBE),
    ]
    assert tag_list(tags) == "Animal 0.90, Food 0.40 (yours), Dance? 0.41"
    assert tag_list(tags[2:], rejected=True) == "Dance? 0.41, not Nature"
