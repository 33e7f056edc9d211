"""Taught tags as files, to take them into another library whose videos are of the same feature space."""

from __future__ import annotations

import json
import math
import os
import tempfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from organizer.errors import TeachingError
from organizer.features.npz import read_npz
from organizer.library.taught import TaughtReport, TaughtTag

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FORMAT = 1
_MOST_BYTES = 1 << 22
_MOST = 1e6
"""No number of a tag is larger, and no count."""
_ARRAYS = ("centre", "scale", "weights")
_NUMBERS = ("slope", "offset", "given", "maybe")
_COUNTS = ("shown", "not_shown")


def _put(aside: str, file: Path) -> None:
    """Give a file its name, where there is none of it."""
    try:
        os.link(aside, file)
    except FileExistsError:
        raise
    except OSError:
        # Some sticks know no links.
        with open(aside, "rb") as content, file.open("xb") as stream:
            stream.write(content.read())


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError("its numbers are none that a tag has")
    return value


def write_taught(tag: TaughtTag, file: Path) -> None:
    """Write a taught tag to a new file, whole or not at all: arrays and a text, nothing that runs.

    What lies in it was learnt from videos, and is none of their pictures; its name and how many videos it was
    learnt from stand in it.

    Raises:
        TeachingError: there is a file of this name, or it cannot be written.
    """
    import numpy as np

    if tag.refines is not None:
        raise TeachingError(
            f"{tag.name} is a label of {tag.refines}, refined by your answers here, and goes with these. "
            "Export tags of your own."
        )
    facts = {
        "format": FORMAT,
        "name": tag.name,
        "space": tag.space_id,
        **{name: getattr(tag, name) for name in (*_NUMBERS, *_COUNTS)},
        "report": asdict(tag.report),
    }
    try:
        if file.exists():
            raise TeachingError(f"{file}: there is such a file already. Choose another name.")
        handle, aside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez(
                    stream,
                    facts=np.array(json.dumps(facts, ensure_ascii=False)),
                    **{name: getattr(tag, name).astype("<f4") for name in _ARRAYS},
                )
            # Not over a file that came to be meanwhile.
            _put(aside, file)
        finally:
            os.unlink(aside)
    except OSError as error:
        reason = error.strerror or error
        raise TeachingError(f"{file}: it cannot be written ({reason}). Choose another place.") from error


def read_taught(file: Path) -> TaughtTag:
    """Read a file that ``write_taught`` wrote; whatever else it holds is refused.

    Raises:
        TeachingError: it cannot be read, or is no such file.
    """
    try:
        return _tag(read_npz(file, _MOST_BYTES))
    except OSError as error:
        reason = error.strerror or error
        raise TeachingError(
            f"{file}: it cannot be read ({reason}). Name a file that --export wrote."
        ) from error
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise TeachingError(
            f"{file}: this is no taught tag, or it is damaged ({error}). Export it again where it was taught."
        ) from error


def _tag(stored: dict[str, NDArray[Any]]) -> TaughtTag:
    import numpy as np

    facts = json.loads(str(stored["facts"]))
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ValueError("a newer organizer wrote it, or none")
    centre, scale, weights = arrays = [stored[name].astype(np.float32) for name in _ARRAYS]
    if {array.shape for array in arrays} != {(len(weights),)} or not np.isfinite(
        np.concatenate(arrays)
    ).all():
        raise ValueError("its arrays do not fit together")
    slope, offset, given, maybe = numbers = [float(facts[name]) for name in _NUMBERS]
    if not all(map(math.isfinite, numbers)) or not 0 < maybe <= given <= 1:
        raise ValueError("its numbers are none that a tag has")
    if max(map(abs, numbers)) > _MOST or max(float(np.abs(array).max()) for array in arrays) > _MOST:
        raise ValueError("its numbers are none that a tag has")
    counts = {name: _count(facts[name]) for name in _COUNTS}
    said = {name: _count(facts["report"][name]) for name in ("given", "suggested", "wrong", "answers")}
    report = TaughtReport(**said, expected=min(max(float(facts["report"]["expected"]), 0.0), 1.0))
    return TaughtTag(
        name=str(facts["name"]),
        space_id=str(facts["space"]),
        centre=centre,
        scale=scale,
        weights=weights,
        slope=slope,
        offset=offset,
        given=given,
        maybe=maybe,
        shown=counts["shown"],
        not_shown=counts["not_shown"],
        report=report,
    )
