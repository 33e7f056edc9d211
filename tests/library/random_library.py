"""A small library that went through everything a library goes through, drawn at random."""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from organizer.errors import InvalidTagError
from organizer.library import Library
from organizer.library.actions import MarkChange
from organizer.library.database.columns import from_column
from organizer.library.filters import Sort, VideoFilter
from organizer.library.records import Status
from organizer.library.spelling import folded
from organizer.types import LABELS, TagState, VideoFile
from tests.library.build import SPACE, add, add_failed, tagging
from tests.library.sql import database_of

OTHER_SPACE = "other-space"

ROOTS = ("/home/me/Videos", "/usb/Größe", "/home/me/Videos zwei")
NAMES = (
    "IMG_2041.MOV",
    "Geburtstag",
    "zoo",
    "a",
    "Cafe\u0301",
    "ÜBER",
    "straße",
    "100%",
    'a"b',
    os.fsdecode(b"\xff"),
)
LENGTHS = (None, 5.0, 10.0, 10.0, 20.0)


class RandomLibrary:
    """Does what scans and people do; the same for the same seed."""

    def __init__(self, library, seed: int, *, own_tags: int = 4, hides: bool = True) -> None:
        """Two libraries that hide other labels are never the same, so that can be left out."""
        self.library, self.library, self.draw = library, library, random.Random(seed)
        self.own_tags = tuple(f"own {number}" for number in range(own_tags))
        self.contents = 0
        self.hides = hides

    def run(self, steps: int) -> None:
        actions = (
            *(self.add,) * 6,
            self.add_failed,
            self.copy_or_move,
            self.vanish,
            self.come_back,
            self.plug,
            *(self.decide,) * 3,
            self.tag_again,
            *(self.mark,) * 2,
            *(self.hide_label,) * self.hides,
            *(self.look_at_with_the_other_model,) * 2,
            self.delete,
        )
        for _ in range(steps):
            self.draw.choice(actions)()

    def path(self) -> str:
        folder = self.draw.choice(("", "2019", "2020/Garten", "2020/garten zwei"))
        return os.path.join(folder, f"{self.draw.choice(NAMES)} {self.draw.randrange(12)}.mp4")

    def suggested(self) -> list[str]:
        """What ``tagging`` takes: some labels, of which some are maybes."""
        return [
            name + self.draw.choice(("", "", "?"))
            for name in self.draw.sample(LABELS, self.draw.randrange(5))
        ]

    def add(self) -> None:
        # Some of a thousand names are drawn twice: then the video that was there lies nowhere.
        self.contents += 1
        add(
            self.library,
            self.draw.choice(ROOTS),
            self.path(),
            *self.suggested(),
            content=f"c{self.contents}",
            size=self.draw.randrange(5),
            duration_s=self.draw.choice(LENGTHS),
            taken=datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=self.draw.randrange(6)),
            space=self.draw.choice((SPACE, OTHER_SPACE)),
        )

    def look_at_with_the_other_model(self) -> None:
        if (video := self.video()) is not None:
            database_of(self.library).execute(
                "INSERT OR IGNORE INTO features VALUES (?, ?, 1, 3, x'000000')", [video, OTHER_SPACE]
            )

    def add_failed(self) -> None:
        self.contents += 1
        add_failed(self.library, self.draw.choice(ROOTS), self.path(), "broken", content=f"c{self.contents}")

    def video(self) -> int | None:
        row = database_of(self.library).execute("SELECT id FROM videos ORDER BY id").fetchall()
        return self.draw.choice(row)[0] if row else None

    def copy_or_move(self) -> None:
        if (video := self.video()) is not None:
            root, kept = self.draw.choice(ROOTS), self.draw.random() < 0.5
            file = VideoFile(root, self.path(), 1, 1)
            self.library.contents.place(self.library.roots.add(root), file, video, lambda _: kept)

    def vanish(self) -> None:
        root = self.library.roots.add(self.draw.choice(ROOTS))
        paths = sorted(self.library.places.present_files(root, SPACE))
        self.library.places.forget_vanished(root, self.draw.sample(paths, min(2, len(paths))))

    def come_back(self) -> None:
        ids = [
            id_
            for (id_,) in database_of(self.library).execute(
                "SELECT id FROM places WHERE missing_since IS NOT NULL"
            )
        ]
        self.library.places.restore(self.draw.sample(ids, min(1, len(ids))))

    def plug(self) -> None:
        root = self.library.roots.add(self.draw.choice(ROOTS))
        self.library.roots.set_offline(root, self.draw.random() < 0.5)

    def decide(self) -> None:
        if (video := self.video()) is not None:
            decision = self.draw.choice((Library.confirm, Library.confirm, Library.reject, Library.forget))
            # Nobody gives a label that is hidden.
            with suppress(InvalidTagError):
                decision(self.library, video, self.draw.choice((*LABELS, *self.own_tags)))

    def tag_again(self) -> None:
        videos = {video for _ in range(3) if (video := self.video()) is not None}
        self.library.contents.store_tagging([(video, tagging(*self.suggested())) for video in videos])

    def mark(self) -> None:
        if (video := self.video()) is not None:
            change = MarkChange(
                favourite=self.draw.choice((None, True, False)),
                hidden=self.draw.choice((None, None, True, False, False)),
                rating=self.draw.choice((None, *range(6))),
            )
            self.library.apply(change, [video])
            # Of a short one, that is what makes it the clip of a Live Photo.
            database_of(self.library).execute(
                "UPDATE places SET beside_picture = ? WHERE video_id = ?",
                [self.draw.choice((0, 0, 0, 1)), video],
            )

    def hide_label(self) -> None:
        # Once in a while; mostly all are shown.
        self.library.hide_label("Concert", hidden=self.draw.random() < 0.3)

    def delete(self) -> None:
        if (video := self.video()) is not None and self.draw.random() < 0.3:
            database_of(self.library).execute("DELETE FROM videos WHERE id = ?", [video])

    def filter(self) -> VideoFilter:
        def some(values, share: float):
            return self.draw.choice(values) if self.draw.random() < share else None

        def tags() -> tuple[str, ...]:
            pool = ("Animal", "animal", "Food", "Dance", "nothing", *self.own_tags[:3], *self.own_tags[-2:])
            return tuple(self.draw.sample(pool, self.draw.choice((0, 0, 0, 1, 2))))

        words = (
            "img",
            "IMG_20",
            "geburt",
            "zo",
            "z",
            "garten",
            "2020/",
            "me/vid",
            "videos",
            "größe",
            "CAF\u00c9",
        )
        words += (
            "über",
            "strasse",
            "STRASSE",
            "100%",
            '"',
            'a"b',
            "AND",
            "mp4",
            os.fsdecode(b"\xff"),
            "home",
            "*",
        )
        day = datetime(2020, 1, 1 + self.draw.randrange(6), tzinfo=UTC)
        return VideoFilter(
            all_tags=tags(),
            any_tags=tags(),
            no_tags=tags(),
            untagged=self.draw.random() < 0.1,
            state=some(list(TagState), 0.3),
            with_maybes=self.draw.random() < 0.3,
            only_maybes=self.draw.random() < 0.15,
            status=some(list(Status), 0.3),
            text=" ".join(self.draw.sample(words, self.draw.choice((0, 0, 1, 1, 2)))),
            taken_from=some([day], 0.2),
            taken_before=some([day + timedelta(days=2)], 0.2),
            sort=self.draw.choice(list(Sort)),
            descending=self.draw.random() < 0.5,
            hidden=self.draw.choice((*(None,) * 4, *(False,) * 4, True)),
            live=self.draw.choice((*(None,) * 4, *(False,) * 4, True)),
        )


@dataclass
class Known:
    """A video as the plain tables know it: what lists are derived from, derived again."""

    id: int
    status: str
    paths: list[str]
    names: list[bytes]
    tags: dict[str, str]
    """By name its state, or ``maybe``."""
    taken: float | None
    duration: float | None
    size: int
    marks: int = 0


def known_videos(library) -> list[Known]:
    """Read every video that lies somewhere, one by one."""
    known = []
    # The machine's zone: all dates of this library are instants, sorted as they are shown here.
    sql = """
        SELECT id, status, CAST(strftime('%s', taken_at) AS INTEGER), duration_s, size_bytes, marks
        FROM videos
    """
    for id_, status, taken, duration, size, marks in database_of(library).execute(sql).fetchall():
        places = (
            database_of(library)
            .execute(
                """SELECT r.path, p.relative_path, p.missing_since IS NULL, r.offline
            FROM places p JOIN roots r ON r.id = p.root_id WHERE p.video_id = ?""",
                [id_],
            )
            .fetchall()
        )
        if not places:
            continue
        present = [offline for *_, there, offline in places if there]
        tags = """
            SELECT t.name, iif(vt.state = 'suggested' AND vt.tier = 'maybe', 'maybe', vt.state)
            FROM video_tags vt JOIN tags t ON t.id = vt.tag_id WHERE video_id = ? AND NOT t.hidden
        """
        known.append(
            Known(
                id_,
                "missing" if not present else "offline" if all(present) else status,
                [os.path.join(from_column(root), from_column(path)) for root, path, *_ in places],
                [os.fsencode(from_column(path)) for _, path, *_ in places],
                dict(database_of(library).execute(tags, [id_]).fetchall()),
                taken,
                duration,
                size,
                marks,
            )
        )
    return known


def chosen(videos: list[Known], filter_: VideoFilter) -> list[int]:
    """Filter and sort without SQL."""
    states = {filter_.state.value} if filter_.state else {"suggested", "confirmed"}
    if filter_.with_maybes and "suggested" in states:
        states.add("maybe")
    if filter_.only_maybes:
        states = {"maybe"}
    # To be untagged among the maybes is to carry no tag that counts beside them.
    states_of_none = {"suggested", "confirmed"} if filter_.only_maybes else states

    def carried(video: Known) -> set[str]:
        return {name.casefold() for name, state in video.tags.items() if state in states}

    def fits(video: Known) -> bool:
        tags = carried(video)
        named = [{name.casefold() for name in names} for names in (filter_.any_tags, filter_.no_tags)]
        return all(
            (
                all(name.casefold() in tags for name in filter_.all_tags),
                not named[0] or named[0] & tags,
                not named[1] & tags,
                not (filter_.untagged and states_of_none & set(video.tags.values())),
                tags or not filter_.only_maybes,
                tags or not filter_.state or filter_.untagged or filter_.all_tags or any(named),
                filter_.status in (None, video.status),
                all(
                    any(folded(word) in folded(path) for path in video.paths) for word in filter_.text.split()
                ),
                not filter_.taken_from or (video.taken or -1) >= filter_.taken_from.timestamp(),
                not filter_.taken_before
                or (video.taken is not None and video.taken < filter_.taken_before.timestamp()),
                filter_.hidden in (None, bool(video.marks & 2)),
                filter_.live in (None, bool(video.marks & 4)),
            )
        )

    def key(video: Known):
        return {
            Sort.TAKEN: video.taken,
            # SQLite folds ASCII letters only.
            Sort.NAME: min(video.names).decode("utf-8", "replace").encode().lower(),
            Sort.DURATION: video.duration,
            Sort.SIZE: video.size,
            Sort.ADDED: video.id,
        }[filter_.sort]

    fitting = [video for video in videos if fits(video)]
    valued = [video for video in fitting if key(video) is not None]
    valued.sort(key=lambda video: (key(video), video.id), reverse=filter_.descending)
    others = sorted(video.id for video in fitting if key(video) is None)
    return [video.id for video in valued] + (others[::-1] if filter_.descending else others)


def check_list(library, videos: list[Known], filter_: VideoFilter) -> list[int]:
    """Compare all of a list, its count and one page with the same without SQL; return the ids."""
    expected = chosen(videos, filter_)
    assert library.ids(filter_) == expected, filter_
    assert library.count(filter_) == len(expected), filter_
    for offset in (0, len(expected) // 2, len(expected) // 2 + 1, max(0, len(expected) - 3), len(expected)):
        page = replace(filter_, limit=5, offset=offset)
        assert library.ids(page) == expected[offset : offset + 5], filter_
        found = [video.id for video in library.list(page, found=len(expected))]
        assert found == expected[offset : offset + 5], page
    return expected


_WITHOUT_FEATURES = """
    SELECT count(*) FROM videos v WHERE v.status = 'ok'
    AND EXISTS (SELECT 1 FROM places p WHERE p.video_id = v.id)
    AND NOT EXISTS (SELECT 1 FROM features f WHERE f.video_id = v.id AND f.space_id = ?)
"""


def check_counts(library, videos: list[Known]) -> None:
    """Compare the counts of tags, and of videos without features, with counting."""
    for space in (SPACE, OTHER_SPACE, "no such space"):
        (expected,) = database_of(library).execute(_WITHOUT_FEATURES, [space]).fetchone()
        assert library.features.count_without(space) == expected
    for counted, states in (
        (library.tag_counts(), {"suggested", "confirmed"}),
        (library.tag_counts(with_maybes=True), {"suggested", "confirmed", "maybe"}),
        (library.maybe_counts(), {"maybe"}),
    ):
        counts = Counter(
            name
            for video in videos
            for name, state in video.tags.items()
            if state in states and not video.marks & 6
        )
        assert counted == counts
        # As SQLite sorts names: whatever their case.
        assert list(counted.items()) == sorted(
            counts.items(), key=lambda item: (-item[1], item[0].casefold())
        )
