"""Copies of the corpus's clips as people make them, each a real file that is looked at as a scan does.

Clips are pictures of whole seconds. As video they run at five pictures a second, each a mixture of its
second's picture and the next one's, so that a copy whose seconds begin elsewhere really shows something
else. The few clips that lie there as files are taken from these, with all that moves in them.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from organizer.demo import make_clips
from organizer.errors import VideoError
from organizer.frames.decode import Decoded, decode
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.models.catalogue import open_bundle
from organizer.pipeline.analyse import analyse
from organizer.tags.tagger import Tagger
from organizer.training.lite.corpus import Clip, read_corpus, read_picture
from organizer.types import VideoFile
from tests.corpus import CORPUS

MADE_AS = 2
"""Goes into the name of what is kept: another number makes all copies anew."""
RATE = 5
TRIM_S = 3.0
_CROPPED = 0.05
_LONGEST_S = 60
"""Of a joined video; a scan looks at 45 s."""

Film = list[NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Made:
    """One video: an original clip, or a copy."""

    clip: str
    """Names of the clips in it, with ``+`` between."""
    kind: str
    fold: int
    rows: NDArray[np.uint8]
    """(seconds, 1024)."""
    duration_s: float
    width: int
    height: int
    starts: tuple[float, ...] = (0.0,)
    """Seconds in this video at which its clips begin."""
    is_film: bool = False
    """Whether it was made of a file that moves."""
    poster: bytes = b""
    """WebP."""


def _resized(film: Film, factor: float) -> Film:
    height, width = film[0].shape[:2]
    size = (max(16, round(width * factor / 2) * 2), max(16, round(height * factor / 2) * 2))
    return [cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in film]


def _cropped(film: Film, draw: random.Random) -> Film:
    height, width = film[0].shape[:2]
    wide, high = round(width * (1 - _CROPPED)), round(height * (1 - _CROPPED))
    left, top = draw.randint(0, width - wide), draw.randint(0, height - high)
    return [picture[top : top + high, left : left + wide] for picture in film]


def _captioned(film: Film, draw: random.Random) -> Film:
    height, width = film[0].shape[:2]
    text = draw.choice(("Summer holiday 2024", "HAPPY BIRTHDAY", "@anna_films", "part 1 of 2"))
    at = (draw.randint(0, width // 6), draw.choice((height // 8, height - height // 12)))
    scale = width / 260 * draw.uniform(0.6, 1.0)
    written = []
    for picture in film:
        copy = picture.copy()
        cv2.putText(copy, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 4, cv2.LINE_AA)
        cv2.putText(copy, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 2, cv2.LINE_AA)
        written.append(copy)
    return written


def _trim(draw: random.Random) -> int:
    """Return pictures to cut: about three seconds, mostly no whole ones."""
    return round((TRIM_S + draw.uniform(-0.5, 0.5)) * RATE)


_WHOLE: dict[str, Callable[[Film, random.Random], Film]] = {
    "encoded again": lambda film, _: film,
    "other codec": lambda film, _: film,
    "half the size": lambda film, _: _resized(film, 0.5),
    "cropped": _cropped,
    "text over it": _captioned,
    "all of these": lambda film, draw: _captioned(_resized(_cropped(film, draw), 0.6), draw),
}
_TRIMMED: dict[str, Callable[[Film, random.Random], Film]] = {
    "start cut off": lambda film, draw: film[_trim(draw) :],
    "end cut off": lambda film, draw: film[: -_trim(draw)],
    "both ends cut off": lambda film, draw: film[_trim(draw) : -_trim(draw)],
}
_HALVED: dict[str, Callable[[Film, random.Random], Film]] = {
    "first half": lambda film, _: film[: len(film) // 2],
    "second half": lambda film, _: film[len(film) // 2 :],
}
"""Parts of the original, and of one scene, but no doubles of each other."""
KINDS, HALVES, JOINED = (*_WHOLE, *_TRIMMED), (*_HALVED,), "joined"
TOGETHER = "all of these"
_QUALITY = {"original": 20, "encoded again": 33, "all of these": 30}
_CODEC = {"other codec": "mpeg4"}
_BITS_A_SECOND = 700_000
"""For the codec that knows no quality."""
_SHORTEST_HALVED_S = 12
_SHORTEST_TRIMMED_S = 2 * TRIM_S + 1 + 3


def film_of(clip: Clip) -> Film:
    """Return a clip as pictures, RATE a second, all of one even size."""
    pictures = [read_picture(file) for file in clip.frames]
    height, width = (side // 2 * 2 for side in pictures[0].shape[:2])
    pictures = [cv2.resize(picture[:height, :width], (width, height)) for picture in pictures]
    film: Film = []
    for now, after in pairwise([*pictures, pictures[-1]]):
        for step in range(RATE):
            film.append(cv2.addWeighted(now, 1 - step / RATE, after, step / RATE, 0))
    return film


def film_of_file(file: Path) -> Film:
    """Return a real video as pictures, RATE a second, small."""
    film: Film = []
    with av.open(str(file)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time * RATE >= len(film) and len(film) < _LONGEST_S * RATE:
                rgb = frame.to_ndarray(format="rgb24")
                factor = min(1.0, 288 / min(rgb.shape[:2]))
                size = tuple(max(16, round(side * factor / 2) * 2) for side in rgb.shape[1::-1])
                film.append(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    return film


def write_film(film: Film, file: Path, kind: str, draw: random.Random) -> None:
    """Encode pictures; where key frames lie is drawn."""
    height, width = (side // 2 * 2 for side in film[0].shape[:2])
    codec = _CODEC.get(kind, "libx264")
    options = {"g": str(draw.choice((5, 7, 12, 50)))}
    if codec == "libx264":
        options |= {"crf": str(_QUALITY.get(kind, 27)), "preset": "veryfast"}
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(RATE), options=options)
        stream.width, stream.height, stream.pix_fmt, stream.thread_count = width, height, "yuv420p", 1
        if codec != "libx264":
            stream.bit_rate = _BITS_A_SECOND
        for picture in film:
            shown = np.ascontiguousarray(picture[:height, :width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        container.mux(stream.encode())


@dataclass(frozen=True, slots=True)
class _Wanted:
    clips: tuple[Clip, ...]
    kind: str


def _wanted(clips: Sequence[Clip]) -> Iterator[_Wanted]:
    """Yield what is made: of each clip the original and its copies, of two clips a joined video."""
    for clip in clips:
        yield _Wanted((clip,), "original")
        for kind in _WHOLE:
            yield _Wanted((clip,), kind)
        if len(clip.frames) >= _SHORTEST_TRIMMED_S:
            for kind in _TRIMMED:
                yield _Wanted((clip,), kind)
        if len(clip.frames) >= _SHORTEST_HALVED_S:
            for kind in _HALVED:
                yield _Wanted((clip,), kind)
    draw = random.Random(3)
    for fold in sorted({clip.fold for clip in clips}):
        mixed = [clip for clip in clips if clip.fold == fold]
        draw.shuffle(mixed)
        for first, second in zip(mixed[::2], mixed[1::2], strict=False):
            yield _Wanted((first, second), JOINED)


def _film(clip: Clip) -> tuple[Film, bool]:
    files = sorted((CORPUS / "video").glob(f"{clip.name}.*"))
    film = film_of_file(files[0]) if files else []
    return (film, True) if film else (film_of(clip), False)


def _decoded(wanted: _Wanted) -> tuple[_Wanted, Decoded, tuple[float, ...], bool] | None:
    draw = random.Random(f"{wanted.kind} {wanted.clips}".split("frames")[0] + wanted.clips[0].name)
    films = [_film(clip) for clip in wanted.clips]
    film, starts = films[0][0], [0.0]
    for more, _ in films[1:]:
        starts.append(len(film) / RATE)
        height, width = film[0].shape[:2]
        film = [*film, *(cv2.resize(picture, (width, height)) for picture in more)]
    change = {**_WHOLE, **_TRIMMED, **_HALVED}.get(wanted.kind)
    film = change(film, draw) if change else film
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / ("film.avi" if wanted.kind in _CODEC else "film.mp4")
        write_film(film, file, wanted.kind, draw)
        status = file.stat()
        video = VideoFile(folder, file.name, status.st_size, status.st_mtime_ns)
        try:
            spec = open_bundle().input_spec
            decoded = decode(video, reader_for(Sampling.KEYFRAME, threads=1), spec)
        except VideoError as error:
            print(f"{wanted.kind} of {wanted.clips[0].name}: {error}", flush=True)
            return None
    return wanted, decoded, tuple(starts), any(moves for _, moves in films)


def make(folder: Path, *, few: bool = False) -> list[Made]:
    """Return originals and copies of all clips of the corpus, from a file of ``folder`` where they were made.

    Args:
        folder: where the features are kept.
        few: only of each eighth clip, to try.
    """
    clips = read_corpus(CORPUS).clips[:: 8 if few else 1]
    tagger = Tagger(open_bundle())
    key = hashlib.sha256(f"{MADE_AS} {[clip.name for clip in clips]} {tagger.bundle.space_id}".encode())
    kept = folder / f"doubles-{key.hexdigest()[:12]}.npz"
    if kept.exists():
        return _read(kept)
    made = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for done in pool.map(_decoded, _wanted(clips), chunksize=8):
            if done is None:
                continue
            wanted, decoded, starts, moves = done
            (analysis,) = analyse([decoded], tagger)
            info = decoded.info
            made.append(
                Made(
                    "+".join(clip.name for clip in wanted.clips),
                    wanted.kind,
                    wanted.clips[0].fold,
                    analysis.features.quantised,
                    info.duration_s or 0.0,
                    info.width,
                    info.height,
                    starts,
                    moves,
                    analysis.poster or b"",
                )
            )
            if len(made) % 200 == 0:
                print(f"{len(made)} videos made", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    _write(kept, made)
    return made


def demo_videos() -> list[Made]:
    """Return the clips of ``organizer demo``, as more films that are none of the corpus's."""
    tagger, made = Tagger(open_bundle()), []
    with tempfile.TemporaryDirectory() as folder:
        for file in make_clips(Path(folder)):
            status = file.stat()
            video = VideoFile(folder, file.name, status.st_size, status.st_mtime_ns)
            decoded = decode(video, reader_for(Sampling.KEYFRAME, threads=1), tagger.bundle.input_spec)
            (analysis,) = analyse([decoded], tagger)
            info = decoded.info
            made.append(
                Made(
                    *(f"demo {file.stem}", "original", -1, analysis.features.quantised),
                    *(info.duration_s or 0.0, info.width, info.height),
                    poster=analysis.poster or b"",
                )
            )
    return made


def _write(file: Path, made: Sequence[Made]) -> None:
    np.savez_compressed(
        file,
        clip=[each.clip for each in made],
        kind=[each.kind for each in made],
        numbers=np.array([(each.fold, each.duration_s, each.width, each.height) for each in made]),
        second_start=[each.starts[-1] for each in made],
        is_film=[each.is_film for each in made],
        lengths=[len(each.rows) for each in made],
        rows=np.concatenate([each.rows for each in made]),
        posters=np.frombuffer(b"".join(each.poster for each in made), np.uint8),
        poster_bytes=[len(each.poster) for each in made],
    )


def _read(file: Path) -> list[Made]:
    with np.load(file) as kept:
        ends = np.cumsum(kept["lengths"])
        rows = np.split(kept["rows"], ends[:-1])
        posters = np.split(kept["posters"], np.cumsum(kept["poster_bytes"])[:-1])
        names = ("clip", "kind", "numbers", "second_start", "is_film")
        fields = zip(*(kept[name] for name in names), rows, posters, strict=True)
        return [
            Made(
                str(clip),
                str(kind),
                int(fold),
                of,
                float(duration_s),
                int(width),
                int(height),
                (0.0, float(start)) if "+" in str(clip) else (0.0,),
                bool(moves),
                poster.tobytes(),
            )
            for clip, kind, (fold, duration_s, width, height), start, moves, of, poster in fields
        ]
