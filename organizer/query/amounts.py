"""Numbers of a search as text: lengths, sizes, pixels, stars and scores, and how they are compared."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from organizer.query.expr import Bounds, Measure

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNS = ("<=", ">=", "<", ">", "=")
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,3})?"
_LENGTH = re.compile(rf"(?:({_NUMBER})h)?(?:({_NUMBER})m)?(?:({_NUMBER})s?)?")
_LENGTH_UNITS = {"h": 3600, "m": 60, "s": 1}
_LENGTH_WORDS = (
    ("hours", "h"),
    ("hour", "h"),
    ("minutes", "m"),
    ("minute", "m"),
    ("min", "m"),
    ("seconds", "s"),
    ("second", "s"),
    ("sec", "s"),
)
_CLOCK = re.compile(r"(?:([0-9]{1,4}):)?([0-9]{1,4}):([0-9]{2}(?:\.[0-9]{1,3})?)")
_SIZE = re.compile(r"([0-9]{1,16}(?:\.[0-9]{1,3})?)(tb|gb|mb|kb|b)")
_SIZE_UNITS = {"tb": 10**12, "gb": 10**9, "mb": 10**6, "kb": 10**3, "b": 1}
_LARGEST_SIZE = 10**15
"""Bytes; all below are exact as a float."""
_SHARE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,20})?")
_MOST_STARS = 5

EXAMPLES = {
    Measure.LENGTH: "length:<30s, length:>2m or length:30s..2m",
    Measure.SIZE: "size:>100MB or size:10MB..2GB",
    Measure.WIDTH: "width:>=1920",
    Measure.HEIGHT: "height:>=1080",
    Measure.RATING: "rating:>=4 or rating:5",
}
SCORE_EXAMPLE = "score:Animal>0.8"


def split_sign(text: str) -> tuple[str, str]:
    """Return the sign that a value begins with, such as ``<=``, and the rest; no sign is an empty one."""
    sign = next((sign for sign in _SIGNS if text.startswith(sign)), "")
    return sign, text[len(sign) :]


def read_amount(measure: Measure, text: str) -> Bounds:
    """Return the bounds that a value such as ``<30s`` or ``30s..2m`` sets.

    Raises:
        ValueError: it sets none; the message is for people.
    """
    sign, rest = split_sign(text.casefold())
    if not sign and ".." in rest:
        return _range(rest, lambda end: _value(measure, end))
    value = _value(measure, rest)
    if sign in {"", "="}:
        return _about(measure, value, rest)
    return _compared(sign, value)


def read_score(text: str) -> Bounds:
    """Return the bounds that ``>0.8``, ``<=80%`` or ``=0.5..0.8`` set.

    Raises:
        ValueError: they set none; the message is for people.
    """
    sign, rest = split_sign(text)
    if sign in {"", "="}:
        if ".." in rest:
            return _range(rest, _share)
        raise ValueError(f"Say above or below which score, as in {SCORE_EXAMPLE}.")
    return _compared(sign, _share(rest))


def write_amount(measure: Measure, bounds: Bounds) -> str:
    """Return the text from which ``read_amount`` reads the bounds."""
    low, high = bounds.low, bounds.high
    if measure is Measure.LENGTH and low is not None and high is not None and bounds.high_open:
        unit = next(unit for unit, seconds in _LENGTH_UNITS.items() if seconds == round(high - low))
        return f"{_decimal(round((low + high) / 2, 3) / _LENGTH_UNITS[unit])}{unit}"
    if measure in {Measure.WIDTH, Measure.HEIGHT, Measure.RATING} and low is not None and low == high:
        return _decimal(low)
    return _written(bounds, lambda value: amount_text(measure, value))


def write_score(bounds: Bounds) -> str:
    """Return the text from which ``read_score`` reads the bounds."""
    text = _written(bounds, _decimal)
    return text if text[0] in "<>" else f"={text}"


def _range(text: str, value: Callable[[str], float]) -> Bounds:
    first, _, last = text.partition("..")
    low, high = value(first) if first else None, value(last) if last else None
    if low is None and high is None:
        raise ValueError("A range needs a number before or after its two dots.")
    if low is not None and high is not None and low > high:
        raise ValueError("This range ends before it begins. Write the smaller number first.")
    return Bounds(low, high)


def _compared(sign: str, value: float) -> Bounds:
    if sign[0] == "<":
        return Bounds(high=value, high_open=sign == "<")
    return Bounds(low=value, low_open=sign == ">")


def _about(measure: Measure, value: float, text: str) -> Bounds:
    """Return the bounds of a value by itself: a length is rounded to its smallest unit, as it is shown.

    Raises:
        ValueError: nobody means a size to the byte.
    """
    if measure is Measure.SIZE:
        raise ValueError(f"Say larger or smaller than which size, as in {EXAMPLES[measure]}.")
    if measure is not Measure.LENGTH:
        return Bounds(value, value)
    half = 0.5 if "." in text else _LENGTH_UNITS.get(_short_units(text)[-1], 1) / 2
    return Bounds(value - half, value + half, high_open=True)


def _value(measure: Measure, text: str) -> float:
    text = text.strip()
    value = _READERS[measure](text)
    if value is None:
        raise ValueError(f"{text or 'Nothing'} is no {_NOUNS[measure]}. Write it as in {EXAMPLES[measure]}.")
    return value


def read_seconds(text: str) -> float | None:
    """Return the seconds that ``90``, ``5.5``, ``1:30``, ``1:02:03`` or ``1m30s`` say; None for other text.

    Args:
        text: in small letters.
    """
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (Decimal(part or 0) for part in clock.groups())
        return float(hours * 3600 + minutes * 60 + seconds)
    found = _LENGTH.fullmatch(_short_units(text))
    if not text or found is None:
        return None
    parts = zip(found.groups(), _LENGTH_UNITS.values(), strict=True)
    return float(sum((Decimal(number) * unit for number, unit in parts if number), Decimal()))


def _short_units(text: str) -> str:
    text = "".join(text.split())
    for word, unit in _LENGTH_WORDS:
        text = text.replace(word, unit)
    return text


def _bytes(text: str) -> float | None:
    found = _SIZE.fullmatch("".join(text.split()))
    size = round(Decimal(found[1]) * _SIZE_UNITS[found[2]]) if found else None
    return None if size is None or size > _LARGEST_SIZE else float(size)


def _pixels(text: str) -> float | None:
    text = text.removesuffix("px").removesuffix("p").strip()
    return float(text) if re.fullmatch("[0-9]{1,6}", text) else None


def _stars(text: str) -> float | None:
    return float(text) if re.fullmatch("[0-9]", text) and int(text) <= _MOST_STARS else None


_READERS: dict[Measure, Callable[[str], float | None]] = {
    Measure.LENGTH: read_seconds,
    Measure.SIZE: _bytes,
    Measure.WIDTH: _pixels,
    Measure.HEIGHT: _pixels,
    Measure.RATING: _stars,
}
_NOUNS = {
    Measure.LENGTH: "length",
    Measure.SIZE: "size",
    Measure.WIDTH: "number of pixels",
    Measure.HEIGHT: "number of pixels",
    Measure.RATING: "number of stars from 0 to 5",
}


def _share(text: str) -> float:
    text = text.strip()
    number = text.removesuffix("%")
    if _SHARE.fullmatch(number):
        share = float(Decimal(number) / 100 if text.endswith("%") else Decimal(number))
        if share <= 1:
            return share
    raise ValueError(f"{text or 'Nothing'} is no score. Scores lie between 0 and 1, as in {SCORE_EXAMPLE}.")


def _written(bounds: Bounds, text_of: Callable[[float], str]) -> str:
    low = None if bounds.low is None else text_of(bounds.low)
    high = None if bounds.high is None else text_of(bounds.high)
    if low is None:
        return f"<{'' if bounds.high_open else '='}{high}"
    if high is None:
        return f">{'' if bounds.low_open else '='}{low}"
    return f"{low}..{high}"


def amount_text(measure: Measure, value: float) -> str:
    """Return one number with its unit, the largest that it is a whole number of: ``2m``, ``100MB``."""
    if measure is Measure.LENGTH:
        unit = next(
            unit
            for unit, seconds in _LENGTH_UNITS.items()
            if seconds == 1 or (value and value % seconds == 0)
        )
        return f"{_decimal(value / _LENGTH_UNITS[unit])}{unit}"
    if measure is Measure.SIZE:
        unit = next(unit for unit, size in _SIZE_UNITS.items() if size == 1 or (value and value % size == 0))
        return f"{_decimal(value / _SIZE_UNITS[unit])}{unit.upper()}"
    return _decimal(value)


def _decimal(value: float) -> str:
    """Return the shortest digits that are this number, never with an exponent."""
    return format(Decimal(repr(value)).normalize() + 0, "f")
