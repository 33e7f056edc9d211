"""The plot of the large libraries: time for one video over the number of videos."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

LINES = {
    "insert_ms_per_video": ("store a new video", "#0b6b63"),
    "retag_ms_per_video": ("tag again", "#b3541e"),
    "rescan_ms_per_video": ("rescan unchanged", "#5a4fcf"),
}
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 360, 64, 150, 40, 56


def write_plot(rows: list[dict[str, Any]], file: Path) -> None:
    """Write an SVG with a line for each figure in ``LINES``.

    Args:
        rows: the figures, one row for each number of videos, ascending.
        file: where to write.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_svg(rows), encoding="utf-8")


def _svg(rows: list[dict[str, Any]]) -> str:
    first, last = math.log10(rows[0]["videos"]), math.log10(rows[-1]["videos"])
    top_ms = 1.15 * max(row[name] for row in rows for name in LINES)

    def x(videos: float) -> float:
        share = (math.log10(videos) - first) / (last - first) if last > first else 0.5
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(time_ms: float) -> float:
        return _HEIGHT - _BOTTOM - time_ms / top_ms * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="12" fill="#17211f">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="22" font-size="14">'
        "Milliseconds for one video, by videos in the library</text>",
    ]
    for tick in _ticks(top_ms):
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" '
            'stroke="#d5dcda"/>'
            f'<text x="{_LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g} ms</text>'
        )
    for row in rows:
        parts.append(
            f'<text x="{x(row["videos"]):.1f}" y="{_HEIGHT - 34}" text-anchor="middle">'
            f"{row['videos']:,}</text>"
        )
    for name, (words, colour) in LINES.items():
        points = " ".join(f"{x(row['videos']):.1f},{y(row[name]):.1f}" for row in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(row["videos"]):.1f}" cy="{y(row[name]):.1f}" r="3.5" fill="{colour}"/>'
            for row in rows
        ]
        end = rows[-1][name]
        parts.append(
            f'<text x="{_WIDTH - _RIGHT + 10}" y="{y(end) + 4:.1f}" fill="{colour}">'
            f"{words} {end:.2g} ms</text>"
        )
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 12}">{_words(rows)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _ticks(top: float) -> list[float]:
    step = 10 ** math.floor(math.log10(top))
    step = next(size for size in (step / 5, step / 2, step, 2 * step) if top / size <= 8)
    return [step * number for number in range(int(top / step) + 1)]


def _words(rows: list[dict[str, Any]]) -> str:
    row = rows[-1]
    return (
        f"At {row['videos']:,}: page {row['page_p95_ms']:.0f} ms, text search {row['text_p95_ms']:.0f} ms, "
        f"page script {row['script_p95_ms']:.0f} ms (95th percentiles)"
    )
