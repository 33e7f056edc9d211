"""The page of insights: what was filmed when, how much is reviewed, how often the model was right."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from organizer.gallery.insight_plots import (
    ENOUGH_ANSWERS,
    MOST_TAGS,
    filmed_plot,
    model_rows,
    reviewed_shares,
)
from organizer.ui.parts.action_queue import acknowledged
from organizer.ui.parts.component import load_component
from organizer.ui.parts.panel_actions import carry_out

if TYPE_CHECKING:
    from organizer.gallery.view_state import ViewState
    from organizer.library import Library

_INSIGHTS = "insights"
_insights = load_component(_INSIGHTS)


def show_insights(library: Library, _view: ViewState) -> None:
    """Draw all plots."""
    reviewed = library.insights.reviewed()
    tags = list(library.tag_counts())[:MOST_TAGS]
    rows = model_rows(library.insights.answers())
    right, answered = sum(row.right for row in rows), sum(row.answered for row in rows)
    _insights(
        key=_INSIGHTS,
        data={
            "reviewed": {
                "videos": reviewed.videos,
                "shares": [asdict(share) for share in reviewed_shares(reviewed)],
            },
            "filmed": asdict(filmed_plot(library.insights.months(tags), tags)),
            "model": {
                "rows": [asdict(row) for row in rows],
                "right": right,
                "answered": answered,
                "percent": round(100 * right / answered) if answered >= ENOUGH_ANSWERS else None,
            },
            "acknowledged": acknowledged(_INSIGHTS),
        },
        on_act_change=_act,
    )


def _act() -> None:
    carry_out(_INSIGHTS, {})
