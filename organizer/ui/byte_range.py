"""The part of a file that a request asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re

_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,19})\s*-\s*(\d{0,19})\s*", re.IGNORECASE | re.ASCII)


class NotSatisfiableError(Exception):
    """The part lies behind the end of the file."""


def asked_range(header: str | None, size: int) -> range | None:
    """Return the bytes that a ``Range`` header asks for, None for all.

    What is no range is ignored, and so are several at once, as a server may: no player asks for them.

    Args:
        header: the header's value, None where there is none.
        size: of the file in bytes.

    Raises:
        NotSatisfiableError: the file has not a byte of it.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None:
        return None
    first, last = found.groups()
    if first:
        wanted = range(int(first), min(int(last) + 1 if last else size, size))
        if last and int(last) < int(first):
            return None
    elif last:
        wanted = range(max(0, size - int(last)), size)
    else:
        return None
    if not wanted:
        raise NotSatisfiableError
    return wanted
