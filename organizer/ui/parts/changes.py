"""What tagging again changed, or would change: how many videos gain or lose which tag, and which videos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from organizer.text import count, safe_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from organizer.library.retag_report import RetagReport, TagDifference

_CHANGES_PX = 280
_MOST_TAGS = 40


def show_differences(report: RetagReport, unsaid: Collection[str] = ()) -> None:
    """Draw the tags that change, and the videos below, folded.

    Args:
        report: what changes.
        unsaid: tags that are never shown.
    """
    lines = [_difference(name, difference) for name, difference in _ordered(report) if name not in unsaid]
    if lines:
        st.text("\n".join(lines[:_MOST_TAGS]))
    if len(lines) > _MOST_TAGS:
        st.markdown(f"and {count(len(lines) - _MOST_TAGS, 'more tag')}")
    kept = sum(difference.kept for difference in report.tags.values())
    if kept:
        st.text(f"Kept as you decided, against the model: {count(kept, 'tag')}")
    if report.changes:
        with st.expander("Which videos"), st.container(height=_CHANGES_PX, border=False):
            show_changes(report)


def _ordered(report: RetagReport) -> list[tuple[str, TagDifference]]:
    changed = [
        (name, each)
        for name, each in report.tags.items()
        if each.added or each.removed or each.maybes_added or each.maybes_removed
    ]
    return sorted(changed, key=lambda item: (-(item[1].added + item[1].removed), item[0].casefold()))


def _difference(name: str, difference: TagDifference) -> str:
    """Return one tag: ``Dance: added to 12 videos, taken from 3; a maybe of 4 more``."""
    parts = []
    if difference.added:
        parts.append(f"added to {count(difference.added, 'video')}")
    if difference.removed:
        parts.append(f"taken from {count(difference.removed, 'video')}")
    if difference.maybes_added:
        parts.append(f"a maybe in {difference.maybes_added:,} more")
    if difference.maybes_removed:
        parts.append(f"a maybe in {difference.maybes_removed:,} fewer")
    return safe_text(f"{name}: {', '.join(parts)}")


def show_changes(report: RetagReport) -> None:
    """Draw a line for each video whose tags changed, as far as the report names them."""
    lines, more = change_lines(report)
    if lines:
        st.text("\n".join(lines))
    if more:
        st.markdown(more)


def change_lines(report: RetagReport) -> tuple[list[str], str]:
    """Return a line for each video whose tags changed, as far as the report names them, and how many more."""
    lines = []
    for change in report.changes:
        signs = [f"+{name}" for name in change.added] + [f"\u2212{name}" for name in change.removed]
        signs += [f"+{name}?" for name in change.maybes_added]
        signs += [f"\u2212{name}?" for name in change.maybes_removed]
        signs += [f"{name} stays as you decided" for name in change.kept]
        lines.append(safe_text(f"{change.title}: {', '.join(signs)}"))
    return lines, f"and {report.changed - len(lines):,} more" if report.changed > len(lines) else ""
