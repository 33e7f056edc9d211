"""Clips with pictures and sound whose seconds are known, and what is served of them, decoded."""

from __future__ import annotations

import io
import os
import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from organizer.playback.desk import Desk, Look, Make, Opened
from organizer.playback.original import Original
from tests.clips import colour_of, plain

LOUD_EVERY = 3
"""Sound is loud in seconds 1, 4, 7 ... and silent in all others."""
LOUD = 0.5


def is_loud(second: int) -> bool:
    return second % LOUD_EVERY == 1


def make_film(
    path: Path,
    codec: str,
    sound: str | None,
    *,
    seconds: float = 6.0,
    fps: int = 10,
    size: tuple[int, int] = (64, 48),
    key_every: int = 10,
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    sound_seconds: float | None = None,
    rate: int = 48_000,
    container: str | None = None,
) -> Path:
    """A clip that shows colour_of(k) in second k and is loud where ``is_loud``."""
    import av

    with av.open(str(path), "w", format=container) as output:
        film: Any = output.add_stream(codec, rate=fps, options=options or {})
        film.width, film.height = size
        film.pix_fmt = pix_fmt
        film.codec_context.gop_size = key_every
        heard: Any = output.add_stream(sound, rate=rate) if sound else None
        if heard is not None:
            heard.codec_context.layout, heard.codec_context.bit_rate = "stereo", 128_000
        # In step, as a camera writes them.
        blocks = _sound_blocks(heard, rate, sound_seconds or seconds) if heard is not None else iter(())
        block = next(blocks, None)
        for index in range(round(seconds * fps)):
            while block is not None and block.pts / rate <= index / fps:
                output.mux(heard.encode(block))
                block = next(blocks, None)
            frame = av.VideoFrame.from_ndarray(plain(colour_of(index // fps), size), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            output.mux(film.encode(frame))
        while block is not None:
            output.mux(heard.encode(block))
            block = next(blocks, None)
        output.mux(film.encode())
        if heard is not None:
            output.mux(heard.encode())
    return path


def _sound_blocks(stream: Any, rate: int, seconds: float):
    import av

    at = np.arange(round(seconds * rate))
    tone = LOUD * np.sin(2 * np.pi * 440 * at / rate)
    tone *= np.isin(at // rate % LOUD_EVERY, [1])
    resampler = av.AudioResampler(
        format=stream.codec_context.format, layout="stereo", rate=rate, frame_size=stream.frame_size or 1024
    )
    stereo = np.stack([tone, tone]).astype(np.float32)
    for first in range(0, stereo.shape[1], 1024):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(stereo[:, first : first + 1024]), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
        yield from resampler.resample(frame)


def shown_by(path: Path) -> list[tuple[float, np.ndarray]]:
    """The pictures of a file as FFmpeg decodes them: seconds from the first one, and mean RGB."""
    import av

    found = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        for frame in container.decode(stream):
            # AVI has no stamps but the order of its packets.
            stamp = frame.dts if container.format.name == "avi" else frame.pts
            time_s = float((stamp - stream.start_time) * stream.time_base)
            found.append((time_s, middle(frame.to_ndarray(format="rgb24"))))
    return found


def original_of(path: Path, duration_s: float | None = None) -> Original:
    return Original.of(str(path), path.name, os.stat(path), duration_s)


@dataclass
class Served:
    """What a browser would get, decoded."""

    opened: Opened
    times: list[float]
    colours: list[np.ndarray]
    """Mean RGB of the middle of each picture."""
    pictures: list[np.ndarray]
    loudness: list[float]
    """Root mean square of each tenth of a second."""
    pieces: int


def served(path: Path, *, numbers: list[int] | None = None, duration_s: float | None = None) -> Served:
    """Have all pieces of a file made, in an order, and decode what comes of them in their own."""
    original = original_of(path, duration_s)
    made: dict[int, bytes] = {}
    with Desk(2) as desk:
        opened = desk.answer(Look(original))
        assert isinstance(opened, Opened)
        if numbers is None:
            number, last = 0, False
            while not last:
                piece = desk.answer(Make(original, number))
                made[number], last = piece.data, piece.is_last
                number += 1
                assert number < 1000
        else:
            for number in numbers:
                made[number] = desk.answer(Make(original, number)).data
    return decoded(opened, [made[number] for number in sorted(made)])


def decoded(opened: Opened, pieces: list[bytes]) -> Served:
    import av

    data = opened.beginning + b"".join(pieces)
    # FFmpeg shows all pictures of a fragment later by the largest negative offset in it; browsers do not.
    late = max((_negative_offset(piece) for piece in pieces), default=0) / 90_000
    times, pictures = [], []
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode(video=0):
            times.append(float(frame.pts * frame.time_base) - late)
            pictures.append(frame.to_ndarray(format="rgb24"))
    samples = np.zeros(0, np.float32)
    with av.open(io.BytesIO(data)) as container:
        if container.streams.audio:
            for frame in container.decode(audio=0):
                at = frame.pts
                if at > len(samples):
                    samples = np.pad(samples, (0, at - len(samples)))
                samples = np.concatenate([samples[:at], frame.to_ndarray()[0]])
    tenth = 4800
    loudness = [
        float(np.sqrt((samples[at : at + tenth] ** 2).mean())) for at in range(0, len(samples), tenth)
    ]
    colours = [middle(rgb) for rgb in pictures]
    return Served(opened, times, colours, pictures, loudness, len(pieces))


def middle(rgb: np.ndarray) -> np.ndarray:
    height, width = rgb.shape[:2]
    part = rgb[height // 4 : height - height // 4, width // 4 : width - width // 4]
    return part.reshape(-1, 3).astype(float).mean(axis=0)


def _negative_offset(piece: bytes) -> int:
    """Return the size of the most negative composition offset of a piece, in ticks."""
    worst, at = 0, piece.find(b"trun")
    while at >= 0:
        flags = int.from_bytes(piece[at + 5 : at + 8], "big")
        (count,) = struct.unpack_from(">I", piece, at + 8)
        first = at + 12 + 4 * bool(flags & 1) + 4 * bool(flags & 4)
        size = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
        if flags & 0x800:
            for index in range(count):
                worst = min(worst, struct.unpack_from(">i", piece, first + (index + 1) * size - 4)[0])
        at = piece.find(b"trun", at + 4)
        if at > 5000:
            break
    return -worst
