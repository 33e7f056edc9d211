"""The page of doubles: groups side by side, what to keep and why, answers, and the search itself."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer.doubles.grouping import groups_of
from organizer.gallery.double_groups import (
    MOST_GROUPS,
    group_cards,
    move_command,
    moved_words,
    search_words,
    undo_move_command,
)
from organizer.models.catalogue import open_bundle
from organizer.pipeline.background_jobs import start_doubles
from organizer.text import count
from organizer.ui.parts.action_queue import acknowledged
from organizer.ui.parts.component import load_component
from organizer.ui.parts.job_panel import remember_job
from organizer.ui.parts.panel_actions import carry_out
from organizer.ui.parts.toasts import say
from organizer.ui.resources import library_file, named_library, open_library

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from organizer.doubles.grouping import Group
    from organizer.gallery.view_state import ViewState
    from organizer.library import Library
    from organizer.library.doubles import SearchState

_DOUBLES, _SHOWN, _ANSWERED = "doubles", "doubles_shown", "doubles_answered"
_doubles = load_component(_DOUBLES)


def show_doubles(library: Library, _view: ViewState) -> None:
    """Draw the groups of what the last search found."""
    job = library.jobs.newest()
    found = _found(library)
    groups = found.groups
    shown = groups[: int(st.session_state.get(_SHOWN, MOST_GROUPS))]
    ids = [id_ for group in shown for id_ in group.videos]
    replaceable = [double for group in groups for double in group.doubles if double.replaceable]
    size = sum(double.video.size_bytes for double in replaceable)
    answered = st.session_state.get(_ANSWERED)
    _doubles(
        key=_DOUBLES,
        data={
            "searched": search_words(found.last, found.now),
            "began": found.last is not None,
            "busy": job is not None and not job.finished,
            "groups": [asdict(group) for group in group_cards(shown, library.media.with_posters(ids))],
            "count": count(len(groups), "group"),
            "more": len(groups) - len(shown),
            "files": len(replaceable),
            "size": size,
            "command": move_command(named_library()),
            "moved": moved_words(library.moves.last_away()),
            "undo_move": undo_move_command(named_library()),
            "answered": answered[0] if answered else "",
            "acknowledged": acknowledged(_DOUBLES),
        },
        on_act_change=_act,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What there is to show of a library at one moment."""

    last: SearchState | None
    """Of which videos the last search knew; None before the first."""
    now: SearchState | None
    """Of which one would know now."""
    groups: Sequence[Group]


def _found(library: Library) -> _Found:
    """Return it; once for each state of the library, for it may take longer than a click may."""
    return _read(library, str(library.path), library.stamp())


@st.cache_resource(show_spinner=False, max_entries=2)
def _read(_library: Library, file: str, stamp: str) -> _Found:
    searched = _library.doubles.last_search()
    if searched is None:
        return _Found(None, None, ())
    space, last = searched
    wanted = open_bundle().space_id
    now = _library.doubles.state(wanted if wanted in _library.features.spaces() else space)
    return _Found(last, now, groups_of(_library))


def _act() -> None:
    carry_out(
        _DOUBLES,
        {
            "search": _search,
            "not_same": _not_same,
            "same": _same,
            "keep_tags": _keep_tags,
            "more": _more,
        },
    )


def _search(_action: Mapping[str, Any]) -> None:
    remember_job(start_doubles(library_file()))


def _not_same(action: Mapping[str, Any]) -> None:
    with open_library() as library:
        group = _meant(library, action)
        video = action.get("video")
        if group is None or type(video) is not int or video not in group.videos[1:]:
            return
        others = [id_ for id_ in group.videos if id_ != video]
        library.doubles.say_not_the_same(video, others)
        name = os.path.basename(library.video(video).path)
    st.session_state[_ANSWERED] = (f"{name} is no double. No later search takes it for one.", video, others)


def _same(_action: Mapping[str, Any]) -> None:
    answered = st.session_state.pop(_ANSWERED, None)
    if answered is not None:
        _words, video, others = answered
        with open_library() as library:
            library.doubles.forget_not_the_same(video, others)


def _keep_tags(action: Mapping[str, Any]) -> None:
    with open_library() as library:
        group = _meant(library, action)
        if group is None:
            return
        step = library.doubles.keep_decisions([(group.kept.id, group.copies + group.parts)], group.parts)
    say(f"{step.words}." if step.id else "The one to keep has all of it already.", step.id or None)


def _more(_action: Mapping[str, Any]) -> None:
    st.session_state[_SHOWN] = int(st.session_state.get(_SHOWN, MOST_GROUPS)) + MOST_GROUPS


def _meant(library: Library, action: Mapping[str, Any]) -> Group | None:
    """Return the group that an action names; None where it is another one by now."""
    return next((group for group in _found(library).groups if group.kept.id == action.get("kept")), None)
