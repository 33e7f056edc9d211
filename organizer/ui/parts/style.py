"""The little that Streamlit's theme has no option for; constant text, no data in it."""

import streamlit as st

# A picture of our own: Streamlit fetches its icons for tabs from another site.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect x="2" y="5" width="28" height="22" rx="6" fill="#0b6b63"/>'
    '<path d="M13 10.5v11l9-5.5z" fill="#fff"/></svg>'
)

_STYLE = """
<style>
  .stMainBlockContainer { padding-top: 4.25rem; padding-bottom: 3rem; max-width: 1500px; }
  @media (max-width: 640px) {
    .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; padding-top: 3.75rem; }
  }
  .stText, [data-testid="stText"] { white-space: pre-wrap; overflow-wrap: anywhere; font-family: inherit; }
  .st-key-title [data-testid="stText"] { font-size: 1.3rem; font-weight: 650; line-height: 1.35; }
  .st-key-tag_counts [data-testid="stText"] { font-size: 0.85rem; line-height: 1.6; }
  .st-key-facts [data-testid="stText"] { font-size: 0.9rem; line-height: 1.65; }
</style>
"""


def show_style() -> None:
    """Add the style to the page."""
    st.html(_STYLE)
