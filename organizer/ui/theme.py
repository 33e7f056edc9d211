"""How the page looks: colours, font, the tab's picture, and the little that Streamlit has no option for."""

from __future__ import annotations

import streamlit as st

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', "
    "sans-serif"
)

# Every text on its background has a contrast of 4.5:1 or more; tests compute it.
LIGHT = {
    "primaryColor": "#0b6b63",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f1f4f3",
    "textColor": "#17211f",
    "linkColor": "#0b6b63",
    "borderColor": "#d5dcda",
}
DARK = {
    "primaryColor": "#197a71",
    "backgroundColor": "#111716",
    "secondaryBackgroundColor": "#1d2625",
    "textColor": "#e9efed",
    "linkColor": "#6cd0c4",
    "borderColor": "#35413f",
}
WRONG = {"light": "#b3261e", "dark": "#ff8f86"}
"""Of what is wrong: the underline of a mistake, the edge of its words."""
_SHAPE: dict[str, str | bool] = {"font": FONT, "baseRadius": "10px", "showWidgetBorder": True}

# A picture of our own: Streamlit fetches its icons for tabs from another site.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect x="2" y="5" width="28" height="22" rx="6" fill="#0b6b63"/>'
    '<path d="M13 10.5v11l9-5.5z" fill="#fff"/></svg>'
)

# Constant text, no data in it. The names are for our own components too: they are seen through their edge.
_STYLE = f"""
<style>
  :root {{
    --organizer-bar: 60px; --organizer-foot: 0px; --organizer-side: clamp(16px, 2vw, 40px);
    --organizer-beside: 0px; --organizer-wrong: {WRONG["light"]};
  }}
  @media (min-width: 1121px) {{ :root[data-organizer-filters] {{ --organizer-beside: 340px; }} }}
  @media (prefers-color-scheme: dark) {{ :root {{ --organizer-wrong: {WRONG["dark"]}; }} }}
  @media (max-width: 820px) {{ :root {{ --organizer-bar: 58px; --organizer-foot: 60px; }} }}
</style>
"""
_REST = """
<style>
  /* Streamlit's own: its header, hints over fields, links beside headings, what fades while a run goes on. */
  [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stStatusWidget"],
  [data-testid="stDecoration"], [data-testid="stHeaderActionElements"], [data-testid="InputInstructions"],
  [data-testid="stElementToolbar"], [data-testid="stMainMenu"], [data-testid="stSkipToContent"] {
    display: none !important;
  }
  [data-stale="true"] { opacity: 1 !important; }
  .stMainBlockContainer {
    max-width: none; padding: 0 var(--organizer-side) calc(3rem + var(--organizer-foot));
  }
  /* The bar goes over the whole width and stays in sight, also beside the open panel of filters. */
  [data-testid="stLayoutWrapper"]:has(> .st-key-at_top) {
    position: sticky; top: 0; z-index: 100; flex: none;
    width: calc(100% + 2 * var(--organizer-side) + var(--organizer-beside));
    max-width: none;
    margin: 0 calc(-1 * var(--organizer-side) - var(--organizer-beside)) 0 calc(-1 * var(--organizer-side));
  }
  .stMainBlockContainer { padding-right: calc(var(--organizer-side) + var(--organizer-beside)); }
  /* What takes no place of its own. */
  [data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > style:only-child),
  [data-testid="stLayoutWrapper"]:has(> .st-key-at_foot) { position: absolute; height: 0; }

  .stText, [data-testid="stText"] { white-space: pre-wrap; overflow-wrap: anywhere; font-family: inherit; }
  .st-key-title [data-testid="stText"] { font-size: 1.3rem; font-weight: 650; line-height: 1.35; }
  [class*="st-key-tag_row_"] { padding: 0.45rem 0.9rem; }
  /* A long name takes more lines before it pushes its buttons below it. */
  [class*="st-key-tag_row_"] [data-testid="stElementContainer"]:has([data-testid="stText"]) {
    flex: 1 1 6.5rem; min-width: 0;
  }
  [class*="st-key-tag_row_maybe_"] {
    border-style: dashed; border-color: color-mix(in srgb, currentColor 50%, transparent);
  }
  .st-key-facts [data-testid="stText"] { font-size: 0.9rem; line-height: 1.65; }
  /* The view before goes at once, not when the next one is drawn to its end. */
  html[data-organizer-place]:not([data-organizer-place="grid"])
    [data-testid="stLayoutWrapper"]:has(> .st-key-view_grid),
  html[data-organizer-place]:not([data-organizer-place="video"])
    [data-testid="stLayoutWrapper"]:has(> .st-key-view_video),
  html[data-organizer-place]:not([data-organizer-place="panel"])
    [data-testid="stLayoutWrapper"]:has(> .st-key-view_panel) { display: none; }
  html[data-organizer-place="video"] [data-testid="stLayoutWrapper"]:has(> .st-key-at_top) {
    margin-bottom: -1rem;
  }
  /* While suggestions are asked about, what is said in passing lies over no button and no player: between the
     place and "Other suggestions"; on a phone, where these fill their line, over the search. */
  html[data-organizer-asks] {
    --organizer-said-at: max(var(--organizer-bar), var(--organizer-asks-top, 0px)) auto auto 50%;
    --organizer-said-width: 26rem; --organizer-said-before: none;
  }
  @media (max-width: 820px) {
    html[data-organizer-asks] {
      --organizer-said-at: 4px auto auto 50%; --organizer-said-over: 110; --organizer-said-width: 100vw;
    }
  }
  .st-key-view_panel { max-width: 64rem; margin: 0 auto; }
  .st-key-retag h2 { padding: 1rem 0 0; font-size: 1.08rem; font-weight: 650; }
</style>
"""


def show_style() -> None:
    """Add the style to the page."""
    st.html(_STYLE + _REST)


def theme_options() -> dict[str, str | bool]:
    """Return Streamlit's options for both themes by dotted name."""
    options = {f"theme.{name}": value for name, value in _SHAPE.items()}
    options |= {f"theme.light.{name}": value for name, value in LIGHT.items()}
    return options | {f"theme.dark.{name}": value for name, value in DARK.items()}
