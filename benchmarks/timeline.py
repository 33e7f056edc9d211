"""How quick the gallery's timeline is in a browser: python -m benchmarks timeline [VIDEOS] [--library FILE].

A library is made as in ``large_library``, but with pictures that a browser shows; one that lies somewhere may
be named instead, and is copied. Headless Chromium opens the gallery of it and measures, warm:

- the first grid: from an address to all cards in sight with their pictures;
- a search: from a chosen filter to the new cards in sight, with their pictures;
- 50 screens of scrolling: how long any card in sight was blank, without its words or its picture;
- memory of the page after these, after 500 more screens, and after jumps through all years.

Prints them; writes ``results/timeline.json`` when it runs with the default.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import results_file
from benchmarks.large_seed import seed_large
from organizer.library import Library

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

VIDEOS = 100_000
PICTURES = 120
_SCREENS, _MORE_SCREENS, _JUMPS = 50, 500, 60
_SEARCHES = (
    "tag:Animal", "tag:Food", "date:2019", "tag:Dance -tag:Concert", "is:untagged", "name:geburtstag",
    "folder:zoo", "length:<30s", "is:confirmed", "tag:Vehicle date:2012..2015", "is:failed", "kreta",
)  # fmt: skip
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-precise-memory-info"]

_IN_SIGHT = """
() => {
  // The cards in sight, and which of them are blank: without their words, or without the picture they have.
  const hosts = [...document.querySelectorAll("*")].filter((node) => node.shadowRoot);
  const host = hosts.find((node) => node.shadowRoot.querySelector(".timeline"));
  if (!host) return null;
  const outside = document.querySelector('[data-testid="stMain"]').getBoundingClientRect();
  const cards = [...host.shadowRoot.querySelectorAll(".card")].filter((card) => {
    const box = card.getBoundingClientRect();
    return box.bottom > outside.top + 60 && box.top < outside.bottom;
  });
  const isBlank = (card) => {
    const image = card.querySelector(".picture > img");
    return card.classList.contains("waiting") || (image && !(image.complete && image.naturalWidth));
  };
  const timeline = host.shadowRoot.querySelector(".timeline");
  return {
    cards: cards.length, blank: cards.filter(isBlank).length, version: timeline.dataset.version, isBlank,
    now: cards,
  };
}
"""
_READY = f"""
(before) => {{
  const at = ({_IN_SIGHT})();
  return at && at.cards && !at.blank && at.version !== before;
}}
"""
_VERSION = f"() => ({_IN_SIGHT})().version"
_WATCH = f"""
() => {{
  const watched = (window.watched = {{ since: new Map(), longest: 0, spans: [], ends: false }});
  const look = () => {{
    const now = performance.now();
    const {{ now: cards, isBlank }} = ({_IN_SIGHT})();
    const blank = new Set(cards.filter(isBlank));
    for (const card of blank) if (!watched.since.has(card)) watched.since.set(card, now);
    for (const [card, from] of watched.since) {{
      watched.longest = Math.max(watched.longest, now - from);
      if (blank.has(card)) continue;
      watched.spans.push(now - from);
      watched.since.delete(card);
    }}
    if (!watched.ends) requestAnimationFrame(look);
  }};
  look();
}}
"""
_SEARCH = "text => window.dispatchEvent(new CustomEvent('organizer-search', { detail: { text } }))"


def pictures(count: int = PICTURES) -> list[bytes]:
    """Return posters as large as those of scans: soft colours with grain, of both shapes."""
    from PIL import Image

    draw = np.random.default_rng(3)
    made = []
    for number in range(count):
        size = (384, 216) if number % 4 else (216, 384)
        small = Image.fromarray(draw.integers(20, 235, (5, 7, 3), dtype=np.uint8))
        soft = np.asarray(small.resize(size, Image.Resampling.BICUBIC)).astype(int)
        grain = soft + draw.normal(0, 7, (*soft.shape[:2], 1))
        file = io.BytesIO()
        Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(file, "webp", quality=75)
        made.append(file.getvalue())
    return made


def measure(address: str, *, runs: int) -> dict[str, Any]:
    """Open the gallery at an address and return all figures.

    Args:
        address: of a running gallery.
        runs: of the first grid and of each search.
    """
    from playwright.sync_api import sync_playwright

    program = (
        os.environ.get("ORGANIZER_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        # Not counted: the server's first run of the script loads what it needs.
        _first_grid(browser, address)
        firsts = [_first_grid(browser, address) for _ in range(runs)]
        tab = _tab(browser)
        tab.goto(address)
        _wait(tab, None)
        figures = spread("first_grid", firsts) | spread("search", _searches(tab, runs))
        tab.evaluate(_SEARCH, "")
        tab.goto(address)
        _wait(tab, None)
        before = _memory(tab)
        figures |= _scrolling(tab)
        figures |= _growth(tab, before)
        browser.close()
    return figures


def _tab(browser: Browser) -> Page:
    return browser.new_context(viewport={"width": 1440, "height": 900}).new_page()


def _wait(tab: Page, before: str | None) -> None:
    tab.wait_for_function(_READY, arg=before, polling="raf", timeout=60_000)


def _first_grid(browser: Browser, address: str) -> float:
    """Return milliseconds from an address to all cards in sight, in a browser that has seen none of them."""
    tab = _tab(browser)
    started = time.perf_counter()
    tab.goto(address, wait_until="commit")
    _wait(tab, None)
    taken_ms = 1000 * (time.perf_counter() - started)
    tab.context.close()
    return taken_ms


def _searches(tab: Page, runs: int) -> list[float]:
    """Return milliseconds from each search to its cards in sight."""
    times = []
    for _ in range(max(1, runs // 4)):
        for text in _SEARCHES:
            before = tab.evaluate(_VERSION)
            started = time.perf_counter()
            tab.evaluate(_SEARCH, text)
            _wait(tab, before)
            times.append(1000 * (time.perf_counter() - started))
            # The page's script runs too; the next click is a person's.
            time.sleep(0.6)
    return times


def _scrolling(tab: Page) -> dict[str, float]:
    """Scroll by screens, as fast as a hand does, and say how long cards were blank."""
    tab.mouse.move(700, 500)
    tab.evaluate(_WATCH)
    for _ in range(_SCREENS):
        for _ in range(4):
            tab.mouse.wheel(0, 225)
            time.sleep(0.03)
        time.sleep(0.18)
    time.sleep(1)
    watched = tab.evaluate("() => { window.watched.ends = true; return window.watched; }")
    spans = sorted(watched["spans"]) or [0.0]
    scrolled = tab.get_by_test_id("stMain").evaluate("node => node.scrollTop / node.clientHeight")
    return {
        "screens_scrolled": scrolled,
        "cards_seen_blank": len(watched["spans"]),
        "blank_longest_ms": watched["longest"],
        "blank_p95_ms": spans[int(0.95 * (len(spans) - 1))],
        "blank_median_ms": statistics.median(spans),
    }


def _growth(tab: Page, before: dict[str, float]) -> dict[str, float]:
    figures = {f"{name}_at_first": value for name, value in before.items()}
    figures |= {f"{name}_after_{_SCREENS}_screens": value for name, value in _memory(tab).items()}
    for _ in range(_MORE_SCREENS):
        tab.mouse.wheel(0, 900)
        time.sleep(0.03)
    figures |= {f"{name}_after_{_SCREENS + _MORE_SCREENS}_screens": v for name, v in _memory(tab).items()}
    box = tab.get_by_role("slider", name="Month").bounding_box()
    assert box is not None
    for jump in range(_JUMPS):
        tab.mouse.click(box["x"] + 30, box["y"] + 2 + (box["height"] - 4) * (jump * 37 % _JUMPS) / _JUMPS)
        time.sleep(0.15)
    return figures | {f"{name}_after_jumps": value for name, value in _memory(tab).items()}


def _memory(tab: Page) -> dict[str, float]:
    """Return what the page holds once what it dropped was collected: megabytes of data, and nodes."""
    time.sleep(0.5)
    session = tab.context.new_cdp_session(tab)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return {"heap_mb": metrics["JSHeapUsedSize"] / 1e6, "nodes": metrics["Nodes"]}


def spread(name: str, times_ms: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and how many there were, as figures whose names begin with ``name``."""
    ordered = sorted(times_ms)
    return {
        f"{name}_median_ms": statistics.median(ordered),
        f"{name}_p95_ms": ordered[int(0.95 * (len(ordered) - 1) + 0.5)],
        f"{name}_runs": len(ordered),
    }


def library_options(about: str | None, *, runs: int) -> argparse.Namespace:
    """Return the options of a benchmark that opens a large library, as they were given."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("videos", type=int, nargs="?", default=VIDEOS)
    parser.add_argument("--library", type=Path, help="one that lies somewhere; it is copied")
    parser.add_argument("--folder", type=Path, help="where the library is made; 3 GB for 100,000 videos")
    parser.add_argument("--runs", type=int, default=runs)
    return parser.parse_args()


def large_library(folder: Path, options: argparse.Namespace) -> Path:
    """Make or copy the library that the options ask for, with pictures that a browser shows."""
    from tests.fakes import colour_bundle

    library = folder / "library.db"
    if options.library:
        shutil.copy(options.library, library)
    else:
        bundle = colour_bundle(maybe_threshold=0.42)
        seed_large(library, folder / "files", options.videos, bundle, posters=pictures())
    return library


def main() -> None:
    """Make or copy a library, measure, print, write."""
    from tests.gallery_server.process import running_gallery

    options = library_options(__doc__, runs=20)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        library = large_library(Path(folder), options)
        # One of before is brought up to date first.
        with Library.open(library) as opened:
            found = opened.count()
        with running_gallery(library) as gallery:
            figures: dict[str, Any] = {"videos": found} | measure(gallery.address, runs=options.runs)
    # Above the number of processors, other programs had a part of the time.
    figures["load_average"] = os.getloadavg()[0]
    for name, value in figures.items():
        print(f"{name:34}{value:12,.1f}")
    print(json.dumps(figures), file=sys.stderr)
    if options.videos == VIDEOS:
        results_file.write("timeline", {"timeline": figures})


if __name__ == "__main__":
    main()
