from __future__ import annotations

from organizer.cli.text import tag_list
from organizer.library.records import TagRecord
from organizer.types import TagState


def test_tags_in_words():
    tags = [
        TagRecord("Animal", TagState.SUGGESTED, 0.984, (0,)),
        TagRecord("Food", TagState.CONFIRMED, 0.1, ()),
        TagRecord("Gran\x1b", TagState.CONFIRMED, None, ()),
        TagRecord("Dance", TagState.REJECTED, 0.7, ()),
    ]
    assert tag_list(tags) == "Animal 0.98, Food 0.10 (yours), Gran\\x1b (yours)"
    assert tag_list(tags[3:]) == "no tag"
