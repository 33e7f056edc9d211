"""What a person takes away of the gallery: offered by a callback, fetched by the browser afterwards."""

from __future__ import annotations

import secrets
import threading
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_OFFERS = 20


class Format(StrEnum):
    """As what some videos are taken away."""

    ZIP = "zip"
    """The files themselves."""
    CSV = "csv"
    """A table of what is known of them."""
    M3U = "m3u"
    """A playlist of where they lie."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Some videos, in their order, as something."""

    ids: array[int]
    format: Format


class Exports:
    """The last offers; for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offers: OrderedDict[str, Offer] = OrderedDict()

    def offer(self, video_ids: Sequence[int], format_: Format) -> str:
        """Return the address, on this server, at which some videos can be fetched."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._offers[token] = Offer(array("q", video_ids), format_)
            if len(self._offers) > MOST_OFFERS:
                self._offers.popitem(last=False)
        return f"/export/{token}"

    def get(self, token: str) -> Offer | None:
        """Return what is offered under a token, None where nothing is."""
        with self._lock:
            return self._offers.get(token)


EXPORTS = Exports()
"""Of this process, which shows one library."""
