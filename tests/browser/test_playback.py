"""What no browser plays by itself plays on the page: pictures, sound, jumps, the end; else it says why."""

from __future__ import annotations

import hashlib
import os

import numpy as np
import pytest

from organizer.library import Library
from organizer.library.filters import VideoFilter
from tests.clips import colour_of
from tests.gallery_server.process import running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.playback.films import make_film
from tests.playback.test_served import QUIET_X265, X264

SECONDS = 12.0
FILMS = {
    "part two.avi": ("mpeg4", "libmp3lame", {}),
    "hevc.mp4": ("libx265", "aac", {"options": QUIET_X265}),
    "hevc.mkv": ("libx265", "ac3", {"options": QUIET_X265}),
    "mpeg2.mpg": ("mpeg2video", "mp2", {"fps": 25}),
    "windows.wmv": ("wmv2", "wmav2", {}),
    "divx 3.avi": ("msmpeg4", None, {}),
    "avc.ts": ("libx264", "aac", {"options": X264}),
    "avc ac3.mkv": ("libx264", "ac3", {"options": X264}),
}
CODECS = {"mpeg4", "hevc", "mpeg2video", "wmv2", "msmpeg4v3", "h264"}

LOOK = """
node => {
  const canvas = document.createElement("canvas");
  canvas.width = node.videoWidth;
  canvas.height = node.videoHeight;
  const context = canvas.getContext("2d");
  context.drawImage(node, 0, 0);
  return [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3);
}
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A gallery that knows the films, as a scan would, without one."""
    folder = tmp_path_factory.mktemp("films")
    root = folder / "videos"
    root.mkdir()
    for name, (codec, sound, how) in FILMS.items():
        make_film(root / name, codec, sound, seconds=SECONDS, size=(160, 120), **how)
    (root / "broken.avi").write_bytes(b"RIFF\x10\0\0\0AVI LIST" + bytes(2000))
    before = {name: hashlib.sha256((root / name).read_bytes()).digest() for name in FILMS}
    names = [*FILMS, "broken.avi", "gone.avi"]
    seed(folder / "library.db", root, [SeedVideo(name, duration_s=SECONDS) for name in names])
    with running_gallery(folder / "library.db", ORGANIZER_CACHE=str(folder / "cache")) as gallery:
        yield gallery, keys(folder / "library.db"), root
    assert {name: hashlib.sha256((root / name).read_bytes()).digest() for name in FILMS} == before


def opened(tab, films, name):
    """The player of a film on its page, muted; all libraries of these tests say that it is H.264."""
    gallery, known, _ = films
    tab.goto(f"{gallery.address}/?video={known[name]}")
    player = tab.locator("video")
    player.wait_for()
    player.evaluate("node => { node.muted = true; }")
    return player


def now(player):
    return player.evaluate("node => node.currentTime")


def begin(player):
    """Press play until it plays: a browser refuses to while what it tried first is being replaced."""

    def plays():
        player.evaluate("node => { node.play().catch(() => {}); }")
        return now(player) > 0.5

    wait_until(plays)


def assert_shows(player, second):
    seen = []

    def is_right():
        seen.append(player.evaluate(LOOK))
        return np.abs(np.array(seen[-1]) - colour_of(second)).max() <= 40

    try:
        wait_until(is_right)
    except AssertionError:
        raise AssertionError(f"expected {colour_of(second)}, got {seen[-1]}") from None


@pytest.mark.parametrize("name", FILMS)
def test_it_plays_jumps_and_ends(tab, films, name):
    player = opened(tab, films, name)
    begin(player)
    assert player.evaluate("node => [node.videoWidth, node.videoHeight]") == [160, 120]
    player.evaluate("node => { node.pause(); node.currentTime = 8.5; }")
    wait_until(lambda: player.evaluate("node => !node.seeking && node.readyState >= 2"))
    assert_shows(player, 8)
    player.evaluate("node => { node.currentTime = 2.5; }")
    wait_until(lambda: player.evaluate("node => !node.seeking && node.readyState >= 2"))
    assert_shows(player, 2)
    player.evaluate("node => { node.currentTime = 11.2; node.play(); }")
    wait_until(lambda: player.evaluate("node => node.ended"))
    assert_shows(player, 11)
    assert player.evaluate("node => node.duration") == pytest.approx(SECONDS, abs=0.2)
    assert not tab.locator(".screen > .problem").is_visible()
    assert all(films[0].address in url or url.startswith(("blob:", "data:")) for url in tab.requests)


@pytest.mark.parametrize("name", ["part two.avi", "avc ac3.mkv"])
def test_its_sound_is_heard(tab, films, name):
    """Seconds 1, 4, 7 and 10 are loud; the page's own graph of sound tells."""
    player = opened(tab, films, name)
    level = player.evaluate(
        """async node => {
          node.muted = false;
          const context = new AudioContext();
          const analyser = context.createAnalyser();
          context.createMediaElementSource(node).connect(analyser);
          await context.resume();
          const refused = () => node.play().then(() => false, () => true);
          const heard = (at) => new Promise((resolve) => {
            const samples = new Float32Array(analyser.fftSize);
            let most = null;
            const look = () => {
              analyser.getFloatTimeDomainData(samples);
              const now = node.currentTime;
              if (now > at + 0.3 && now < at + 0.7) most = Math.max(most, ...samples.map(Math.abs));
              if (now >= at + 0.7 || node.ended) resolve(most);
              else setTimeout(look, 20);
            };
            look();
          });
          const loudest = async (at) => {
            for (;;) {
              while (await refused()) await new Promise((later) => setTimeout(later, 100));
              const most = await heard(at);
              if (most !== null) return most;
              // The second went by while the browser did something else.
              node.currentTime = at;
              await new Promise((there) => node.addEventListener("seeked", there, { once: true }));
            }
          };
          const found = [];
          for (const second of [3, 4, 5]) found.push(await loudest(second));
          return found;
        }"""
    )
    assert level[0] < 0.05
    assert level[1] > 0.2
    assert level[2] < 0.05


def test_what_was_made_is_not_made_again(tab, films):
    player = opened(tab, films, "divx 3.avi")
    wait_until(lambda: player.evaluate("node => node.readyState >= 2"))
    kept = {}
    cache = films[0].library.with_name("cache") / "pieces"

    def times():
        return {path: path.stat().st_ino for path in cache.rglob("*") if path.is_file()}

    kept = times()
    assert kept
    player = opened(tab, films, "divx 3.avi")
    wait_until(lambda: player.evaluate("node => node.readyState >= 2"))
    assert {path: inode for path, inode in times().items() if path in kept} == kept


def test_broken_and_missing_files_end_in_a_sentence(tab, films):
    opened(tab, films, "broken.avi")
    problem = tab.locator(".screen > .problem")
    problem.wait_for()
    assert problem.text_content().startswith("It cannot be played: ")
    opened(tab, films, "gone.avi")
    problem.wait_for()
    tab.locator(".screen > .problem .what", has_text="The file is not there.").wait_for()
    assert problem.locator(".what").text_content() == "The file is not there."


def test_who_leaves_ends_the_work(tab, films):
    """Requests of a page that is left are given up, and the next page plays at once."""
    for name in ("part two.avi", "mpeg2.mpg", "hevc.mkv", "windows.wmv", "part two.avi"):
        player = opened(tab, films, name)
    wait_until(lambda: player.evaluate("node => node.readyState >= 2"))
    assert_shows(player, 0)


def test_a_scan_says_which_way_is_tried_first(tmp_path, tab, films):
    """Found by a real scan, so that the library knows the codecs: no request for what cannot be played."""
    root = tmp_path / "videos"
    root.mkdir()
    for name in ("part two.avi", "hevc.mp4"):
        os.link(films[2] / name, root / name)
    with running_gallery(tmp_path / "library.db", str(root), command="open") as gallery:
        found = {}

        def is_scanned():
            with Library.open(gallery.library) as library:
                found.update({v.places[0].relative_path: v for v in library.list(VideoFilter())})
            return len(found) == 2

        wait_until(is_scanned)
        for record in found.values():
            assert record.codec in CODECS
            tab.requests.clear()
            tab.goto(f"{gallery.address}/?video={record.key}")
            player = tab.locator("video")
            player.wait_for()
            wait_until(lambda player=player: player.evaluate("node => node.readyState >= 2"))
            assert_shows(player, 0)
            assert not [url for url in tab.requests if "/clip/" in url]
