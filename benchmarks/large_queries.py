"""How long what the gallery asks takes: every kind of filter in every order, first, middle and last page."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from benchmarks.large_seed import RARE_WORD
from organizer.config import Settings
from organizer.library import Library
from organizer.library.filters import Sort, VideoFilter
from organizer.library.records import Status
from organizer.query import parse, print_query
from organizer.types import TagState

PAGE_SIZE = 36
"""Videos that are asked for at once."""
ORDERS = [(sort, descending) for sort in Sort for descending in (False, True)]

SEARCHES = (
    "dance",
    "dance summer 2015",
    "tag:Dance -tag:Concert date:2013-06..2013-08",
    "(tag:Dance OR tag:Animal) -garten",
    "geburtstag OR konzert OR 2014",
    "summer",
    "length:<30s folder:2015",
    "size:>1GB is:confirmed",
    "score:Animal>0.8 is:ok",
)
FILTERS = (
    VideoFilter(),
    *(VideoFilter(status=status) for status in Status),
    *(VideoFilter(state=state) for state in TagState),
    VideoFilter(untagged=True),
    VideoFilter(untagged=True, status=Status.FAILED),
    VideoFilter(any_tags=("Animal",)),
    VideoFilter(any_tags=("Vehicle", "Concert", "Dance", "Oma", "no such tag")),
    VideoFilter(any_tags=("Oma",), status=Status.OFFLINE),
    VideoFilter(all_tags=("Vehicle", "Animal")),
    VideoFilter(all_tags=("Vehicle", "Animal", "Food", "Cooking")),
    VideoFilter(no_tags=("Vehicle", "Concert", "Dance")),
    VideoFilter(any_tags=("Food", "Cooking"), no_tags=("Animal",), state=TagState.SUGGESTED),
    VideoFilter(all_tags=("Animal",), state=TagState.CONFIRMED),
    VideoFilter(any_tags=("Animal", "Food"), state=TagState.REJECTED),
    VideoFilter(any_tags=("Animal", "Food"), with_maybes=True),
    VideoFilter(untagged=True, with_maybes=True),
    VideoFilter(any_tags=("Dance",), only_maybes=True),
    VideoFilter(only_maybes=True),
    VideoFilter(taken_from=datetime(2015, 1, 1), taken_before=datetime(2016, 1, 1)),
    VideoFilter(taken_from=datetime(2007, 1, 1), any_tags=("Dance", "Nature"), status=Status.OK),
    *(VideoFilter(query=parse(text)) for text in SEARCHES),
)

TEXTS = {
    "common word": "mp4",
    "in every folder's name": "large",
    "in most folders' names": "videos",
    "common part of a word": "IMG_",
    "part of a word": "geburt",
    "rare word": RARE_WORD,
    "rare part": "IMG_2041",
    "two words": "anna hochzeit",
    "three words": "2014 konzert vid_",
    "not ASCII": "MÜNCHEN",
    "not ASCII, decomposed": "ku\u0308che",
    "other script": "рожд",
    "two characters": "zo",
    "one character": "ß",
    "short and long": "zo garten",
    "no hit": "zeppelin",
    "no hit, digits": "19991399",
    "syntax": '"garten" OR * NEAR(',
}


@dataclass(frozen=True)
class Measured:
    """One call."""

    what: str
    time_ms: float
    cpu_ms: float
    """What it took of the processor: the time on a computer that does nothing else."""


class Watch:
    """Takes the time of a block."""

    def __enter__(self) -> Watch:
        self._started = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = time.perf_counter(), time.process_time()

    def measured(self, what: str) -> Measured:
        wall, cpu = (1000 * (end - start) for start, end in zip(self._started, self._ended, strict=True))
        return Measured(what, wall, cpu)


def measure_queries(library: Path) -> dict[str, list[Measured]]:
    """Measure each kind of call, every one on a connection of its own, as each run of the page has."""
    measured: dict[str, list[Measured]] = {
        "count": [],
        "page": [],
        "facets": [],
        "text": [],
        "text count": [],
    }

    def call(kind: str, what: str, action: Callable) -> object:
        with Library.open(library) as opened:
            with Watch() as watch:
                result = action(opened)
            measured[kind].append(watch.measured(what))
        return result

    for filter_ in FILTERS:
        found = call("count", _words(filter_), lambda opened, chosen=filter_: opened.count(chosen))
        for chosen in _pages(filter_, found):
            call(
                "page",
                _words(chosen),
                lambda opened, chosen=chosen, found=found: _page(opened, chosen, found),
            )
    for name, text in TEXTS.items():
        filter_ = VideoFilter(text=text)
        found = call("text count", name, lambda opened, chosen=filter_: opened.count(chosen))
        for chosen in _pages(filter_, found):
            words = f"{name}, {_words(chosen)}"
            call("text", words, lambda opened, chosen=chosen, found=found: _page(opened, chosen, found))
    for _ in range(50):
        call("facets", "tags with counts, all tags, folders", _facets)
    return measured


def script_times(library: Path, *, runs: int = 12) -> list[Measured]:
    """Measure runs of the page's script for many views, after one of each that is not counted."""
    from streamlit.testing.v1 import AppTest

    from organizer.ui.resources import use
    from organizer.ui.server.app import main_script

    use(Settings(library))
    with Library.open(library) as opened:
        key = opened.video(opened.ids(VideoFilter(limit=1, status=Status.OK))[0]).key
    views: tuple[dict[str, str], ...] = (
        {},
        {"q": "tag:Animal date:2015 length:<30s"},
        {"sort": "name", "order": "up"},
        {"sort": "size"},
        {"any": "Animal", "text": "geburt"},
        {"text": "mp4"},
        {"text": "MÜNCHEN", "sort": "duration"},
        {"text": "zo"},
        {"all": "Animal", "none": "Food", "state": "suggested"},
        {"status": "missing"},
        {"status": "offline", "from": "2010-01-01"},
        {"untagged": "1", "sort": "added"},
        {"text": "zeppelin"},
        {"video": key},
    )
    measured = []
    for view in views:
        page = AppTest.from_file(str(main_script()), default_timeout=60)
        for parameter, value in view.items():
            page.query_params[parameter] = value
        page.run()
        for _ in range(runs):
            with Watch() as watch:
                page.run()
            measured.append(watch.measured(str(view)))
            assert not page.exception
    return measured


def spread(name: str, measured: list[Measured]) -> dict[str, float]:
    """Return median, 95th percentile and maximum of calls as figures whose names begin with ``name``."""
    times = sorted(one.time_ms for one in measured)
    late = int(0.95 * (len(times) - 1))
    return {
        f"{name}_median_ms": times[len(times) // 2],
        f"{name}_p95_ms": times[late],
        f"{name}_p95_cpu_ms": sorted(one.cpu_ms for one in measured)[late],
        f"{name}_max_ms": times[-1],
        f"{name}_calls": len(times),
    }


def _pages(filter_: VideoFilter, found: object) -> list[VideoFilter]:
    assert isinstance(found, int)
    last = max(0, (found - 1) // PAGE_SIZE)
    return [
        replace(filter_, sort=sort, descending=descending, limit=PAGE_SIZE, offset=page * PAGE_SIZE)
        for (sort, descending), page in itertools.product(ORDERS, sorted({0, last // 2, last}))
    ]


def _page(opened, filter_: VideoFilter, found: int) -> None:
    records = list(opened.list(filter_, found=found))
    opened.media.with_posters([record.id for record in records])


def _facets(opened) -> None:
    opened.tag_counts()
    opened.maybe_counts()
    opened.tag_names()
    opened.roots.all()


def _words(filter_: VideoFilter) -> str:
    plain = VideoFilter()
    parts = {name: getattr(filter_, name) for name in VideoFilter.__dataclass_fields__}
    parts["query"] = print_query(filter_.query) or None
    return ", ".join(f"{name}={value}" for name, value in parts.items() if value != getattr(plain, name))
