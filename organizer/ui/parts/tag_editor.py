"""The tags of one video, to confirm, reject, take back and add."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import OrganizerError
from organizer.gallery.detail import why_no_tag
from organizer.gallery.words import shown
from organizer.library import decisions, facets
from organizer.models.catalogue import thresholds_of
from organizer.types import LABELS, TagState
from organizer.ui.errors import show_error
from organizer.ui.resources import library

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

    from organizer.library.records import TagRecord, VideoRecord

_STATE_WORDS = {
    TagState.SUGGESTED: "suggested",
    TagState.CONFIRMED: "confirmed by you",
    TagState.REJECTED: "rejected by you",
}
_ERROR = "tag_error"
_ADD = "tag_to_add"


def show_tag_editor(db: Database, video: VideoRecord) -> None:
    """Draw a row for each tag with what can be decided about it, and a form to add one."""
    st.markdown("**Tags**")
    if reason := why_no_tag(video, thresholds_of(video.bundle)):
        st.text(reason)
    for number, tag in enumerate(video.tags):
        _show_tag(video, number, tag)
    _show_add(db, video)
    error = st.session_state.pop(_ERROR, None)
    if error is not None:
        show_error(error)


def _show_tag(video: VideoRecord, number: int, tag: TagRecord) -> None:
    score = "" if tag.score is None else f" {tag.score:.2f}"
    with (
        st.container(border=True, gap="small"),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        st.text(f"{shown(tag.name)}{score}\n{_STATE_WORDS[tag.state]}", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            for decide, label in _choices(tag):
                st.button(
                    label,
                    key=f"{label}_{video.id}_{number}_{tag.name}",
                    on_click=_decide,
                    args=(decide, video.id, tag.name),
                )


def _choices(tag: TagRecord) -> list[tuple[Callable[[Database, int, str], object], str]]:
    confirm: tuple[Callable[[Database, int, str], object], str] = (decisions.confirm, "Confirm")
    reject = (decisions.reject, "Reject")
    forget = (decisions.forget, "Undo")
    if tag.state is TagState.SUGGESTED:
        return [confirm, reject]
    if tag.state is TagState.REJECTED:
        return [confirm, forget]
    if tag.name not in LABELS:
        return [(decisions.forget, "Remove")]
    return [reject, forget]


def _show_add(db: Database, video: VideoRecord) -> None:
    carried = {tag.name for tag in video.tags if tag.state is not TagState.REJECTED}
    names = dict.fromkeys([*LABELS, *facets.tag_names(db)])
    with (
        st.form(f"add_tag_{video.id}", border=False, clear_on_submit=True),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.selectbox(
            "Add a tag",
            [name for name in names if name not in carried],
            index=None,
            placeholder="Choose or type one",
            accept_new_options=True,
            format_func=shown,
            key=_ADD,
        )
        st.form_submit_button("Add", on_click=_add, args=(video.id,))


def _add(video_id: int) -> None:
    if st.session_state[_ADD]:
        _decide(decisions.confirm, video_id, st.session_state[_ADD])


def _decide(decide: Callable[[Database, int, str], object], video_id: int, name: str) -> None:
    """Store a decision; a callback, so that the page below it is drawn with the new tags."""
    try:
        with library() as db:
            decide(db, video_id, name)
    except OrganizerError as error:
        st.session_state[_ERROR] = error
