"""Addresses of the page for what panels name: the videos of a tag, of a month, of a folder."""

from __future__ import annotations

from urllib.parse import urlencode

from organizer.gallery.view_state import ViewState, to_query
from organizer.query import Expr, all_of, print_query


def videos_link(*terms: Expr) -> str:
    """Return the address of the videos that fit all of some terms."""
    return address_of(ViewState(query=print_query(all_of(*terms))))


def address_of(view: ViewState) -> str:
    """Return the address of a view."""
    return "/?" + urlencode(to_query(view), doseq=True, errors="replace")
