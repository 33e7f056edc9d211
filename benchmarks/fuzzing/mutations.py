"""Ways to damage a file; each takes its bytes and a source of chance and returns other bytes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

_SIZES = (0, 1, 7, 8, 9, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_NAMED = re.compile(
    rb"ftyp|moov|mvhd|trak|tkhd|mdhd|hdlr|stbl|stsd|stts|ctts|stsc|stsz|stco|co64|stss|elst|avc1|hvc1|mdat|moof"
    rb"|LIST|RIFF|hdrl|avih|strh|strf|strl|movi|idx1|indx|00dc|01wb|JUNK|OggS|FLV|\x1a\x45\xdf\xa3|\x1f\x43\xb6\x75"
    rb"|\x16\x54\xae\x6b|\x00\x00\x01[\xb0-\xff]"
)
_HEADER_BYTES = 2048
_MOST_BYTES = 4 * 2**20
"""No mutant is larger: the drive is not what is tested."""


def _at(data: bytes, chance: random.Random) -> int:
    """Return a position, half of the time one near the beginning, where headers are."""
    end = min(len(data), _HEADER_BYTES) if chance.random() < 0.5 else len(data)
    return chance.randrange(max(1, end))


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = _at(data, chance)
    return start, min(len(data), start + 2 ** chance.randint(0, 13))


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    """Turn some bits over."""
    out = bytearray(data)
    for _ in range(2 ** chance.randint(0, 7)):
        out[_at(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(out)


def scramble(data: bytes, chance: random.Random) -> bytes:
    """Write chance over a run of bytes."""
    start, end = _span(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def blank(data: bytes, chance: random.Random) -> bytes:
    """Write one value over a run of bytes."""
    start, end = _span(data, chance)
    return data[:start] + chance.choice((b"\0", b"\xff")) * (end - start) + data[end:]


def cut_off(data: bytes, chance: random.Random) -> bytes:
    """Keep the beginning only."""
    return data[: chance.randrange(len(data))]


def remove(data: bytes, chance: random.Random) -> bytes:
    """Take a run of bytes out."""
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def repeat(data: bytes, chance: random.Random) -> bytes:
    """Write a run of bytes several times."""
    start, end = _span(data, chance)
    return data[:start] + data[start:end] * chance.choice((2, 3, 50)) + data[end:]


def swap(data: bytes, chance: random.Random) -> bytes:
    """Change two parts for each other."""
    a, b, c = sorted(chance.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def set_sizes(data: bytes, chance: random.Random) -> bytes:
    """Give boxes, chunks and elements sizes that they do not have."""
    out = bytearray(data)
    places = [match.start() for match in _NAMED.finditer(data)]
    for place in chance.sample(places, min(len(places), chance.randint(1, 3))):
        order = chance.choice(("big", "little"))
        # Before the name as in MP4, after it as in AVI.
        at = max(0, place + chance.choice((-4, 4)))
        out[at : at + 4] = chance.choice(_SIZES).to_bytes(4, order)
    return bytes(out)


def set_fields(data: bytes, chance: random.Random) -> bytes:
    """Write the least and the greatest numbers into headers: dimensions, counts, times."""
    out = bytearray(data)
    places = [match.start() for match in _NAMED.finditer(data)] or [0]
    for _ in range(chance.randint(1, 4)):
        at = min(chance.choice(places) + 4 * chance.randint(1, 24), max(0, len(data) - 8))
        width = chance.choice((1, 2, 4, 8))
        number = chance.choice(_SIZES) % 2 ** (8 * width)
        out[at : at + width] = number.to_bytes(width, chance.choice(("big", "little")))
    return bytes(out)


def pad(data: bytes, chance: random.Random) -> bytes:
    """Fill up the end."""
    return data + chance.choice((b"\0", b"\xff", b"\x47", b"\0\0\1\xba")) * 2 ** chance.randint(4, 18)


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip_bits,
    scramble,
    blank,
    cut_off,
    remove,
    repeat,
    swap,
    set_sizes,
    set_fields,
    pad,
)


def mutant(seeds: list[bytes], chosen: int, chance: random.Random) -> tuple[bytes, list[str]]:
    """Return a damaged copy of a file, and what was done to it; seeds: files to splice it with, too."""
    data, names = seeds[chosen], []
    if chance.random() < 0.1:
        other = chance.choice(seeds)
        data = data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]
        names.append("splice")
    for _ in range(chance.choice((1, 1, 1, 2, 3)) - len(names)):
        mutation = chance.choice(MUTATIONS)
        data = mutation(data, chance) if data else data
        names.append(mutation.__name__)
    return data[:_MOST_BYTES], names
