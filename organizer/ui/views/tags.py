"""The page of tags: rename, merge, delete, colour, hide; below it, tagging again and the model in use."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer.errors import BundleError
from organizer.gallery.tag_list import COLOURS, tag_rows
from organizer.models.catalogue import open_bundle
from organizer.teaching.refine import is_refined
from organizer.text import count
from organizer.ui.lessons import LESSONS
from organizer.ui.parts.action_queue import acknowledged
from organizer.ui.parts.component import load_component
from organizer.ui.parts.model import show_model
from organizer.ui.parts.panel_actions import carry_out, text
from organizer.ui.parts.retag import show_retag
from organizer.ui.parts.toasts import say
from organizer.ui.resources import open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from organizer.gallery.view_state import ViewState
    from organizer.library import Library
    from organizer.library.actions import Step

_LOOK_EVERY_S = 1.0
_TAGS = "tags"
_tags = load_component(_TAGS)


def show_tags(library: Library, view: ViewState) -> None:
    """Draw all tags, and what is done for the tags of all videos."""
    # Before it is asked how they go: one that ends meanwhile is told of by the next run.
    busy, number = LESSONS.busy, LESSONS.number
    space_id = _space()
    # Of a tag that was taught in several spaces the last counts.
    taught = sorted(library.teaching.tags(), key=lambda tag: tag.space_id == space_id)
    _tags(
        key=_TAGS,
        data={
            "tags": [asdict(row) for row in tag_rows(library.tags(), taught, LESSONS.of, space_id)],
            "colours": COLOURS,
            "acknowledged": acknowledged(_TAGS),
        },
        on_act_change=_act,
    )
    if busy:
        _follow_lessons(number)
    else:
        # As many elements either way: what stands below is the same one then.
        st.empty()
    show_retag(library, view)
    show_model(library)


def _space() -> str:
    """Return the feature space of the model in use; empty where that is damaged."""
    try:
        return open_bundle().space_id
    except BundleError:
        return ""


@st.fragment(run_every=_LOOK_EVERY_S)
def _follow_lessons(number: int) -> None:
    """Draw nothing; draw the page anew where a lesson has come further."""
    if number != LESSONS.number:
        st.rerun()


def _act() -> None:
    carry_out(
        _TAGS,
        {
            "rename": _step(lambda library, name, action: library.rename_tag(name, text(action, "to"))),
            "merge": _step(lambda library, name, action: library.merge_tags([name], text(action, "into"))),
            "delete": _step(lambda library, name, _action: library.delete_tag(name)),
            "colour": _step(
                lambda library, name, action: library.colour_tag(name, text(action, "colour") or None)
            ),
            "hide": _step(
                lambda library, name, action: library.hide_label(name, action.get("hidden") is True)
            ),
            "teach": lambda action: LESSONS.ask(text(action, "name")),
            "suggest": _suggest,
            "unlearn": _unlearn,
        },
    )


def _suggest(action: Mapping[str, Any]) -> None:
    """Suggest a taught tag, or do not any more; of a label that is refined the model speaks alone then."""
    name, on = text(action, "name"), action.get("on") is True
    with open_library() as library:
        refined = is_refined(library, open_bundle(), name)
        library.teaching.switch(name, on=on)
    if on:
        LESSONS.ask(name, learn=False)
        # What was answered meanwhile.
        LESSONS.answered()
    elif refined:
        LESSONS.take_back(name)
        say(f"{name} does not follow your answers any more.")
    else:
        say(f"{name} is not suggested any more.")


def _unlearn(action: Mapping[str, Any]) -> None:
    name = text(action, "name")
    with open_library() as library:
        step = library.teaching.unlearn(name)
    say(f"What was learnt of {name} is forgotten. The videos that you gave it to keep it.", step.id)


def _step(
    change: Callable[[Library, str, Mapping[str, Any]], Step],
) -> Callable[[Mapping[str, Any]], None]:
    """Return what changes a tag that an action names, and says what was done with a way back."""

    def run(action: Mapping[str, Any]) -> None:
        with open_library() as library:
            step = change(library, text(action, "name"), action)
        if step.id:
            # What became another tag is learnt again as that one.
            LESSONS.answered()
            say(f"{step.words}: {count(step.videos, 'video')}." if step.videos else f"{step.words}.", step.id)

    return run
