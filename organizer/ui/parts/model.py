"""The model in use, and tagging many videos again with it, as a job: from stored features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import BundleError
from organizer.library import Library
from organizer.models.catalogue import DEFAULT, bundles, chosen, open_bundle
from organizer.pipeline.looking_cost import LookingCost, looking_cost
from organizer.text import count, safe_text
from organizer.ui.resources import library_file

if TYPE_CHECKING:
    from organizer.library.jobs import JobState
    from organizer.models.bundle import Bundle

_PANEL = "retag"


def show_model(library: Library) -> None:
    """Draw the name of the model in use, what is left to do for it, and how to get or choose another."""
    with st.expander("Model", icon=":material/model_training:"):
        try:
            bundle = open_bundle()
        except BundleError as error:
            _show_unusable(error)
            return
        st.text(safe_text(f"{bundle.id}: {bundle.summary}"))
        # Every readable video has features of some space; where there is but this one, nothing is counted.
        by_others = set(library.features.spaces()) - {bundle.space_id}
        if by_others and (unseen := library.features.count_without(bundle.space_id)):
            st.markdown(
                f"{count(unseen, 'video')} not looked at with this model yet. **Scan all again** does that."
            )
            st.text(f"It takes {_cost(library, bundle, unseen).words}.")
        if older := library.features.count_tagged_by_others(bundle.id, bundle.space_id):
            st.markdown(
                f"{count(older, 'video')} tagged by another model. **Tag again** gives them its tags."
            )
        others = [other.name for other in bundles() if other.name != chosen()]
        if others:
            st.text(safe_text(f"Also installed: {', '.join(others)}. To choose, on the command line:"))
            st.code(f"organizer models use {others[0]}", language=None, wrap_lines=True)
        if {DEFAULT} == {other.name for other in bundles()}:
            st.text("A larger one, Inception v3 with the features of YouTube-8M, can be fetched:")
            st.code("organizer models pull inception-yt8m", language=None, wrap_lines=True)


def _cost(library: Library, bundle: Bundle, videos: int) -> LookingCost:
    """Return what it costs to look at videos. Times of past scans are read once a job."""
    job = library.jobs.newest()
    last = None if job is None else (job.id, job.state)
    return _known_cost(library, bundle, str(library_file()), bundle.id, bundle.space_id, videos, last)


@st.cache_resource(show_spinner=False, max_entries=8)
def _known_cost(
    _library: Library,
    _bundle: Bundle,
    file: str,
    bundle_id: str,
    space_id: str,
    videos: int,
    last_job: tuple[int, JobState] | None,
) -> LookingCost:
    return looking_cost(_library, _bundle, videos)


def _show_unusable(error: BundleError) -> None:
    st.text(safe_text(str(error)))
    if chosen() != DEFAULT:
        st.text(f"Scans tag with {DEFAULT} until then. To choose it for good, on the command line:")
        st.code("organizer models use auto", language=None, wrap_lines=True)
