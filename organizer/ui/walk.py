"""Going through videos: what Previous and Next on the page of a video mean.

They follow the whole result as it was when a video was opened from it, in its order. A decision may take that
video out of the filter that found it, as one about a maybe does; the way goes on from there all the same.
After a reload the result is that of now; a video that is not in it any more stands where it would.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import UnknownVideoError
from organizer.library.filters import VideoFilter
from organizer.ui.kept_lists import LISTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.gallery.view_state import ViewState
    from organizer.library import Library

_WALK, _FROM_GRID = "walk", "walk_from_grid"
_AT_ONCE = 64
"""Videos whose keys are asked for together, where some of the next ones are gone from the library."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """The result that a tab goes through."""

    view: ViewState
    """Without a video and a page."""
    ids: array[int]
    """Eight bytes a video."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What lies around a video."""

    before: str | None
    """Key of the video before it; None where there is none."""
    after: str | None
    place: int
    """From 1; 0 where the video is not part of the result."""
    total: int


def steps(library: Library, view: ViewState, video_id: int) -> Steps:
    """Return what lies around a video in the result that the view was opened with."""
    ids = _ids(library, view, video_id)
    here = _index(ids, video_id)
    if here is None:
        return Steps(None, None, 0, len(ids))
    return Steps(_next_key(library, ids, here, -1), _next_key(library, ids, here, 1), here + 1, len(ids))


def step(library: Library, key: str, by: int) -> str | None:
    """Return the key of the video ``by`` steps from another one in this tab's result, as far as it goes.

    Args:
        library: the library.
        key: of the video to start from.
        by: forward, or backward where it is negative.
    """
    walk: _Walk | None = st.session_state.get(_WALK)
    if walk is None:
        return None
    try:
        here = _index(walk.ids, library.media.id_of(key))
    except UnknownVideoError:
        return None
    if here is None:
        return None
    direction = 1 if by > 0 else -1
    found: str | None = None
    for _ in range(abs(by)):
        next_key = _next_key(library, walk.ids, here, direction)
        if next_key is None:
            break
        found = next_key
        here = _index(walk.ids, library.media.id_of(next_key)) or 0
    return found


def forget_walk() -> None:
    """Begin anew with the next video that is opened: the grid shows what fits now."""
    st.session_state.pop(_WALK, None)
    st.session_state[_FROM_GRID] = True


def _ids(library: Library, view: ViewState, video_id: int) -> array[int]:
    """Return the ids to go through, as they were when this tab first asked."""
    result = replace(view, video=None)
    walk: _Walk | None = st.session_state.get(_WALK)
    if walk is None or walk.view != result or _index(walk.ids, video_id) is None:
        ids = _list_of_grid(result, video_id) or array("q", library.ids(result.filter()))
        if _index(ids, video_id) is None:
            ids = _with(ids, video_id, _everything(library, result))
        walk = _Walk(result, ids)
        st.session_state[_WALK] = walk
    return walk.ids


def _list_of_grid(result: ViewState, video_id: int) -> array[int] | None:
    """Return the list that the grid of this tab showed a moment ago, where the video was opened from it.

    It is what the person saw, and it need not be asked for again.
    """
    if not st.session_state.pop(_FROM_GRID, False):
        return None
    kept = LISTS.latest(result.filter())
    return None if kept is None or _index(kept.listed.ids, video_id) is None else kept.listed.ids


def _everything(library: Library, view: ViewState) -> Sequence[int]:
    """Return all videos in the order of a view."""
    chosen = view.filter()
    everything = VideoFilter(sort=chosen.sort, descending=chosen.descending, hidden=None, live=None)
    return library.ids(everything)


def _with(ids: array[int], video_id: int, everything: Sequence[int]) -> array[int]:
    """Return a result with a video that is not in it, where it would stand; as it is where it stands nowhere.

    Args:
        ids: the result.
        video_id: the video.
        everything: all videos in the same order.
    """
    if video_id not in everything:
        return ids
    chosen = set(ids)
    here = everything.index(video_id)
    before = next((id_ for id_ in reversed(everything[:here]) if id_ in chosen), None)
    at = 0 if before is None else ids.index(before) + 1
    return ids[:at] + array("q", [video_id]) + ids[at:]


def _index(ids: array[int], video_id: int) -> int | None:
    try:
        return ids.index(video_id)
    except ValueError:
        return None


def _next_key(library: Library, ids: array[int], here: int, direction: int) -> str | None:
    """Return the key of the nearest video in a direction that is in the library still."""
    end = len(ids) if direction > 0 else -1
    first = here + direction
    # Nearly always the very next one is there.
    many = 1
    while first != end and 0 <= first < len(ids):
        last = max(-1, min(len(ids), first + direction * many))
        asked = [ids[index] for index in range(first, last, direction)]
        if keys := library.media.keys_of(asked):
            return keys[0]
        first, many = last, _AT_ONCE
    return None
