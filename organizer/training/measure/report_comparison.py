"""The part of the report that compares two models."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from organizer.training.measure.svg import interval_bar
from organizer.training.measure.words import NAMES, number, signed, signed_span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organizer.training.measure.compare import Change, Comparison, Difference

_MOST_CHANGES = 40
_SHORTEST_SCALE = 0.02


def comparison_section(comparison: Comparison, first: str, second: str) -> str:
    """Return the section; differences are the second model's figures minus the first's."""
    names = first, second
    return (
        f"<h2>{escape(second)} against {escape(first)}</h2>"
        "<p class='soft'>Both were measured on the same videos. A difference counts as told apart where 95 % "
        "of the draws of sources leave it on one side of 0. With many rows, one in twenty is told apart by "
        "chance.</p>"
        f"{_table('figure', names, comparison.headline)}"
        f"<h3>Average precision of each label</h3>{_table('label', names, comparison.labels)}"
        f"{_changes(comparison.changes, first, second)}"
    )


def _table(what: str, models: tuple[str, str], rows: Sequence[Difference]) -> str:
    ends = [end for row in rows if row.interval for end in (abs(row.interval.low), abs(row.interval.high))]
    reach = max([_SHORTEST_SCALE, *ends])
    body = "".join(_row(row, NAMES.get(row.name, row.name), reach) for row in rows)
    # What matters comes first: on a narrow screen the rest is scrolled to.
    return (
        f'<div class="wide"><table><thead><tr><th>{what}</th><th>difference</th>'
        '<th class="words">95 % interval</th>'
        f"<th>{escape(models[0])}</th><th>{escape(models[1])}</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(row: Difference, name: str, reach: float) -> str:
    ends = None if row.interval is None else (row.interval.low, row.interval.high)
    kind = row.verdict if row.verdict in {"better", "worse"} else "soft"
    return (
        f'<tr><th scope="row">{escape(name)}</th>'
        f'<td>{signed(row.difference)}<br><span class="small {kind}">{row.verdict}</span></td>'
        f'<td class="words">{interval_bar(row.difference, ends, low=-reach, high=reach)}'
        f'<span class="small soft">{signed_span(row.interval)}</span></td>'
        f"<td>{number(row.first)}</td><td>{number(row.second)}</td></tr>"
    )


def _changes(changes: Sequence[Change], first: str, second: str) -> str:
    if not changes:
        return "<p>No video has another best label or other tags.</p>"
    won = sum(change.right_now and not change.right_before for change in changes)
    lost = sum(change.right_before and not change.right_now for change in changes)
    # Those that turned right or wrong come first.
    ranked = sorted(changes, key=lambda change: change.right_now == change.right_before)
    rows = "".join(_change(change) for change in ranked[:_MOST_CHANGES])
    more = len(changes) - _MOST_CHANGES
    rest = f'<p class="small soft">... and {more:,} more.</p>' if more > 0 else ""
    return (
        f"<h3>Videos that changed</h3><p>{len(changes):,} videos have another best label or other tags. The "
        f"best label turned right for {won:,} and wrong for {lost:,}.</p>"
        '<div class="wide"><table><thead><tr><th>video</th><th class="words">its labels</th>'
        f'<th class="words">best of {escape(first)}</th><th class="words">best of {escape(second)}</th>'
        f'<th class="words">tags</th></tr></thead><tbody>{rows}</tbody></table></div>{rest}'
    )


def _change(change: Change) -> str:
    turned = ""
    if change.right_now != change.right_before:
        turned = " better" if change.right_now else " worse"
    tags = [f"+{tag}" for tag in change.gained] + [f"-{tag}" for tag in change.lost]
    return (
        f'<tr><td class="wrap">{escape(change.name)}</td>'
        f'<td class="words">{escape(", ".join(change.labels) or "none")}</td>'
        f'<td class="words">{escape(change.first_best)}</td>'
        f'<td class="words{turned}">{escape(change.second_best)}</td>'
        f'<td class="words">{escape(" ".join(tags))}</td></tr>'
    )
