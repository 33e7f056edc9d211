"""Tag videos again from their stored features, and tell what changed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from organizer import pipeline
from organizer.errors import UnknownVideoError
from organizer.gallery.cards import title
from organizer.gallery.view_state import ViewState
from organizer.gallery.words import shown
from organizer.library.filters import VideoFilter
from organizer.library.queries import video, video_ids
from organizer.library.store import Store
from organizer.ui.resources import tagger
from organizer.words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_REPORT = "retag_report"
_MAX_LINES = 100


@dataclass(frozen=True, slots=True)
class RetagReport:
    """What tagging again did."""

    asked: int
    tagged: int
    """Videos that have features for this model; the others need a scan."""
    changed: int
    lines: tuple[str, ...]
    """One for each changed video, at most a hundred: its name and the tags that came and went."""


def show_retag(db: Database, view: ViewState, found: int) -> None:
    """Draw the buttons that tag many videos again, and what the last time changed.

    Args:
        db: the library.
        view: the view; where it is filtered, the videos it chooses can be tagged alone.
        found: how many videos it chooses; not looked at while one video is open.
    """
    report: RetagReport | None = st.session_state.get(_REPORT)
    with st.expander("Tag again", icon=":material/sell:", expanded=report is not None):
        st.markdown("From what is stored, no video is opened. What you confirmed or rejected stays.")
        if view.is_filtered and view.video is None:
            label = f"Tag the {count(found, 'chosen video')} again"
            if st.button(label, width="stretch", disabled=not found):
                run_retag(db, video_ids(db, view.filter()))
        if st.button("Tag all videos again", width="stretch"):
            run_retag(db, video_ids(db, VideoFilter()))
        if report is not None:
            _show_report(report)


def run_retag(db: Database, ids: Sequence[int]) -> None:
    """Tag videos again, remember what changed, and draw the page anew.

    Raises:
        BundleError: the model is missing or damaged.
    """
    bar = st.progress(0.0, "Tagging again")
    tagged = changed = 0
    lines: list[str] = []
    with tagger() as shared:
        for progress in pipeline.retag(db, Store(db), shared, ids):
            tagged = progress.tagged
            changed += len(progress.changes)
            for change in progress.changes[: _MAX_LINES - len(lines)]:
                signs = [f"+{name}" for name in change.added] + [f"\u2212{name}" for name in change.removed]
                # A scan beside this may just have given the video's only place to another one.
                with suppress(UnknownVideoError):
                    lines.append(f"{title(video(db, change.video_id))}: {shown(', '.join(signs))}")
            bar.progress(progress.done / progress.total, "Tagging again")
    st.session_state[_REPORT] = RetagReport(len(ids), tagged, changed, tuple(lines))
    st.rerun()


def _show_report(report: RetagReport) -> None:
    st.markdown(f"**{count(report.tagged, 'video')} tagged again, {report.changed:,} changed.**")
    if report.tagged < report.asked:
        st.markdown(f"{count(report.asked - report.tagged, 'video')} need a scan first.")
    if report.lines:
        st.text("\n".join(report.lines))
    if report.changed > len(report.lines):
        st.markdown(f"and {report.changed - len(report.lines):,} more")
    st.button("Dismiss", key="retag_dismiss", on_click=_dismiss)


def _dismiss() -> None:
    st.session_state.pop(_REPORT, None)
