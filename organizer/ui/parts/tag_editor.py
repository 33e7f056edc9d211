"""The tags of one video, to confirm, reject, take back and add.

The field to add one is a component: what stands in it counts, whether Enter was pressed or not.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import OrganizerError
from organizer.gallery.detail import maybes_alone, why_no_tag
from organizer.library import Library
from organizer.library.records import JournalEntry
from organizer.models.catalogue import thresholds_of
from organizer.text import safe_text
from organizer.types import LABELS, TagState
from organizer.ui.errors import show_error
from organizer.ui.parts.component import load_component
from organizer.ui.resources import open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from organizer.library.records import TagRecord, VideoRecord

    Decision = Callable[[Library, int, str], object]

_STATE_WORDS = {
    TagState.SUGGESTED: "suggested",
    TagState.CONFIRMED: "confirmed by you",
    TagState.REJECTED: "rejected by you",
}
_ERROR = "tag_error"
_FIELD, _ACKNOWLEDGED = "tag_field", "tag_field_acknowledged"
_field = load_component(_FIELD)


def show_tag_editor(library: Library, video: VideoRecord) -> None:
    """Draw a row for each tag with what can be decided about it, and a field to add one."""
    st.markdown("**Tags**")
    if reason := why_no_tag(video, thresholds_of(video.bundle)) or maybes_alone(video):
        st.text(reason)
    decided = library.last_decisions(video.id)
    with st.container(gap="xsmall"):
        for number, tag in enumerate(video.tags):
            # Not by the tag's name: the key becomes the name of a style.
            with st.container(key=f"tag_row_{'maybe_' * tag.is_maybe}{number}", border=True):
                _show_tag(video, tag, decided.get(tag.name))
    _show_removed(video, decided)
    error, typed = st.session_state.pop(_ERROR, (None, ""))
    _show_add(library, video, typed)
    if error is not None:
        show_error(error)


def _show_tag(video: VideoRecord, tag: TagRecord, last: JournalEntry | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(_words(tag), width="stretch")
        with st.container(horizontal=True, width="content", gap="small"):
            for decide, label in _choices(tag, last):
                st.button(
                    label,
                    key=f"{label}_{video.id}_{tag.name}",
                    on_click=_decide,
                    args=(decide, video.id, tag.name),
                )


def _words(tag: TagRecord) -> str:
    name, score = safe_text(tag.name), "" if tag.score is None else f"{tag.score:.2f}"
    if tag.is_maybe:
        return f"{name}?\nmaybe {score}".rstrip()
    return f"{name} {score}".rstrip() + f"\n{_STATE_WORDS[tag.state]}"


def _choices(tag: TagRecord, last: JournalEntry | None) -> list[tuple[Decision, str]]:
    undo: Decision = partial(Library.undo, entry=None if last is None else last.id)
    if tag.state is TagState.SUGGESTED:
        return [(Library.confirm, "Confirm"), (Library.reject, "Reject")]
    if tag.state is TagState.REJECTED:
        return [(Library.confirm, "Confirm"), (undo, "Undo")]
    if tag.name not in LABELS and tag.score is None:
        return [(Library.reject, "Remove")]
    return [(Library.reject, "Reject"), (undo, "Undo")]


def _show_removed(video: VideoRecord, decided: Mapping[str, JournalEntry]) -> None:
    """Draw a way back where the last decision about this video took a tag away."""
    name, last = list(decided.items())[-1] if decided else ("", None)
    if last is None or last.after is not None or name in {tag.name for tag in video.tags}:
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(f"{safe_text(name)}\nremoved by you", width="content")
        undo = partial(Library.undo, entry=last.id)
        st.button("Undo", key=f"undo_removed_{video.id}", on_click=_decide, args=(undo, video.id, name))


def _show_add(library: Library, video: VideoRecord, typed: str) -> None:
    carried = {tag.name for tag in video.tags if tag.state is not TagState.REJECTED and not tag.is_maybe}
    names = dict.fromkeys([*LABELS, *library.tag_names()])
    _show_field(
        [name for name in names if name not in carried],
        video.key,
        typed,
        on_add=lambda name: _decide(Library.confirm, video.id, name),
    )


def _show_field(names: Sequence[str], video: str, typed: str, on_add: Callable[[str], object]) -> None:
    """Draw the field.

    Args:
        names: the tags that it proposes.
        video: the video's key; for another one the field is empty again.
        typed: what was typed and could not be added, to be mended; else empty.
        on_add: called with what the person chose or typed.
    """

    def added() -> None:
        sent = getattr(st.session_state.get(_FIELD), "add", None)
        if not isinstance(sent, dict):
            return
        st.session_state[_ACKNOWLEDGED] = int(sent["number"])
        for name in sent["names"]:
            on_add(str(name))

    tags = [{"name": name, "shown": safe_text(name)} for name in names]
    acknowledged = st.session_state.get(_ACKNOWLEDGED, 0)
    _field(
        key=_FIELD,
        data={"tags": tags, "video": video, "typed": typed, "acknowledged": acknowledged},
        on_add_change=added,
    )


def _decide(decide: Decision, video_id: int, name: str) -> None:
    """Store a decision; a callback, so that the page below it is drawn with the new tags."""
    try:
        with open_library() as library:
            decide(library, video_id, name)
    except OrganizerError as error:
        st.session_state[_ERROR] = error, name
