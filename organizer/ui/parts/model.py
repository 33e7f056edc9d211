"""Which model tags the videos, and that there are others."""

from __future__ import annotations

import streamlit as st

from organizer.errors import BundleError
from organizer.gallery.words import shown
from organizer.library import Library
from organizer.models.catalogue import DEFAULT, bundles, chosen, open_bundle
from organizer.text import count


def show_model(library: Library) -> None:
    """Draw the name of the model in use, what is left to do for it, and how to get or choose another."""
    with st.expander("Model", icon=":material/model_training:"):
        try:
            bundle = open_bundle()
        except BundleError as error:
            _show_unusable(error)
            return
        st.text(shown(f"{bundle.id}: {bundle.summary}"))
        # Every readable video has features of some space; where there is but this one, nothing is counted.
        by_others = set(library.features.spaces()) - {bundle.space_id}
        if by_others and (unseen := library.features.count_without(bundle.space_id)):
            st.markdown(
                f"{count(unseen, 'video')} not looked at with this model yet. **Scan all again** does that."
            )
        if older := library.features.count_tagged_by_others(bundle.id, bundle.space_id):
            st.markdown(
                f"{count(older, 'video')} tagged by another model. **Tag again** gives them its tags."
            )
        others = [other.name for other in bundles() if other.name != chosen()]
        if others:
            st.text(shown(f"Also installed: {', '.join(others)}. To choose, on the command line:"))
            st.code(f"organizer models use {others[0]}", language=None, wrap_lines=True)
        if {DEFAULT} == {other.name for other in bundles()}:
            st.text("A larger one, Inception v3 with the features of YouTube-8M, can be fetched:")
            st.code("organizer models pull inception-yt8m", language=None, wrap_lines=True)


def _show_unusable(error: BundleError) -> None:
    st.text(shown(str(error)))
    if chosen() != DEFAULT:
        st.text(f"Scans tag with {DEFAULT} until then. To choose it for good, on the command line:")
        st.code("organizer models use auto", language=None, wrap_lines=True)
