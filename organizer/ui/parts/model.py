"""The model in use, and tagging again with it: from stored features, many videos as a job, one at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from organizer.errors import BundleError, OrganizerError
from organizer.gallery.cards import title
from organizer.library import Library
from organizer.library.jobs import RetagChange, RetagReport, running_words
from organizer.models.catalogue import DEFAULT, bundles, chosen, open_bundle
from organizer.pipeline.background_jobs import start_retag
from organizer.pipeline.looking_cost import LookingCost, looking_cost
from organizer.pipeline.retag import retag
from organizer.text import count, safe_text
from organizer.ui.errors import show_error
from organizer.ui.parts.job_panel import show_changes, show_why_not_started, start_job
from organizer.ui.resources import library_file, open_library, tagger

if TYPE_CHECKING:
    from organizer.gallery.view_state import ViewState
    from organizer.library.filters import VideoFilter
    from organizer.library.jobs import JobState
    from organizer.models.bundle import Bundle

_PANEL = "retag"
_ONE = "retagged_video"


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


def show_retag(library: Library, view: ViewState, found: int) -> None:
    """Draw the buttons that tag many videos again.

    Args:
        library: the library.
        view: the view; where it is filtered, the videos it chooses can be tagged alone.
        found: how many videos it chooses; not looked at while one video is open.
    """
    job = library.jobs.newest()
    busy = job is not None and not job.finished
    with st.expander("Tag again", icon=":material/sell:"):
        st.markdown("From what is stored, no video is opened. What you confirmed or rejected stays.")
        if view.is_filtered and view.video is None:
            label = f"Tag the {count(found, 'chosen video')} again"
            st.button(
                label,
                key="retag_chosen",
                width="stretch",
                disabled=not found or busy,
                on_click=_start,
                args=(view.filter(),),
            )
        st.button(
            "Tag all videos again",
            key="retag_all",
            width="stretch",
            disabled=busy,
            on_click=_start,
            args=(None,),
        )
        show_why_not_started(_PANEL)
        if job is not None and busy:
            st.markdown(f"{running_words(job.kind)} This waits for its end.")


def _start(chosen: VideoFilter | None) -> None:
    """Tag the chosen videos again, or all."""

    def start() -> int:
        if chosen is None:
            return start_retag(library_file(), None)
        with open_library() as library:
            ids = library.ids(chosen)
        return start_retag(library_file(), ids)

    start_job(start, _PANEL)


def show_retag_one(video_id: int) -> None:
    """Draw the button that tags one video again, and what that changed."""
    # A callback: no click elsewhere stops one, as it would stop a run of the script.
    st.button("Tag this video again", icon=":material/sell:", on_click=_retag_one, args=(video_id,))
    id_, outcome = st.session_state.pop(_ONE, (None, None))
    if id_ != video_id:
        return
    if isinstance(outcome, OrganizerError):
        show_error(outcome)
    elif isinstance(outcome, RetagReport) and not outcome.tagged:
        st.markdown("It needs a scan first: nothing is stored for the model in use.")
    elif isinstance(outcome, RetagReport):
        st.markdown("Tagged again." if outcome.changed else "Tagged again; nothing changed.")
        show_changes(outcome)


def _retag_one(video_id: int) -> None:
    outcome: RetagReport | OrganizerError
    try:
        with open_library() as library, tagger() as shared:
            (step,) = retag(library, shared, [video_id])
            changes = tuple(
                RetagChange(
                    title(library.video(video_id)),
                    change.added,
                    change.removed,
                    change.maybes_added,
                    change.maybes_removed,
                )
                for change in step.changes
            )
        outcome = RetagReport(1, step.tagged, len(changes), changes)
    except OrganizerError as error:
        outcome = error
    st.session_state[_ONE] = (video_id, outcome)
