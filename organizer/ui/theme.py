"""How the page looks: colours, font, the tab's picture, and the little that Streamlit has no option for."""

from __future__ import annotations

import streamlit as st

_SYSTEM_FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', "
    "sans-serif"
)

# Every text on its background has a contrast of 4.5:1 or more; tests compute it.
LIGHT = {
    "primaryColor": "#0b6b63",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f3f5f4",
    "textColor": "#17211f",
    "linkColor": "#0b6b63",
    "borderColor": "#d5dcda",
}
DARK = {
    "primaryColor": "#197a71",
    "backgroundColor": "#111716",
    "secondaryBackgroundColor": "#1a2221",
    "textColor": "#e9efed",
    "linkColor": "#6cd0c4",
    "borderColor": "#35413f",
}
_SHAPE: dict[str, str | bool] = {"font": _SYSTEM_FONT, "baseRadius": "10px", "showWidgetBorder": True}

# A picture of our own: Streamlit fetches its icons for tabs from another site.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect x="2" y="5" width="28" height="22" rx="6" fill="#0b6b63"/>'
    '<path d="M13 10.5v11l9-5.5z" fill="#fff"/></svg>'
)

# Constant text, no data in it.
_STYLE = """
<style>
  .stMainBlockContainer { padding-top: 4.25rem; padding-bottom: 3rem; max-width: 1500px; }
  @media (max-width: 640px) {
    .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; padding-top: 3.75rem; }
  }
  .stText, [data-testid="stText"] { white-space: pre-wrap; overflow-wrap: anywhere; font-family: inherit; }
  .st-key-title [data-testid="stText"] { font-size: 1.3rem; font-weight: 650; line-height: 1.35; }
  .st-key-tag_counts [data-testid="stText"] { font-size: 0.85rem; line-height: 1.6; }
  [class*="st-key-tag_row_"] { padding: 0.45rem 0.9rem; }
  /* A long name takes more lines before it pushes its buttons below it. */
  [class*="st-key-tag_row_"] [data-testid="stElementContainer"]:has([data-testid="stText"]) {
    flex: 1 1 6.5rem; min-width: 0;
  }
  [class*="st-key-tag_row_maybe_"] {
    border-style: dashed; border-color: color-mix(in srgb, currentColor 50%, transparent);
  }
  /* What is chosen would have the primary colour, made for areas: as text it is too dark at night. */
  button[data-variant="segmented_control"][aria-checked="true"] {
    color: inherit !important; font-weight: 650;
  }
  .st-key-facts [data-testid="stText"] { font-size: 0.9rem; line-height: 1.65; }
</style>
"""


def show_style() -> None:
    """Add the style to the page."""
    st.html(_STYLE)


def theme_options() -> dict[str, str | bool]:
    """Return Streamlit's options for both themes by dotted name."""
    options = {f"theme.{name}": value for name, value in _SHAPE.items()}
    options |= {f"theme.light.{name}": value for name, value in LIGHT.items()}
    return options | {f"theme.dark.{name}": value for name, value in DARK.items()}
