"""Small plots as inline SVG.

Drawn here and not with a plotting library: three kinds of plot need a hundred lines, take their colours from
the page (so they follow light and dark), scale with it, and ask for no package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LEFT, _TOP, _SIDE, _RIGHT, _BOTTOM = 40, 8, 160, 10, 30
_TICKS = (0.0, 0.5, 1.0)
_BAR_WIDTH, _BAR_HEIGHT = 120, 16


def curve_plot(
    points: Sequence[tuple[float, float]],
    title: str,
    *,
    across: str,
    up: str,
    mark: tuple[float, float] | None = None,
    second: Sequence[tuple[float, float]] = (),
) -> str:
    """Return a square plot from 0 to 1 of one curve, or two.

    Args:
        points: (across, up) of the curve, from left to right.
        title: what it shows, for those who do not see it.
        across: name of the axis below; plain text.
        up: name of the axis on the left; plain text.
        mark: a point to mark on the first curve.
        second: another curve, drawn dashed.
    """
    parts = [_line(points, "curve")]
    if second:
        parts.append(_line(second, "curve second"))
    if mark is not None:
        parts.append(f'<circle class="mark" cx="{_x(mark[0])}" cy="{_y(mark[1])}" r="4"/>')
    return _square(parts, title, across, up)


def reliability_plot(bins: Iterable[tuple[float, float, int]], title: str) -> str:
    """Return claims against truth, with a dot for each bin as large as it has predictions.

    Args:
        bins: (mean score, share that is right, predictions).
        title: what it shows, for those who do not see it.
    """
    bins = list(bins)
    most = max((size for *_, size in bins), default=1)
    parts = [f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>']
    parts.append(_line([(claim, truth) for claim, truth, _ in bins], "curve"))
    for claim, truth, size in bins:
        # The area grows with the logarithm: the lowest bin has a hundred times the predictions of others.
        radius = 2.5 + 4 * (_log(size) / _log(most) if most > 1 else 1)
        parts.append(
            f'<circle class="dot" cx="{_x(claim)}" cy="{_y(truth)}" r="{radius:.1f}">'
            f"<title>claims {claim:.2f}, right {truth:.2f}, {size:,} predictions</title></circle>"
        )
    return _square(parts, title, "score", "share right")


def interval_bar(
    value: float | None, ends: tuple[float, float] | None, *, low: float = 0.0, high: float = 1.0
) -> str:
    """Return a figure and its interval on a scale from ``low`` to ``high``; 0 is marked when inside.

    It repeats what the cell beside it says in numbers, so it is hidden from screen readers.
    """
    if value is None:
        return ""
    span = high - low

    def place(number: float) -> str:
        return f"{4 + (_BAR_WIDTH - 8) * min(1.0, max(0.0, (number - low) / span)):.1f}"

    middle = _BAR_HEIGHT / 2
    parts = [f'<line class="axis" x1="4" x2="{_BAR_WIDTH - 4}" y1="{middle}" y2="{middle}"/>']
    if low < 0 < high:
        parts.append(f'<line class="zero" x1="{place(0)}" x2="{place(0)}" y1="1" y2="{_BAR_HEIGHT - 1}"/>')
    if ends is not None:
        across = f'x1="{place(ends[0])}" x2="{place(ends[1])}"'
        parts.append(f'<line class="interval" {across} y1="{middle}" y2="{middle}"/>')
    parts.append(f'<circle class="dot" cx="{place(value)}" cy="{middle}" r="3.5"/>')
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR_WIDTH} {_BAR_HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
    )


def _square(parts: list[str], title: str, across: str, up: str) -> str:
    from html import escape

    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM
    grid = []
    for tick in _TICKS:
        grid.append(f'<line class="grid" x1="{_x(tick)}" x2="{_x(tick)}" y1="{_y(0)}" y2="{_y(1)}"/>')
        grid.append(f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(tick)}" y2="{_y(tick)}"/>')
        grid.append(f'<text x="{_x(tick)}" y="{_TOP + _SIDE + 12}" text-anchor="middle">{tick:g}</text>')
        grid.append(f'<text x="{_LEFT - 5}" y="{_y(tick)}" dy="3.5" text-anchor="end">{tick:g}</text>')
    middle = _TOP + _SIDE / 2
    names = (
        f'<text x="{_LEFT + _SIDE / 2}" y="{height - 5}" text-anchor="middle">{escape(across)}</text>'
        f'<text transform="translate(9 {middle}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    )
    return (
        f'<svg class="plot" viewBox="0 0 {width} {height}" role="img"><title>{escape(title)}</title>'
        f"{''.join(grid)}{''.join(parts)}{names}</svg>"
    )


def _line(points: Sequence[tuple[float, float]], kind: str) -> str:
    places = " ".join(f"{_x(across)},{_y(up)}" for across, up in points)
    return f'<polyline class="{kind}" points="{places}"/>'


def _x(value: float) -> str:
    return f"{_LEFT + _SIDE * value:.1f}"


def _y(value: float) -> str:
    return f"{_TOP + _SIDE * (1 - value):.1f}"


def _log(number: int) -> float:
    import math

    return math.log(1 + number)
