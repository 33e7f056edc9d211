"""How long until a video plays, and what strips cost: python -m benchmarks playback [--chromium PROGRAM].

Each film is opened in a browser by the page's own player, of a gallery that has nothing of it yet, then once
more when it is kept; then jumped in. Clips are generated, and the browser knows no HEVC.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.results_file import write
from organizer.playback.desk import Desk, Draw, Look, Make, Opened
from organizer.playback.original import Original
from organizer.playback.plan import Piece
from organizer.playback.strip import Strip
from organizer.ui.parts.component import script

SECONDS = 10
SIZE = (1920, 1080)
FILMS: dict[str, tuple[str, dict[str, str], str]] = {
    "1080p30 H.264, original": ("h264.mp4", {"preset": "veryfast"}, "libx264"),
    "1080p30 H.264, repacked": ("h264.ts", {"preset": "veryfast"}, "libx264"),
    "1080p30 HEVC, converted": (
        "hevc.mp4",
        {"preset": "ultrafast", "x265-params": "log-level=none"},
        "libx265",
    ),
    "1080p30 MPEG-4 part 2 in AVI, converted": ("part2.avi", {"qscale": "4"}, "mpeg4"),
}

OPEN = """
async ([key, mode, jump]) => {
  const video = document.createElement("video");
  video.muted = true;
  // Frames are only told of where they can be seen.
  video.style = "position: fixed; inset: 0; width: 640px; z-index: 1000000";
  document.body.append(video);
  const shown = () => new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  let began = performance.now();
  const attached = attachVideo(video, { key, mode, onProblem: (words) => { throw new Error(words); } });
  const first = shown();
  video.play();
  await first;
  const opened = performance.now() - began;
  began = performance.now();
  video.currentTime = jump;
  await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  const jumped = performance.now() - began;
  attached.detach();
  video.remove();
  return [opened, jumped];
}
"""


def make_films(folder: Path) -> dict[str, Path]:
    """Generate the films that are not there yet."""
    made = {}
    folder.mkdir(parents=True, exist_ok=True)
    for words, (name, options, codec) in FILMS.items():
        made[words] = folder / name
        if not made[words].exists():
            print(f"making {name}", flush=True)
            _make(folder / f"unfinished.{name}", codec, options)
            (folder / f"unfinished.{name}").rename(folder / name)
    return made


def _make(path: Path, codec: str, options: dict[str, str]) -> None:
    from fractions import Fraction

    import av
    import cv2
    import numpy as np

    width, height = SIZE
    rng = np.random.default_rng(1)
    # Detail of several sizes, as a scene has it, under a camera that moves; and some noise of a sensor.
    scene = sum(
        cv2.resize(
            rng.integers(0, 255, (height // step + 2, (width + 800) // step + 2, 3)).astype(np.float32),
            (width + 800, height),
            interpolation=cv2.INTER_CUBIC,
        )
        / count
        for step, count in ((240, 1.6), (48, 4), (12, 8))
    )
    noise = rng.normal(0, 2, (8, height, width, 1)).astype(np.float32)
    with av.open(str(path), "w") as output:
        film: Any = output.add_stream(codec, rate=30, options=options)
        film.width, film.height, film.pix_fmt = width, height, "yuv420p"
        film.codec_context.gop_size = 30
        sound: Any = output.add_stream("aac" if path.suffix != ".avi" else "libmp3lame", rate=48_000)
        sound.codec_context.layout = "stereo"
        for index in range(SECONDS * 30):
            left = round(400 + 400 * np.sin(index / 60))
            rgb = np.clip(scene[:, left : left + width] + noise[index % 8], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 30)
            output.mux(film.encode(frame))
            tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(index * 1600, (index + 1) * 1600) / 48_000)
            heard = av.AudioFrame.from_ndarray(
                np.stack([tone, tone]).astype(np.float32), format="fltp", layout="stereo"
            )
            heard.sample_rate, heard.pts, heard.time_base = 48_000, index * 1600, Fraction(1, 48_000)
            output.mux(sound.encode(heard))
        output.mux(film.encode())
        output.mux(sound.encode())


def in_browser(films: dict[str, Path], chromium: str, rounds: int) -> dict[str, Any]:
    """Return seconds to the first picture and after a jump, by film."""
    from playwright.sync_api import sync_playwright

    from tests.gallery_server.process import running_gallery
    from tests.gallery_server.seed import SeedVideo, keys, seed

    result: dict[str, Any] = {}
    modes = {words: "original" if "original" in words else "converted" for words in films}
    attach = script("player").split("export default")[0]
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
            folder = Path(temporary)
            videos = [SeedVideo(film.name, duration_s=float(SECONDS)) for film in films.values()]
            seed(folder / "library.db", next(iter(films.values())).parent, videos)
            known = keys(folder / "library.db")
            with running_gallery(folder / "library.db", ORGANIZER_CACHE=str(folder / "cache")) as gallery:
                browser = playwright.chromium.launch(
                    executable_path=chromium,
                    args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
                )
                for words, film in films.items():
                    for kept in ("", "kept: "):
                        tab = browser.new_page()
                        # A page with nothing on it; how long the gallery's own takes is another matter.
                        tab.goto(f"{gallery.address}/_stcore/health")
                        ask = [known[film.name], modes[words], SECONDS * 0.8]
                        opened, jumped = tab.evaluate(
                            f"async (ask) => {{ {attach}; return ({OPEN})(ask); }}", ask
                        )
                        times.setdefault((words, f"{kept}first picture, ms"), []).append(opened)
                        times.setdefault((words, f"{kept}after a jump, ms"), []).append(jumped)
                        tab.close()
                browser.close()
    for (words, what), found in times.items():
        result.setdefault(words, {})[what] = [round(statistics.median(found)), round(max(found))]
        print(f"{words:42} {what:26} median {statistics.median(found):6.0f}, slowest {max(found):6.0f}")
    return result


def made_alone(films: dict[str, Path], rounds: int) -> dict[str, Any]:
    """Return how fast pieces are made, how large they are, and what strips cost."""
    result: dict[str, Any] = {}
    threads = len(os.sched_getaffinity(0))
    for words, film in films.items():
        original = Original.of(str(film), film.name, film.stat(), float(SECONDS))
        with Desk(threads) as desk:
            opened = desk.answer(Look(original))
            assert isinstance(opened, Opened)
            count = opened.plan.count or 0
            began, cpu = time.perf_counter(), time.process_time()
            pieces = [desk.answer(Make(original, number)) for number in range(count)]
            size = sum(len(piece.data) for piece in pieces if isinstance(piece, Piece))
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
        strips = []
        for _ in range(rounds):
            with Desk(1) as desk:
                began = time.process_time()
                strip = desk.answer(Draw(original))
                strips.append((time.process_time() - began) * 1000)
        assert isinstance(strip, Strip)
        result[words] = {
            "way": opened.plan.way.value,
            "times as fast as it plays": round(SECONDS / took, 2),
            "seconds of processor for a second": round(cpu / SECONDS, 3),
            "KB a second": round(size / SECONDS / 1024),
            "strip, ms of processor": round(statistics.median(strips)),
            "strip, KB": round(len(strip.webp) / 1024, 1),
        }
        print(words, result[words], flush=True)
    return result


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks playback", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "organizer-playback")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    films = make_films(options.folder)
    alone = made_alone(films, options.rounds)
    write("playback", {"in the browser": in_browser(films, options.chromium, options.rounds), "alone": alone})
