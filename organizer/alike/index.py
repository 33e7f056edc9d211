"""All vectors of a library, brought up to date before each question."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from organizer.alike.measure import fit_measure
from organizer.alike.shelf import Kept, Shelf
from organizer.alike.vector_file import DamagedFileError, Origin
from organizer.alike.vectors import Vectors, vectors_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.alike.measure import Measure
    from organizer.library import Library

_FITTED_ON = 4000
"""Videos, spread over the library, whose means the measure is fitted on."""
_AT_ONCE = 125
"""Videos whose features are in memory together: 6 MB stored, 23 MB while vectors are made of them."""
_COPIED = 4000
"""Videos whose vectors are copied together: 8 MB."""
_LEAST_TAIL, _TAIL_SHARE = 500, 0.05
"""So many videos, or such a share of the base, may be new, or gone, before all is written anew."""
_OUTGROWN = 2
"""A library so many times as large as the one that the measure was fitted on is fitted anew."""


@dataclass(frozen=True, slots=True)
class Preparing:
    """How far the vectors of a library are made."""

    done: int
    total: int
    """Videos to make vectors of now; most often few."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The vectors of a library at one moment, and what alike means in it."""

    measure: Measure
    parts: tuple[Vectors, ...]
    """The base, and the tail if there is one: what stands in both is of the tail."""

    def by_whole(self, direction: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return ids of videos, and how alike each as a whole is to a direction; best first."""
        return self._ranked([part.by_whole(direction) for part in self.parts])

    def by_scene(self, direction: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return ids of videos, and how alike the best scene of each is to a direction; best first."""
        return self._ranked([part.by_scene(direction) for part in self.parts])

    def _ranked(self, answers: list[NDArray[np.float32]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        import numpy as np

        ids, alike = np.concatenate([part.ids for part in self.parts]), np.concatenate(answers)
        if len(self.parts) > 1:
            base, tail = self.parts
            left = np.ones(len(ids), bool)
            left[: len(base.ids)] = ~np.isin(base.ids, tail.ids)
            ids, alike = ids[left], alike[left]
        ranked = np.argsort(-alike, kind="stable")
        return ids[ranked], alike[ranked]


class Index:
    """The vectors of one library and feature space.

    ``refresh`` is for one thread at a time; what it found may be asked from any.
    """

    def __init__(self, folder: Path | None, library: Path, space_id: str) -> None:
        """Read nothing yet.

        Args:
            folder: where vectors are kept between runs; None keeps none.
            library: its file.
            space_id: the feature space.
        """
        self.space_id = space_id
        self._library = library
        self._shelf = Shelf(folder, library, space_id)
        self._kept = Kept(None, None)

    def refresh(self, library: Library) -> Iterator[Preparing]:
        """Bring the vectors up to date with a library; yields how far it is where that takes work.

        Args:
            library: the one whose file was named.

        Raises:
            sqlite3.Error: it cannot be read.
        """
        try:
            yield from self._refresh(library)
        except (OSError, DamagedFileError):
            # The disk became full, or fails. In memory there is room for this time.
            self._shelf = Shelf(None, self._library, self.space_id)
            yield from self._refresh(library)

    def is_current(self, library: Library) -> bool:
        """Whether there is nothing to bring up to date."""
        return _state_of(self._kept) == library.features.state(self.space_id)

    @property
    def now(self) -> Gathered | None:
        """What there is, as it stays whatever comes; None while the library has no features of the space."""
        kept = self._kept
        if kept.base is None:
            return None
        parts = (kept.base.vectors,) if kept.tail is None else (kept.base.vectors, kept.tail.vectors)
        return Gathered(kept.base.measure, parts)

    def _refresh(self, library: Library) -> Iterator[Preparing]:
        state = library.features.state(self.space_id)
        if _state_of(self._kept) == state:
            return
        # Another process may have done it.
        kept = self._shelf.load()
        if _state_of(kept) == state:
            self._kept = kept
            return
        if kept.base is None:
            kept = self._kept
        stamps = library.features.stamps(self.space_id)
        base = kept.base
        if base is None or len(stamps) >= _OUTGROWN * max(1, base.origin.fitted_on):
            yield from self._make_all(library, state, stamps)
            return
        stands = _stand(base.vectors, stamps)
        parts = [] if kept.tail is None else [(kept.tail.vectors, _stand(kept.tail.vectors, stamps))]
        known = {id_ for part, chosen in parts for id_ in part.ids[chosen].tolist()}
        known.update(base.vectors.ids[stands].tolist())
        new = [id_ for id_ in stamps if id_ not in known]
        small = sum(int(chosen.sum()) for _, chosen in parts) + len(new)
        gone = len(stands) - int(stands.sum())
        origin = replace(base.origin, state=state, name=secrets.token_urlsafe(12))
        if max(small, gone) <= max(_LEAST_TAIL, _TAIL_SHARE * len(stands)):
            begun = self._shelf.begin(replace(origin, follows=base.origin.name), base.measure, small)
        else:
            begun = self._shelf.begin(origin, base.measure, len(stamps))
            parts.insert(0, (base.vectors, stands))
        with begun as keeping:
            for vectors, chosen in parts:
                for part in _some_of(vectors, chosen):
                    keeping.add(part)
            for done, part in _made(library, self.space_id, base.measure, stamps, new):
                keeping.add(part)
                yield Preparing(done, len(new))
            finished = keeping.finish()
        is_tail = bool(finished.origin.follows)
        self._kept = Kept(base, finished) if is_tail else Kept(finished, None)

    def _make_all(self, library: Library, state: str, stamps: Mapping[int, int]) -> Iterator[Preparing]:
        ids = list(stamps)
        sample = ids[:: max(1, len(ids) // _FITTED_ON)]
        means = [
            found.quantised.mean(axis=0, dtype="f4")
            for _, found in library.features.of(sample, self.space_id)
            if len(found.quantised)
        ]
        if not means:
            self._kept = Kept(None, None)
            return
        measure = fit_measure(means)
        origin = Origin(self._shelf.library, self.space_id, state, secrets.token_urlsafe(12), "", len(ids))
        with self._shelf.begin(origin, measure, len(ids)) as keeping:
            for done, part in _made(library, self.space_id, measure, stamps, ids):
                keeping.add(part)
                yield Preparing(done, len(ids))
            self._kept = Kept(keeping.finish(), None)


def _made(
    library: Library, space_id: str, measure: Measure, stamps: Mapping[int, int], ids: Sequence[int]
) -> Iterator[tuple[int, Vectors]]:
    """Yield the vectors of some videos, with how many are done."""
    for start in range(0, len(ids), _AT_ONCE):
        asked = ids[start : start + _AT_ONCE]
        found = [
            (id_, stamps[id_], features.quantised)
            for id_, features in library.features.of(asked, space_id)
            if len(features.quantised)
        ]
        if found:
            yield start + len(asked), vectors_of(measure, sorted(found, key=lambda one: one[0]))


def _state_of(kept: Kept) -> str | None:
    newest = kept.tail or kept.base
    return None if newest is None else newest.origin.state


def _stand(vectors: Vectors, stamps: Mapping[int, int]) -> NDArray[np.bool_]:
    """Return of which videos the features are those of now, (videos,)."""
    import numpy as np

    pairs = zip(vectors.ids.tolist(), vectors.stamps.tolist(), strict=True)
    return np.array([stamps.get(id_) == stamp for id_, stamp in pairs], bool)


def _some_of(vectors: Vectors, chosen: NDArray[np.bool_]) -> Iterator[Vectors]:
    """Yield the vectors of chosen videos, a few thousand at a time: of a large library they fill memory."""
    for start in range(0, len(chosen), _COPIED):
        some = chosen[start : start + _COPIED]
        if some.any():
            yield vectors.part(start, start + len(some)).only(some)
