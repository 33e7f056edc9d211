"""Where YouTube-8M comes from: addresses, as data in ``sources.json``."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from organizer.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES_VARIABLE = "ORGANIZER_YT8M_SOURCES"
"""Environment variable that names a file to use in place of the built-in one, for mirrors of one's own."""

_BUILT_IN = Path(__file__).with_name("sources.json")


@dataclass(frozen=True, slots=True)
class Yt8mSources:
    """Addresses; in braces what is to be filled in: level, split, and the name of a shard."""

    mirrors: Mapping[str, str]
    """Address of a shard by name of the mirror."""
    plans: tuple[str, ...]
    """Of the list of a split's shards with their MD5, in the order in which they are tried."""
    vocabulary: tuple[str, ...]
    usual_bytes: Mapping[str, int]
    """Of a shard by level, for where a server does not say it."""

    def shard_urls(self, mirror: str, level: str, split: str, name: str) -> tuple[str, ...]:
        """Return a shard's addresses, the wanted mirror first.

        Raises:
            DownloadError: there is no such mirror.
        """
        if mirror not in self.mirrors:
            raise DownloadError(
                f"There is no mirror {mirror!r} of YouTube-8M, only {', '.join(self.mirrors)}."
            )
        order = [mirror, *(other for other in self.mirrors if other != mirror)]
        return tuple(self.mirrors[one].format(level=level, split=split, name=name) for one in order)

    def plan_urls(self, level: str, split: str) -> tuple[str, ...]:
        """Return the addresses of a split's list."""
        return tuple(url.format(level=level, split=split) for url in self.plans)


def read_yt8m_sources(environment: Mapping[str, str] = os.environ) -> Yt8mSources:
    """Read the built-in addresses, or those of the file that ``ORGANIZER_YT8M_SOURCES`` names.

    Raises:
        DownloadError: that file cannot be used.
    """
    chosen = environment.get(SOURCES_VARIABLE)
    file = Path(chosen).expanduser() if chosen else _BUILT_IN
    try:
        return _sources(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise DownloadError(
            f"{file}: this list of addresses of YouTube-8M cannot be used ({reason}). Mend it, or unset "
            f"{SOURCES_VARIABLE}."
        ) from error


def _sources(raw: dict[str, Any]) -> Yt8mSources:
    sources = Yt8mSources(
        dict(raw["mirrors"]),
        tuple(raw["plans"]),
        tuple(raw["vocabulary"]),
        {level: int(size) for level, size in raw["usual_bytes"].items()},
    )
    for url in (*sources.mirrors.values(), *sources.plans, *sources.vocabulary):
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} is no http or https address")
        url.format(level="", split="", name="")
    return sources
