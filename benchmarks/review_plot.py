"""The plot of docs/review.md: mean average precision of all tags by the number of answers, in two orders."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 620, 340, 60, 20, 20, 50
_STYLE = """
<style>
  text { font: 13px system-ui, sans-serif; fill: #17211f; }
  .grid { stroke: #d5dcda; } .line { fill: none; stroke-width: 2.5; }
  .review { stroke: #0b6b63; fill: #0b6b63; }
  .random { stroke: #8a5a00; fill: #8a5a00; stroke-dasharray: 6 4; }
  .line.review, .line.random { fill: none; } circle { stroke-dasharray: none !important; }
  text.review, text.random { stroke: none; font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e9efed; } .grid { stroke: #35413f; }
    .review { stroke: #6cd0c4; fill: #6cd0c4; } .random { stroke: #e0b060; fill: #e0b060; }
  }
</style>
"""


def write_plot(rows: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Draw the rows of a result; the answers double from mark to mark."""
    values = [row[name] for row in rows for name in ("review", "random")]
    low, high = math.floor(min(values) * 50) / 50, math.ceil(max(values) * 50) / 50
    steps = math.log2(rows[-1]["answers"] / rows[0]["answers"])

    def x(answers: int) -> float:
        share = math.log2(answers / rows[0]["answers"]) / steps
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    span = f"{rows[0]['answers']} to {rows[-1]['answers']} answers"
    parts = [
        f"<title>Mean average precision of all tags after {span}, in a review and in random order</title>",
        _STYLE,
    ]
    for step in range(round((high - low) * 50) + 1):
        value = low + step / 50
        up, end = y(value), _WIDTH - _RIGHT
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{end}" y1="{up:.1f}" y2="{up:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{up + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for row in rows:
        across, words = x(row["answers"]), row["answers"]
        parts.append(f'<text x="{across:.1f}" y="{_HEIGHT - 30}" text-anchor="middle">{words}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">answers</text>')
    for name, words, above in (("random", "random order", 34), ("review", "review", -12)):
        points = [(x(row["answers"]), y(row[name])) for row in rows]
        line = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
        parts.append(f'<polyline class="line {name}" points="{line}"/>')
        parts += [
            f'<circle class="{name}" cx="{across:.1f}" cy="{up:.1f}" r="3.5"/>' for across, up in points
        ]
        across, up = points[-2]
        parts.append(
            f'<text class="{name}" x="{across:.1f}" y="{up + above:.1f}" text-anchor="middle">{words}</text>'
        )
    body = "\n".join(parts)
    file.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">\n{body}\n</svg>\n',
        encoding="utf-8",
    )
