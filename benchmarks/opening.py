"""How long a click takes to a moving picture: python -m benchmarks opening [VIDEOS] [--library FILE].

A library is made as in ``timeline``, or one that lies somewhere is copied; to it come copies of generated
films, 1080p30 in H.264 and in HEVC, which the browser does not know. In headless Chromium the grid shows the
copies of one kind, one is clicked, and the time is taken until the browser has shown the first picture of the
video itself, its poster not counted; then it is closed and the next one is opened. None is opened twice, so
nothing of it is kept.

Prints them; writes ``results/opening.json`` when it runs with the default.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import results_file
from benchmarks.playback import make_films
from benchmarks.timeline import VIDEOS, large_library, library_options, pictures, spread
from organizer.library import Library

if TYPE_CHECKING:
    from playwright.sync_api import Page

COPIES = 24
_FILMS = {"h264": "1080p30 H.264, original", "hevc": "1080p30 HEVC, converted"}
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]
_OPEN = """
card => new Promise((resolve) => {
  const inside = (node) => [...(node.shadowRoot?.querySelectorAll(".stage video") ?? [])];
  const videos = () => [...document.querySelectorAll("*")].flatMap(inside);
  const began = performance.now();
  card.querySelector(".picture").click();
  const look = () => {
    const [video] = videos();
    if (!video) return requestAnimationFrame(look);
    video.muted = true;
    const built = performance.now() - began;
    video.requestVideoFrameCallback(() => resolve([built, performance.now() - began]));
  };
  look();
})
"""


def measure(address: str, kind: str, count: int) -> list[tuple[float, float]]:
    """Open that many films of a kind from the grid.

    Returns:
        For each milliseconds from the click until the page of the video stands, and until its first picture.
    """
    from playwright.sync_api import sync_playwright

    program = (
        os.environ.get("ORGANIZER_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        tab = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        tab.goto(f"{address}/?q=name:{kind}&sort=name&order=up")
        # Not counted: the browser loads its decoder, the server what the page needs.
        times = [_open(tab, f"{kind} {number:02}.mp4") for number in range(count + 1)]
        browser.close()
    return times[1:]


def _open(tab: Page, name: str) -> tuple[float, float]:
    card = tab.locator(".card", has_text=name)
    card.wait_for()
    _at_rest(tab)
    built, shown = card.evaluate(_OPEN)
    _at_rest(tab)
    tab.keyboard.press("Escape")
    return built, shown


def _at_rest(tab: Page) -> None:
    tab.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    # A person looks before the next click; what was prepared meanwhile is ready.
    tab.wait_for_timeout(1000)


def _add_films(library: Path, folder: Path) -> None:
    """Put copies of the films in a folder, each with bytes of its own, and into the library."""
    from tests.gallery_server.seed import SeedVideo, seed

    made = make_films(Path(tempfile.gettempdir()) / "organizer-playback")
    folder.mkdir()
    videos = []
    for kind, words in _FILMS.items():
        for number in range(COPIES + 1):
            name = f"{kind} {number:02}.mp4"
            shutil.copy(made[words], folder / name)
            with (folder / name).open("ab") as file:
                file.write(b"\0\0\0\x0cfree" + number.to_bytes(4, "big"))
            videos.append(SeedVideo(name, ("Dance", "Animal"), duration_s=10.0, codec=kind))
    seed(library, folder, videos, poster=pictures(1)[0])


def main() -> None:
    """Make or copy a library, measure, print, write."""
    from tests.gallery_server.process import running_gallery

    options = library_options(__doc__, runs=COPIES)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        library = large_library(Path(folder), options)
        _add_films(library, Path(folder) / "films")
        with Library.open(library) as opened:
            figures: dict[str, Any] = {"videos": opened.count()}
        with running_gallery(library, ORGANIZER_CACHE=str(Path(folder) / "cache")) as gallery:
            for kind in _FILMS:
                times = measure(gallery.address, kind, min(options.runs, COPIES))
                for what, ms in zip(("page", "first_picture"), zip(*times, strict=True), strict=True):
                    figures |= spread(f"{kind}_{what}", list(ms)) | {f"{kind}_{what}_max_ms": max(ms)}
    figures["load_average"] = os.getloadavg()[0]
    for name, value in figures.items():
        print(f"{name:34}{value:12,.1f}")
    if options.videos == VIDEOS:
        results_file.write("opening", {"opening": figures})


if __name__ == "__main__":
    main()
