"""Small plots as inline SVG.

Drawn here and not with a plotting library: three kinds of plot need a hundred lines, take their colours from
the page (so they follow light and dark), scale with it, and ask for no package.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from organizer.training.measure.bootstrap import Interval
    from organizer.training.measure.curves import ReliabilityBin

_LEFT, _TOP, _SIDE, _RIGHT, _BOTTOM = 40, 8, 160, 10, 30
_TICKS = (0.0, 0.5, 1.0)
_BAR_WIDTH, _BAR_HEIGHT = 120, 16


def curve_plot(
    points: Sequence[tuple[float, float]],
    title: str,
    *,
    across: str,
    up: str,
    marks: Sequence[tuple[float, float]] = (),
    second: Sequence[tuple[float, float]] = (),
) -> Markup:
    """Return a square plot from 0 to 1 of one curve, or two.

    Args:
        points: (across, up) of the curve, from left to right.
        title: what it shows, for those who do not see it.
        across: name of the axis below.
        up: name of the axis on the left.
        marks: points to mark on the first curve.
        second: another curve, drawn dashed.
    """
    parts = [_line(points, "curve")]
    if second:
        parts.append(_line(second, "curve second"))
    for mark in marks:
        parts.append(_fill('<circle class="mark" cx="{}" cy="{}" r="4"/>', _x(mark[0]), _y(mark[1])))
    return _square(parts, title, across, up)


def reliability_plot(bins: Sequence[ReliabilityBin], title: str) -> Markup:
    """Return claims against truth, with a dot for each bin as large as it has predictions.

    Args:
        bins: from low scores to high ones.
        title: what it shows, for those who do not see it.
    """
    most = max((bin_.predictions for bin_ in bins), default=1)
    parts = [_segment("ideal", (_x(0), _y(0)), (_x(1), _y(1)))]
    parts.append(_line([(bin_.mean_score, bin_.share_right) for bin_ in bins], "curve"))
    for bin_ in bins:
        # The area grows with the logarithm: the lowest bin has a hundred times the predictions of others.
        radius = 2.5 + 4 * (math.log1p(bin_.predictions) / math.log1p(most) if most > 1 else 1)
        parts.append(
            _fill(
                '<circle class="dot" cx="{}" cy="{}" r="{:.1f}">'
                "<title>claims {:.2f}, right {:.2f}, {:,} predictions</title></circle>",
                _x(bin_.mean_score),
                _y(bin_.share_right),
                radius,
                bin_.mean_score,
                bin_.share_right,
                bin_.predictions,
            )
        )
    return _square(parts, title, "score", "share right")


def interval_bar(
    value: float | None, interval: Interval | None, *, low: float = 0.0, high: float = 1.0
) -> Markup:
    """Return a figure and its interval on a scale from ``low`` to ``high``; 0 is marked when inside.

    It repeats what the cell beside it says in numbers, so it is hidden from screen readers.
    """
    if value is None:
        return _fill("")

    def place(number: float) -> str:
        share = (number - low) / (high - low)
        return f"{4 + (_BAR_WIDTH - 8) * min(1.0, max(0.0, share)):.1f}"

    middle = f"{_BAR_HEIGHT / 2}"
    parts = [_segment("axis", ("4", middle), (f"{_BAR_WIDTH - 4}", middle))]
    if low < 0 < high:
        parts.append(_segment("zero", (place(0), "1"), (place(0), f"{_BAR_HEIGHT - 1}")))
    if interval is not None:
        parts.append(_segment("interval", (place(interval.low), middle), (place(interval.high), middle)))
    parts.append(_fill('<circle class="dot" cx="{}" cy="{}" r="3.5"/>', place(value), middle))
    return _fill(
        '<svg class="bar" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>',
        _BAR_WIDTH,
        _BAR_HEIGHT,
        _joined(parts),
    )


def _square(parts: list[Markup], title: str, across: str, up: str) -> Markup:
    grid = []
    for tick in _TICKS:
        grid.append(_segment("grid", (_x(tick), _y(0)), (_x(tick), _y(1))))
        grid.append(_segment("grid", (_x(0), _y(tick)), (_x(1), _y(tick))))
        grid.append(
            _fill('<text x="{}" y="{}" text-anchor="middle">{:g}</text>', _x(tick), _TOP + _SIDE + 12, tick)
        )
        grid.append(
            _fill('<text x="{}" y="{}" dy="3.5" text-anchor="end">{:g}</text>', _LEFT - 5, _y(tick), tick)
        )
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM
    return _fill(
        '<svg class="plot" viewBox="0 0 {} {}" role="img"><title>{}</title>{}{}'
        '<text x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text transform="translate(9 {}) rotate(-90)" text-anchor="middle">{}</text></svg>',
        width,
        height,
        title,
        _joined(grid),
        _joined(parts),
        _LEFT + _SIDE / 2,
        height - 5,
        across,
        _TOP + _SIDE / 2,
        up,
    )


def _line(points: Iterable[tuple[float, float]], kind: str) -> Markup:
    places = " ".join(f"{_x(across)},{_y(up)}" for across, up in points)
    return _fill('<polyline class="{}" points="{}"/>', kind, places)


def _segment(kind: str, start: tuple[str, str], end: tuple[str, str]) -> Markup:
    return _fill('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>', kind, *start, *end)


def _fill(template: str, *values: object) -> Markup:
    """Return markup with values in it; those that are no markup themselves are escaped."""
    from markupsafe import Markup

    return Markup(template).format(*values)


def _joined(parts: Iterable[Markup]) -> Markup:
    return _fill("").join(parts)


def _x(value: float) -> str:
    return f"{_LEFT + _SIDE * value:.1f}"


def _y(value: float) -> str:
    return f"{_TOP + _SIDE * (1 - value):.1f}"
