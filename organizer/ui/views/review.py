"""The review: one suggestion after the other, one key each, the most telling first."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from organizer.gallery.review_page import asked, choices
from organizer.models.catalogue import open_bundle
from organizer.reviewing.background import Relearning
from organizer.reviewing.precision import precision_words
from organizer.reviewing.queue import begin, like_this
from organizer.reviewing.words import asked_words, learnt_words, left_words, passed_over_words
from organizer.text import count, safe_text
from organizer.ui.parts.action_queue import acknowledged
from organizer.ui.parts.component import load_component
from organizer.ui.parts.panel_actions import carry_out, text
from organizer.ui.parts.toasts import say
from organizer.ui.resources import library_file, open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from organizer.gallery.view_state import ViewState
    from organizer.library import Library
    from organizer.library.reviews import Review, ReviewItem

_REVIEW = "review"
_AHEAD = 12
"""Suggestions that the browser knows beforehand: the next one is there when one is answered."""
_review = load_component(_REVIEW)
_learning: dict[Path, Relearning] = {}
_learning_lock = threading.Lock()


def show_review(library: Library, _view: ViewState) -> None:
    """Draw the suggestion at hand, or what a review can be begun of."""
    review = library.reviews.newest()
    tags = library.tags()
    waiting = {tag.name: tag.videos - tag.confirmed + tag.maybes for tag in tags}
    _review(
        key=_REVIEW,
        data={
            "review": None if review is None else _stands(library, review),
            "items": [] if review is None else _items(library, review),
            "choices": [asdict(choice) for choice in choices(tags, waiting)],
            "learning": relearning().runs,
            "problem": safe_text(relearning().problem),
            "acknowledged": acknowledged(_REVIEW),
        },
        on_act_change=_act,
    )


def relearning() -> Relearning:
    """Return what learns tags of this library again, one for all tabs."""
    with _learning_lock:
        return _learning.setdefault(library_file(), Relearning(library_file(), open_bundle))


def _stands(library: Library, review: Review) -> dict[str, Any]:
    tallies = library.reviews.tallies(review.id)
    return {
        "id": review.id,
        "number": review.number,
        "total": review.total,
        "left": review.left,
        "left_words": safe_text(left_words(review)),
        "underway": review.underway,
        "can_undo": bool(review.answered or review.skipped or review.put_off),
        "passed": passed_over_words(review),
        "precision": {safe_text(tally.tag): safe_text(precision_words(tally)) for tally in tallies},
        "learnt": [safe_text(learnt_words(one)) for one in review.learnt],
    }


def _items(library: Library, review: Review) -> list[dict[str, Any]]:
    items = library.reviews.left(review.id, _AHEAD)
    ids = list({item.video_id for item in items})
    records = {record.id: record for record in library.records(ids)}
    return [asdict(one) for one in asked(items, records, library.media.with_posters(ids))]


def _act() -> None:
    carry_out(
        _REVIEW,
        {
            "begin": _begin,
            "yes": _answer(yes=True),
            "no": _answer(yes=False),
            "later": _later,
            "skip": _skip,
            "undo": _undo,
            "look": lambda _action: None,
        },
    )


def _begin(action: Mapping[str, Any]) -> None:
    tag = text(action, "tag")
    with open_library() as library:
        tags = [tag] if tag else []
        begin(library, open_bundle(), tags, asked=asked_words(tags))


def _answer(*, yes: bool) -> Callable[[Mapping[str, Any]], None]:
    """Return what stores an answer, and has tags learnt again where it is time."""

    def run(action: Mapping[str, Any]) -> None:
        review_id, position = _place(action)
        with open_library() as library:
            if not library.reviews.answer(review_id, position, yes=yes):
                say("That was answered elsewhere meanwhile.")
            left = library.reviews.get(review_id).left
        relearning().ask(review_id, at_end=not left)

    return run


def _later(action: Mapping[str, Any]) -> None:
    with open_library() as library:
        library.reviews.put_off(*_place(action))


def _skip(action: Mapping[str, Any]) -> None:
    review_id, position = _place(action)
    with open_library() as library:
        item = _item(library, review_id, position)
        if item is None:
            return
        alike = like_this(library, open_bundle(), library.reviews.get(review_id), item)
        skipped = library.reviews.skip(review_id, alike)
        left = library.reviews.get(review_id).left
    say(f"{count(skipped, 'suggestion')} of {item.tag} skipped.")
    if not left:
        relearning().ask(review_id, at_end=True)


def _undo(action: Mapping[str, Any]) -> None:
    review_id, _ = _place(action)
    with open_library() as library:
        if not library.reviews.undo(review_id):
            say("There is nothing to undo here.")


def _item(library: Library, review_id: int, position: int) -> ReviewItem | None:
    left = library.reviews.left(review_id)
    return next((item for item in left if item.position == position), None)


def _place(action: Mapping[str, Any]) -> tuple[int, int]:
    """Return which review and which of its suggestions an action is about; nonsense is none of them."""
    review_id, position = action.get("review"), action.get("position")
    return (
        review_id if type(review_id) is int else 0,
        position if type(position) is int else 0,
    )
