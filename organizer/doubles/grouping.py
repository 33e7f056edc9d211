"""From pairs to groups: of each film the video to keep, and the files that show nothing else."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from organizer.doubles.deciding import SAME_LENGTH_S
from organizer.doubles.keeping import Choice, choose
from organizer.library.doubles import PairKind
from organizer.library.records import Status
from organizer.types import MAX_SECONDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from organizer.library import Library
    from organizer.library.doubles import DoublePair
    from organizer.library.records import VideoRecord


class Relation(StrEnum):
    """What a file is to the video that is kept."""

    SAME_FILE = "same file"
    """As far as its size and a sample of it tell."""
    COPY = "copy"
    """It shows all of it: encoded again, resized, cropped, with text over it."""
    PART = "part"
    """It shows a part of it, and nothing else."""
    OVERLAP = "overlap"
    """Both show the same for a while, and each something else: neither can take the other's place."""


@dataclass(frozen=True, slots=True)
class Double:
    """A file that shows what the kept video shows."""

    video: VideoRecord
    path: str
    """Absolute; a video that lies at several places is there once for each."""
    status: Status
    """Of this file."""
    relation: Relation
    begins_s: float
    """Where in the kept video it begins."""
    likeness: float
    """At most 1, which two equal files have."""
    known_s: float | None
    """Up to where that is known of one that is longer; None where all of it is."""
    sure: bool = True
    """Whether it is told from another take of the same scene, for which it may be too short or too still,
    and from another film that begins alike."""
    goes_on: bool = False
    """Whether it is not, for one of both goes on past what is known of it."""

    @property
    def replaceable(self) -> bool:
        """Whether the kept video shows all that it shows."""
        return self.relation is not Relation.OVERLAP


@dataclass(frozen=True, slots=True)
class Group:
    """Files that show one film."""

    kept: VideoRecord
    why: str
    """Why this one is to be kept, as words: ``the longest``."""
    doubles: tuple[Double, ...]
    """The others, best first."""

    @property
    def videos(self) -> tuple[int, ...]:
        """The ids of all videos in it, the kept one first."""
        return tuple(dict.fromkeys([self.kept.id, *(double.video.id for double in self.doubles)]))

    @property
    def copies(self) -> tuple[int, ...]:
        """The ids of those that surely show all of it: whatever was decided about them holds for it too."""
        return self._surely(Relation.SAME_FILE, Relation.COPY)

    @property
    def parts(self) -> tuple[int, ...]:
        """The ids of those that surely show a part of it: what is not to be seen there may be elsewhere."""
        return self._surely(Relation.PART)

    def _surely(self, *relations: Relation) -> tuple[int, ...]:
        found = (double.video.id for double in self.doubles if double.sure and double.relation in relations)
        return tuple(dict.fromkeys(id_ for id_ in found if id_ != self.kept.id))


def groups_of(library: Library) -> list[Group]:
    """Return the groups of what the last search found, without what a person said is no double.

    They have a certain order, by the id of the kept video.
    """
    pairs = library.doubles.pairs()
    ids = {id_ for pair in pairs for id_ in (pair.first_id, pair.second_id)}
    ids |= set(library.doubles.at_several_places())
    records = {record.id: record for record in library.records(sorted(ids))}
    return grouped(pairs, records, library.doubles.said_not_the_same())


def grouped(
    pairs: Sequence[DoublePair],
    records: Mapping[int, VideoRecord],
    not_the_same: Collection[tuple[int, int]] = frozenset(),
) -> list[Group]:
    """Return groups; each video is in one of them at most.

    In a group all others are copies or parts of the kept one, be it by way of each other: a video that joins
    two others takes the place of both, and no one of these that of the other.

    Args:
        pairs: what shows the same; those of videos that are not among the records are passed over.
        records: by id, all videos of the pairs, and those that lie at several places.
        not_the_same: what a person says are none, the smaller id first: neither is in the group of the other
            by way of a third.
    """
    known = [pair for pair in pairs if pair.first_id in records and pair.second_id in records]
    inside: dict[int, dict[int, DoublePair]] = defaultdict(dict)
    for pair in known:
        if pair.kind in {PairKind.COPY, PairKind.SECOND_IN_FIRST}:
            inside[pair.first_id][pair.second_id] = pair
        if pair.kind in {PairKind.COPY, PairKind.FIRST_IN_SECOND}:
            inside[pair.second_id][pair.first_id] = pair
    groups, alone = list[Group](), set[int]()
    for together in _components(known):
        left = set(together)
        while left:
            found = _group_of(left, inside, records, not_the_same)
            left -= set(found.videos)
            if len(found.videos) > 1:
                groups.append(found)
            else:
                alone.add(found.kept.id)
    groups = _with_overlaps(groups, alone, known, records)
    in_groups = {id_ for group in groups for id_ in group.videos}
    for record in records.values():
        if record.id not in in_groups and (same := tuple(_same_files(record))):
            groups.append(Group(record, _ONE_FILE, same))
    return sorted(groups, key=lambda group: group.kept.id)


@dataclass(frozen=True, slots=True)
class _Link:
    """How a video hangs together with the one that is kept."""

    begins_s: float
    likeness: float
    is_copy: bool
    sure: bool
    goes_on: bool
    way: tuple[int, ...]
    """The ids from the one that is kept to it."""


_ONE_FILE = "one of files that are the same, as far as their size and a sample of them tell"


def _goes_on(pair: DoublePair, records: Mapping[int, VideoRecord]) -> bool:
    """Whether one of two goes on past what is known, and may be another film that begins alike.

    Not where both are of one length and begin together: two films would hardly be so by chance.
    """
    lengths = [records[id_].duration_s for id_ in (pair.first_id, pair.second_id)]
    first, second = lengths
    if first is None or second is None:
        return True
    if max(first, second) <= MAX_SECONDS:
        return False
    return abs(first - second) > SAME_LENGTH_S or pair.offset_s != 0


def _group_of(
    left: set[int],
    inside: Mapping[int, Mapping[int, DoublePair]],
    records: Mapping[int, VideoRecord],
    not_the_same: Collection[tuple[int, int]],
) -> Group:
    """Return the group of the best of some videos: it and all that it can take the place of."""
    choice: Choice = choose([records[id_] for id_ in sorted(left)])
    kept = choice.kept
    met = {kept.id: _Link(0.0, 1.0, is_copy=True, sure=True, goes_on=False, way=(kept.id,))}
    waiting = deque([kept.id])
    while waiting:
        whole = waiting.popleft()
        link = met[whole]
        for id_, pair in sorted(inside.get(whole, {}).items()):
            denied = any((min(id_, other), max(id_, other)) in not_the_same for other in link.way)
            if id_ in left and id_ not in met and not denied:
                offset_s = pair.offset_s if pair.first_id == whole else -pair.offset_s
                met[id_] = _Link(
                    link.begins_s + offset_s,
                    min(link.likeness, pair.likeness),
                    is_copy=link.is_copy and pair.kind is PairKind.COPY,
                    sure=link.sure and pair.sure,
                    goes_on=link.goes_on or _goes_on(pair, records),
                    way=(*link.way, id_),
                )
                waiting.append(id_)
    doubles = list(_same_files(kept))
    others = [records[id_] for id_ in met if id_ != kept.id]
    # Once more, for the best of all may be so for a reason that this group does not know.
    why = choose([kept, *others]).why
    while others:
        best = choose(others).kept
        doubles += _files(best, met[best.id])
        others = [each for each in others if each.id != best.id]
    return Group(kept, why, tuple(doubles))


def _with_overlaps(
    groups: list[Group], alone: set[int], pairs: Iterable[DoublePair], records: Mapping[int, VideoRecord]
) -> list[Group]:
    """Add to groups the videos that are in none and overlap with what is kept; else they make their own."""
    by_kept = {group.kept.id: group for group in groups}
    for pair in sorted(pairs, key=lambda each: (each.first_id, each.second_id)):
        for id_, other in ((pair.first_id, pair.second_id), (pair.second_id, pair.first_id)):
            if id_ not in alone or (other not in by_kept and other not in alone):
                continue
            if other not in by_kept:
                kept = choose([records[id_], records[other]])
                by_kept[kept.kept.id] = Group(kept.kept, kept.why, tuple(_same_files(kept.kept)))
                alone.discard(kept.kept.id)
            whole = other if other in by_kept else id_
            more_id = id_ if whole == other else other
            group = by_kept[whole]
            offset_s = pair.offset_s if pair.first_id == whole else -pair.offset_s
            link = _Link(
                *(offset_s, pair.likeness),
                is_copy=False,
                sure=pair.sure,
                goes_on=_goes_on(pair, records),
                way=(whole, more_id),
            )
            more = tuple(_files(records[more_id], link, Relation.OVERLAP))
            by_kept[whole] = Group(group.kept, group.why, (*group.doubles, *more))
            alone.discard(more_id)
            break
    return list(by_kept.values())


def _same_files(record: VideoRecord) -> Iterator[Double]:
    """Yield the other files of a video that is kept."""
    there = [place for place in record.places if place.status is not Status.MISSING]
    for place in there[1:]:
        yield Double(record, place.path, place.status, Relation.SAME_FILE, 0.0, 1.0, None)


def _files(record: VideoRecord, link: _Link, relation: Relation | None = None) -> Iterator[Double]:
    relation = relation or (Relation.COPY if link.is_copy else Relation.PART)
    begins_s = link.begins_s if relation is Relation.OVERLAP else max(0.0, link.begins_s)
    known_s = None if record.duration_s is None or record.duration_s <= MAX_SECONDS + 1 else MAX_SECONDS
    for place in record.places:
        if place.status is not Status.MISSING:
            yield Double(
                *(record, place.path, place.status, relation, begins_s, link.likeness, known_s),
                sure=link.sure and not link.goes_on,
                goes_on=link.goes_on,
            )


def _components(pairs: Iterable[DoublePair]) -> list[list[int]]:
    """Return the videos that hang together by pairs, each list by id, in the order of their first ids."""
    parent: dict[int, int] = {}

    def root(id_: int) -> int:
        parent.setdefault(id_, id_)
        while parent[id_] != id_:
            parent[id_] = parent[parent[id_]]
            id_ = parent[id_]
        return id_

    for pair in pairs:
        one, other = sorted((root(pair.first_id), root(pair.second_id)))
        parent[other] = one
    found: dict[int, list[int]] = defaultdict(list)
    for id_ in sorted(parent):
        found[root(id_)].append(id_)
    return [found[id_] for id_ in sorted(found)]
