"""What a person does on the page of a video."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from organizer import desktop
from organizer.errors import DesktopError, OrganizerError, UnknownVideoError
from organizer.library.actions import MarkChange
from organizer.pipeline.background_jobs import start_scan
from organizer.pipeline.retag import retag
from organizer.text import safe_text
from organizer.ui import state
from organizer.ui.lessons import LESSONS
from organizer.ui.parts.action_queue import new_actions
from organizer.ui.parts.job_panel import remember_job
from organizer.ui.resources import library_file, open_library, tagger
from organizer.ui.server.contained_file import open_contained
from organizer.ui.walk import step

if TYPE_CHECKING:
    from organizer.library import Library
    from organizer.library.changes import SuggestionChange
    from organizer.library.records import PlaceRecord, VideoRecord

COMPONENT = "detail"
_SAID, _SHOWN, _READ = "actions_said", "actions_video", "actions_read"


@dataclass(frozen=True, slots=True)
class Said:
    """What an action answered; the page says it once."""

    number: int
    """Of the action."""
    words: str
    wrong: bool = False
    """Whether it did not work."""
    typed: str = ""
    """What was typed and could not be added, to be mended."""


def act() -> None:
    """Do what the browser sent; a callback, so that the page is drawn with what came of it."""
    for action in new_actions(COMPONENT):
        words, wrong = _try(action)
        if words:
            typed = str(action.get("tag", "")) if wrong and action["do"] == "add" else ""
            st.session_state[_SAID] = Said(action["number"], safe_text(words), wrong, typed)


def said() -> Said | None:
    """Return what the last action that had something to say answered."""
    found: Said | None = st.session_state.get(_SAID)
    return found


def note_shown(key: str) -> None:
    """Note which video this tab shows: steps go on from there."""
    st.session_state[_SHOWN] = key


def read_anew(library: Library, key: str) -> str | None:
    """Return the key of the video that lies where this tab had one read again; None where it is the same one.

    A file that was copied anew is another video: the one that could not be read is gone then.
    """
    read_key, path = st.session_state.get(_READ, ("", ""))
    if key != read_key:
        return None
    try:
        found = library.video(library.find(path)).key
    except UnknownVideoError:
        return None
    return None if found == key else found


def _try(action: Mapping[str, Any]) -> tuple[str, bool]:
    """Return what an action answers, and whether it did not work."""
    do = _ACTIONS.get(str(action["do"]))
    if do is None:
        return "", False
    try:
        with open_library() as library:
            answer = do(library, action) or ""
        if action["do"] in _DECISIONS:
            LESSONS.answered()
        return answer, False
    except OrganizerError as error:
        return str(error), True


def _video(library: Library, action: Mapping[str, Any]) -> int:
    return library.media.id_of(str(action["key"]))


def _yes(library: Library, action: Mapping[str, Any]) -> None:
    library.confirm(_video(library, action), str(action["tag"]))


def _no(library: Library, action: Mapping[str, Any]) -> None:
    library.reject(_video(library, action), str(action["tag"]))


def _undo(library: Library, action: Mapping[str, Any]) -> None:
    entry = action.get("entry")
    library.undo(_video(library, action), str(action["tag"]), entry=None if entry is None else int(entry))


def _mark(library: Library, action: Mapping[str, Any]) -> None:
    def wanted(mark: str) -> bool | None:
        return bool(action[mark]) if mark in action else None

    rating = min(5, max(0, int(action["rating"]))) if "rating" in action else None
    change = MarkChange(favourite=wanted("favourite"), hidden=wanted("hidden"), rating=rating)
    library.apply(change, [_video(library, action)])


def _go(library: Library, action: Mapping[str, Any]) -> None:
    shown = str(st.session_state.get(_SHOWN, action["key"]))
    if key := step(library, shown, int(action["by"])):
        note_shown(key)
        state.change(video=key)


def _open(library: Library, action: Mapping[str, Any]) -> None:
    key = str(action["to"])
    library.media.id_of(key)
    note_shown(key)
    state.change(video=key)


def _close(_library: Library, _action: Mapping[str, Any]) -> None:
    state.change(video=None)


def _tag_again(library: Library, action: Mapping[str, Any]) -> str:
    with tagger() as shared:
        (answer,) = retag(library, shared, [_video(library, action)])
    if not answer.tagged:
        return "It needs a scan first: nothing is stored for the model in use."
    return (
        f"Tagged again: {_changed(answer.changes[0])}."
        if answer.changes
        else "Tagged again; nothing changed."
    )


def _changed(change: SuggestionChange) -> str:
    signs = [f"+{name}" for name in change.added] + [f"\u2212{name}" for name in change.removed]
    signs += [f"+{name}?" for name in change.maybes_added]
    signs += [f"\u2212{name}?" for name in change.maybes_removed]
    return ", ".join(signs)


def _read_again(library: Library, action: Mapping[str, Any]) -> str:
    record = library.video(_video(library, action))
    remember_job(start_scan(library_file(), [record.path], retry_failed=True))
    st.session_state[_READ] = record.key, record.path
    return "Reading it again."


def _play_elsewhere(library: Library, action: Mapping[str, Any]) -> str:
    desktop.open_in_player(_checked(library.video(_video(library, action))).path)
    return "Opened on the computer that runs the gallery."


def _show_in_folder(library: Library, action: Mapping[str, Any]) -> str:
    desktop.show_in_folder(_checked(library.video(_video(library, action))).path)
    return "Shown on the computer that runs the gallery."


def _checked(record: VideoRecord) -> PlaceRecord:
    """Return the first place of a video that is a regular file inside its root, and no link to elsewhere.

    Raises:
        DesktopError: there is none.
    """
    for place in record.places:
        try:
            os.close(open_contained(place.root, place.relative_path))
        except (OSError, ValueError):
            continue
        return place
    raise DesktopError(
        f"{record.path}: this file is not there now. Connect the drive it lies on, or scan its folder again."
    )


_DECISIONS = {"yes", "add", "no", "undo"}
"""What taught tags learn from."""
_ACTIONS: Mapping[str, Callable[[Library, Mapping[str, Any]], str | None]] = {
    "yes": _yes,
    "add": _yes,
    "no": _no,
    "undo": _undo,
    "mark": _mark,
    "step": _go,
    "open": _open,
    "close": _close,
    "tag_again": _tag_again,
    "read_again": _read_again,
    "play_elsewhere": _play_elsewhere,
    "show_in_folder": _show_in_folder,
}
