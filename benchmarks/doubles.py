"""Doubles among real clips: python -m benchmarks doubles [--small].

Of each clip of the corpus copies are made as people make them (``doubles_copies.py``). For each kind of
copy a library is filled with all original clips, the demo's, and one copy of that kind of each clip of
some folds; then doubles are looked for as ``organizer duplicates`` does. Limits were chosen on folds 0 to
2; the figures that count are those of folds 3 and 4.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import results_file
from benchmarks.doubles_copies import HALVES, JOINED, KINDS, TOGETHER, Made, demo_videos, make
from organizer.doubles.finding import find_doubles
from organizer.library import Library
from organizer.library.changes import Analysis, Tagging
from organizer.models.catalogue import open_bundle
from organizer.types import MAX_SECONDS, CaptureDate, DateSource, VideoFeatures, VideoFile, VideoInfo
from tests.corpus import CORPUS

CHOSEN_ON, MEASURED_ON = (0, 1, 2), (3, 4)
PRECISION, RECALL = 0.98, 0.95
"""What is to be reached."""
SHORT_S = 5.0
SAME_FILM = ({"c0111", "c0121"},)
"""Clips of the corpus that are one film themselves, with other words written over it."""
_VISIBLE = 0.4
"""Of a clip in a joined video this part, at least, has to lie within what is looked at."""


def measure(made: Sequence[Made], folds: Sequence[int]) -> dict[str, Any]:
    """Return the figures of some folds, by kind of copy and all together."""
    originals = [each for each in made if each.kind == "original"]
    lengths = {each.clip: each.duration_s for each in originals}
    kinds: dict[str, Any] = {}
    total, single = _Tally(), _Tally()
    for kind in (*KINDS, JOINED):
        copies = [each for each in made if each.kind == kind and each.fold in folds]
        short, long = _Tally(), _Tally()
        found = _found(originals, copies)
        for copy in copies:
            for clip, start in zip(copy.clip.split("+"), copy.starts, strict=True):
                tally = short if lengths[clip] < SHORT_S else long
                seen = min(lengths[clip], MAX_SECONDS - start) / lengths[clip]
                if start and seen < _VISIBLE:
                    tally.unseen += 1
                else:
                    tally.count(found.get((clip, copy.clip)))
        wrong = [pair for pair in found if not _is_true(pair) and pair[1] in {each.clip for each in copies}]
        for clip, copy_clip in wrong:
            tally = (
                short if min(lengths[clip], *(lengths[c] for c in copy_clip.split("+"))) < SHORT_S else long
            )
            tally.wrong.append((clip, copy_clip))
            tally.sure_wrong += found[clip, copy_clip]
        both = short + long
        kinds[kind] = both.figures() | {"shorter_than_5_s": short.figures(), "longer": long.figures()}
        total += both
        if kind != TOGETHER:
            single += both
    return {"all": total.figures(), "single_changes": single.figures(), "kinds": kinds}


def _is_true(pair: tuple[str, str]) -> bool:
    clips = set(pair[1].split("+"))
    return pair[0] in clips or any({pair[0], clip} in SAME_FILM for clip in clips)


class _Tally:
    """Pairs that were found, and not, and wrongly."""

    def __init__(self) -> None:
        self.right = self.missed = self.unseen = self.sure = self.sure_wrong = 0
        self.wrong: list[tuple[str, str]] = []

    def count(self, found: bool | None) -> None:
        """Count a pair: found and sure, found, or None where it was not."""
        self.right += found is not None
        self.sure += bool(found)
        self.missed += found is None

    def __add__(self, other: _Tally) -> _Tally:
        total = _Tally()
        for name in ("right", "missed", "unseen", "sure", "sure_wrong"):
            setattr(total, name, getattr(self, name) + getattr(other, name))
        total.wrong = self.wrong + other.wrong
        return total

    def figures(self) -> dict[str, Any]:
        return {
            "pairs": self.right + self.missed,
            "found": self.right,
            "wrong": len(self.wrong),
            "cannot_be_seen": self.unseen,
            "recall": share(self.right, self.right + self.missed),
            "precision": share(self.right, self.right + len(self.wrong)),
            "precision_of_sure_ones": share(self.sure, self.sure + self.sure_wrong),
            "recall_of_sure_ones": share(self.sure, self.right + self.missed),
            "wrong_pairs": [" and ".join(pair) for pair in self.wrong],
        }


def share(part: int, whole: int) -> list[float] | None:
    """Return a share with its 95 % interval (Wilson's): value, low, high; None of nothing."""
    if not whole:
        return None
    z, value = 1.96, part / whole
    middle = (value + z * z / (2 * whole)) / (1 + z * z / whole)
    around = z / (1 + z * z / whole) * math.sqrt(value * (1 - value) / whole + z * z / (4 * whole * whole))
    return [round(value, 4), round(max(0.0, middle - around), 4), round(min(1.0, middle + around), 4)]


def _found(originals: Sequence[Made], others: Sequence[Made]) -> dict[tuple[str, str], bool]:
    """Return the pairs of an original and another video that a search finds, and whether they are sure.

    They are named by their clips.
    """
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library.db") as library:
        root = library.roots.add("/corpus")
        names: dict[int, tuple[bool, str]] = {}
        for number, each in enumerate([*originals, *others]):
            names[store(library, root, number, each)] = (number < len(originals), each.clip)
        bundle = open_bundle()
        for _ in find_doubles(library, bundle.space_id, bundle.sampled):
            pass
        pairs = {}
        for pair in library.doubles.pairs():
            one, other = sorted((names[pair.first_id], names[pair.second_id]), reverse=True)
            if one[0] and not other[0]:
                pairs[one[1], other[1]] = pair.sure
        return pairs


def between(made: Sequence[Made], folds: Sequence[int]) -> dict[str, Any]:
    """Return what is found that is none: among the originals, and between both halves of one scene."""
    originals = [each for each in made if each.kind == "original"]
    halves = [each for each in made if each.kind in HALVES and each.fold in folds]
    wrong, of_halves, parts = [], 0, 0
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library.db") as library:
        root = library.roots.add("/corpus")
        names = {
            store(library, root, number, each): each for number, each in enumerate([*originals, *halves])
        }
        bundle = open_bundle()
        for _ in find_doubles(library, bundle.space_id, bundle.sampled):
            pass
        for pair in library.doubles.pairs():
            one, other = names[pair.first_id], names[pair.second_id]
            if one.clip == other.clip:
                of_halves += one.kind in HALVES and other.kind in HALVES
                parts += (one.kind in HALVES) != (other.kind in HALVES)
            elif one.kind == other.kind == "original" and {one.clip, other.clip} not in SAME_FILM:
                wrong.append(f"{one.clip} and {other.clip}")
    return {
        "originals": len(originals),
        "wrong_among_originals": wrong,
        "scenes_cut_in_half": len(halves) // 2,
        "halves_taken_for_doubles": of_halves,
        "halves_found_in_their_whole": share(parts, len(halves)),
    }


def store(library: Library, root: Any, number: int, made: Made) -> int:
    """Store a video as a scan does."""
    bundle = open_bundle()
    info = VideoInfo(
        made.duration_s,
        made.width,
        made.height,
        "h264",
        25.0,
        0,
        CaptureDate(datetime(2024, 5, 1, tzinfo=UTC), DateSource.FILE),
    )
    features = VideoFeatures(bundle.space_id, made.rows)
    analysis = Analysis(info, features, made.poster, Tagging(bundle.id, {}, ()))
    file = VideoFile(root.path, f"{number}.mp4", 1000 + number, number)
    return library.contents.store(root, file, f"{number:040x}", analysis)


def _print(title: str, figures: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    view = Table(title=title)
    for column in ("copies", "pairs", "recall", "precision", "< 5 s", "sure", "wrong"):
        view.add_column(column, justify="left" if column == "copies" else "right")
    for name, each in [
        *figures["kinds"].items(),
        ("single", figures["single_changes"]),
        ("all", figures["all"]),
    ]:
        short = each.get("shorter_than_5_s", {}).get("recall")
        view.add_row(
            name,
            str(each["pairs"]),
            _words(each["recall"]),
            _words(each["precision"]),
            _words(short),
            _words(each["precision_of_sure_ones"]),
            str(each["wrong"]),
        )
    Console().print(view)


def _words(value: Iterable[float] | None) -> str:
    if value is None:
        return ""
    middle, low, high = value
    return f"{middle:.3f} ({low:.2f}-{high:.2f})"


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks doubles", description=__doc__)
    parser.add_argument("--small", action="store_true", help="only each eighth clip, to try")
    parser.add_argument("--folder", type=Path, help="where the features of copies are kept")
    parser.add_argument("--results", type=Path, default=results_file.RESULTS)
    options = parser.parse_args()
    if not (CORPUS / "clips.csv").is_file():
        sys.exit(f"THE CORPUS OF REAL CLIPS IS NOT AT {CORPUS}: nothing was measured")
    made = make(options.folder or results_file.default_folder(), few=options.small)
    made += demo_videos()
    figures: dict[str, Any] = {"precision_wanted": PRECISION, "recall_wanted": RECALL}
    for name, folds in (("chosen_on", CHOSEN_ON), ("measured_on", MEASURED_ON)):
        figures[name] = {"folds": list(folds)} | measure(made, folds) | {"no_doubles": between(made, folds)}
        _print(f"{name.replace('_', ' ')} folds {folds}", figures[name])
        print(figures[name]["no_doubles"])
    if not options.small:
        print("written to", results_file.write("doubles", figures, options.results))


if __name__ == "__main__":
    main()
