"""One video: play it, see what the model says of each second, correct its tags.

Player and labels are components: a click on a second needs no run of the script.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import BundleError, UnknownVideoError
from organizer.gallery import detail
from organizer.gallery.cards import poster_address, title
from organizer.library import Library
from organizer.library.records import Status
from organizer.models.catalogue import maybe_thresholds_of, sampled_by, thresholds_of
from organizer.ui import state
from organizer.ui.parts.component import load_component
from organizer.ui.parts.model import show_retag_one
from organizer.ui.parts.tag_editor import show_tag_editor
from organizer.ui.resources import tagger
from organizer.ui.walk import neighbours

if TYPE_CHECKING:
    from organizer.gallery.detail import LabelRow
    from organizer.gallery.view_state import ViewState
    from organizer.library.records import VideoRecord

_WIDTHS = (1.7, 1)
_player = load_component("player")
_labels = load_component("labels")


def show_detail(library: Library, view: ViewState) -> None:
    """Draw the video that the view names."""
    assert view.video is not None
    _show_steps(library, view)
    try:
        record = library.video(library.media.id_of(view.video))
    except UnknownVideoError:
        with st.container(border=True):
            st.markdown("**This video is not in the library any more.**")
            st.markdown("Go back to the videos; its file may have been replaced by another one.")
        return
    with st.container(key="title"):
        st.text(title(record))
    rows, missing = _rows(library, record)
    left, right = st.columns(_WIDTHS, gap="medium")
    with left:
        poster = poster_address(record) if library.media.with_posters([record.id]) else ""
        part = detail.analysed_part(record, sampled_by(record.bundle))
        note = " ".join(filter(None, [part, missing]))
        # A browser may play what could not be decoded here.
        playable = record.status in {Status.OK, Status.FAILED}
        # Not by the video's key: two underscores in it would be taken for a separator.
        _player(
            key="player",
            data={"key": record.key, "playable": playable, "poster": poster, "note": note},
        )
    with right:
        if problem := detail.why_not_playable(record):
            with st.container(border=True):
                st.text(problem)
        show_tag_editor(library, record)
    left, right = st.columns(_WIDTHS, gap="medium")
    with left:
        if rows:
            st.markdown("**What the model sees**")
            _labels(key="labels", data={"rows": [asdict(row) for row in rows]})
    with right:
        if record.scores:
            show_retag_one(record.id)
        st.markdown("**About this video**")
        with st.container(key="facts"):
            st.text("\n".join(f"{name}: {value}" for name, value in detail.facts(record)))


def _show_steps(library: Library, view: ViewState) -> None:
    """Draw the ways back and to the neighbours on the same page of the grid."""
    before, after = neighbours(library, view)
    with st.container(horizontal=True):
        st.button(
            "All videos", icon=":material/arrow_back:", on_click=lambda: state.change(video=None), key="back"
        )
        st.button(
            "Previous",
            icon=":material/chevron_left:",
            disabled=before is None,
            on_click=lambda: state.change(video=before),
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            disabled=after is None,
            on_click=lambda: state.change(video=after),
        )


def _rows(library: Library, record: VideoRecord) -> tuple[list[LabelRow], str]:
    """Return the rows of the labels, and why there are no strips, where there are none."""
    thresholds = thresholds_of(record.bundle), maybe_thresholds_of(record.bundle)
    if not record.scores:
        return [], ""
    try:
        with tagger() as shared:
            bundle = shared.bundle
            features = dict(library.features.of([record.id], bundle.space_id))
            if record.bundle != bundle.id or record.id not in features:
                words = "Another model scored it: tag it again to see which seconds speak for each label."
                return detail.label_rows(record, *thresholds), words
            (scored,) = shared.score([features[record.id]])
    except BundleError:
        words = "The model that scored it is not installed, so its seconds and thresholds are not shown."
        return detail.label_rows(record, *thresholds), words
    return detail.label_rows(record, *thresholds, bundle.labels, scored), ""
