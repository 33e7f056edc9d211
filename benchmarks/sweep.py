"""Every reader against a full decode, over all FFmpeg can make here: python -m benchmarks sweep.

For each file of ``sweep_files`` every picture is decoded, in order, and held against the clock that was
encoded. Then the default, ``keyframe`` and ``exact`` are asked for their seconds: each of their pictures has
to lie in its second (of ``exact`` at its start) and to be the one decoded for the time it states, within 8
of 255 levels at 32 x 24, upright, in square pixels. ``keyframe`` may refuse a file, before its first picture;
the default may not.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_file import RESULTS, write
from benchmarks.sweep_files import (
    FRAMES,
    RATE,
    SECONDS,
    CannotMakeError,
    Case,
    cases,
    clock,
    make,
)
from organizer.errors import VideoError
from organizer.frames.probe import probe
from organizer.frames.readers.keyframe_reader import CannotPlanError
from organizer.frames.readers.sampling import Sampling, reader_for

SIZE = (32, 24)
"""(width, height) at which pictures are compared."""
ACCEPTED_LEVELS = 8.0
_TRUE_LEVELS = 32.0
"""How far a decoded picture may be from what was encoded: Cinepak and RoadPizza have few colours."""
_DURATION_S = 0.5
# More than any file's shorter side: pictures keep their size, and come in square pixels.
_LARGE = 4096
DOCUMENT = Path(__file__).parents[1] / "docs" / "sweep.md"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one sampling did with one file."""

    sampling: str
    seconds: int
    levels: float
    """The worst second's mean absolute difference."""
    refused: bool = False
    fault: str = ""
    """What is wrong, nothing where all is right."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str
    case: Case
    made: bool
    fault: str = ""
    """What is wrong with the probed facts or the file itself."""
    readings: tuple[Reading, ...] = ()

    @property
    def faults(self) -> list[str]:
        """All that is wrong with it."""
        return [
            fault
            for fault in (self.fault, *(f"{r.sampling}: {r.fault}" for r in self.readings if r.fault))
            if fault
        ]


def small(rgb: np.ndarray) -> np.ndarray:
    """Return a picture of any size at 32 x 24, as numbers that may be subtracted."""
    import cv2

    return cv2.resize(rgb, SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)


def full_decode(path: Path, turn_deg: int) -> list[np.ndarray]:
    """Decode every picture of a file, turned upright, at 32 x 24."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoded = []
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            decoded += [
                small(np.rot90(frame.to_ndarray(format="rgb24"), -turn_deg // 90)) for frame in frames
            ]
        return decoded


def check_truth(decoded: Sequence[np.ndarray], case: Case) -> str:
    """Return what is wrong with a decoded file as it is; nothing where it shows the clock."""
    if not FRAMES - 3 <= len(decoded) <= FRAMES + 2:
        return f"{len(decoded)} pictures of {FRAMES} decoded"
    worst = 0.0
    for number in range(0, min(len(decoded), FRAMES), 5):
        shown = np.rot90(clock(number / RATE, case.codec.size), -case.turn_deg // 90)
        if case.codec.pix_fmt == "gray":
            shown = np.repeat(shown.astype(float).dot([0.299, 0.587, 0.114])[..., None], 3, 2).astype(
                np.uint8
            )
        # The codec may be a picture late.
        near = decoded[max(0, number - 2) : number + 3]
        worst = max(worst, min(difference(small(np.ascontiguousarray(shown)), picture) for picture in near))
    return "" if worst <= _TRUE_LEVELS else f"decoded pictures are {worst:.0f} levels from what was encoded"


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean absolute difference of two pictures, 0..255."""
    return float(np.abs(one - other).mean())


def read(path: Path, case: Case, sampling: Sampling, decoded: Sequence[np.ndarray]) -> Reading:
    """Read a file one way and compare it."""
    levels, seconds = 0.0, 0
    fault = ""
    expected = (len(decoded) - 1) // RATE + 1
    try:
        for seconds, frame in enumerate(
            reader_for(sampling, threads=1).read(str(path), short_side=_LARGE), start=1
        ):
            at = round(frame.time_s * RATE)
            first = frame.second * RATE
            in_second = first - 1 <= at <= first + (1 if sampling is Sampling.EXACT else RATE)
            candidates = decoded[max(0, at - 1) : at + 2]
            if frame.second != seconds - 1 or not in_second or not candidates:
                fault = fault or f"picture {seconds} is of second {frame.second}, {frame.time_s:.2f} s"
                continue
            levels = max(levels, min(difference(small(frame.rgb), picture) for picture in candidates))
            fault = fault or _shape_fault(frame.rgb, case)
    except CannotPlanError:
        refused = sampling is Sampling.KEYFRAME and seconds == 0
        return Reading(sampling, seconds, levels, refused=refused, fault="" if refused else "refused")
    except VideoError as error:
        return Reading(sampling, seconds, levels, fault=error.reason)
    except Exception as error:
        return Reading(sampling, seconds, levels, fault=f"{type(error).__name__}: {error}")
    if seconds != expected:
        fault = fault or f"{seconds} of {expected} seconds"
    if levels >= ACCEPTED_LEVELS:
        fault = fault or f"{levels:.0f} levels off"
    return Reading(sampling, seconds, round(levels, 2), fault=fault)


def _shape_fault(rgb: np.ndarray, case: Case) -> str:
    width, height = case.shown_size
    shape = (rgb.shape[1], rgb.shape[0])
    return (
        ""
        if abs(shape[0] - width) <= 1 and abs(shape[1] - height) <= 1
        else f"{shape} pixels, not {width, height}"
    )


def probe_fault(path: Path, case: Case) -> str:
    """Return what the probed facts have wrong."""
    try:
        info = probe(str(path), mtime_ns=0)
    except VideoError as error:
        return f"probe: {error.reason}"
    if abs(info.width - case.shown_size[0]) > 1 or abs(info.height - case.shown_size[1]) > 1:
        return f"probe: {info.width} x {info.height}, not {case.shown_size[0]} x {case.shown_size[1]}"
    if info.rotation_deg != case.turn_deg:
        return f"probe: turned by {info.rotation_deg}, not {case.turn_deg}"
    if info.duration_s is None or abs(info.duration_s - SECONDS) > _DURATION_S:
        return f"probe: {info.duration_s} s, not {SECONDS}"
    return ""


def examine(case: Case, folder: Path) -> Outcome:
    """Make a file and read it all ways."""
    try:
        path = make(case, folder)
    except CannotMakeError as error:
        return Outcome(case.name, case, made=False, fault=str(error))
    decoded = full_decode(path, case.turn_deg)
    untrue = check_truth(decoded, case)
    if untrue:
        return Outcome(case.name, case, made=False, fault=untrue)
    readings = tuple(read(path, case, sampling, decoded) for sampling in Sampling)
    fault = probe_fault(path, case)
    path.unlink()
    return Outcome(case.name, case, made=True, fault=fault, readings=readings)


def run(chosen: Iterable[Case]) -> list[Outcome]:
    """Examine cases one after the other in a folder of their own."""
    import av

    # Before the encoder's library is first used: it tells its settings for each file.
    os.environ.setdefault("SVT_LOG", "0")
    av.logging.set_level(av.logging.PANIC)
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        for case in chosen:
            outcome = examine(case, Path(folder))
            outcomes.append(outcome)
            for fault in outcome.faults:
                print(f"{outcome.name}: {'' if outcome.made else 'not made: '}{fault}", flush=True)
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return what is written of a run."""
    made = [outcome for outcome in outcomes if outcome.made]
    readings = [reading for outcome in made for reading in outcome.readings]
    return {
        "files": len(made),
        "not_made": {outcome.name: outcome.fault for outcome in outcomes if not outcome.made},
        "faults": {outcome.name: outcome.faults for outcome in made if outcome.faults},
        "accepted_levels": ACCEPTED_LEVELS,
        "worst_levels": {
            sampling.value: max((r.levels for r in readings if r.sampling == sampling), default=0.0)
            for sampling in Sampling
        },
        "seconds": {
            sampling.value: sum(r.seconds for r in readings if r.sampling == sampling)
            for sampling in Sampling
        },
        "refused_by_keyframe": [
            outcome.name for outcome in made if any(reading.refused for reading in outcome.readings)
        ],
        "readings": {
            outcome.name: {
                reading.sampling: "refused" if reading.refused else reading.levels
                for reading in outcome.readings
            }
            for outcome in made
        },
    }


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the table of a run as Markdown: a row for each container and codec."""
    rows: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.made:
            key = (outcome.case.container, outcome.case.codec.encoder.removeprefix("lib"))
            rows.setdefault(key, []).append(outcome)
    lines = [
        "| container | codec | files | forms | default | keyframe | exact | faults |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (container, codec), of in rows.items():
        worst = {
            sampling: max(r.levels for outcome in of for r in outcome.readings if r.sampling == sampling)
            for sampling in Sampling
        }
        refused = Counter(
            r.refused for outcome in of for r in outcome.readings if r.sampling == Sampling.KEYFRAME
        )
        keyframe = f"{worst[Sampling.KEYFRAME]:.1f}" if refused[False] else ""
        if refused[True]:
            keyframe = f"{keyframe} ({refused[True]} refused)".strip()
        lines.append(
            f"| {container} | {codec} | {len(of)} | {_forms(of)} | {worst[Sampling.AUTO]:.1f} | {keyframe} "
            f"| {worst[Sampling.EXACT]:.1f} | {sum(len(outcome.faults) for outcome in of)} |"
        )
    return "\n".join(lines) + "\n"


def _forms(outcomes: Sequence[Outcome]) -> str:
    """Return in a few words which forms of a codec in a container there were."""
    of = [outcome.case for outcome in outcomes]
    words = []
    if len({case.codec.pix_fmt for case in of}) > 1:
        words.append(f"{len({case.codec.pix_fmt for case in of})} pixel formats")
    words += ["interlaced"] if any(case.fields != "progressive" for case in of) else []
    words += ["B-frames"] if any(case.b_frames for case in of) else []
    words += ["turned"] if any(case.turn_deg for case in of) else []
    words += ["not square"] if any(case.aspect != 1 for case in of) else []
    words += sorted({case.index for case in of} - {""})
    return ", ".join(words)


_HEAD = """# Every second of every format

`python -m benchmarks sweep` makes a clip of five seconds, with a clock in the picture, in every
container and codec that the FFmpeg inside PyAV can write: progressive and interlaced, with and without
B-frames, turned, with pixels that are not square, and with damaged or missing indexes and key flags. Every
picture of it is decoded and compared with the clock; then each sampling's picture of each second has to lie
in that second (of `exact`: at its start) and is compared with the one decoded for the time it states, at 32
x 24, as mean absolute difference in levels of 255. Up to {levels:.0f} is accepted. Size, turn and length
are checked too.

{files} files, {seconds} seconds looked at by the default and by `exact` each; **{faults} faults**.
`keyframe` refuses {refused} files whose packets do not tell enough; the default then decodes every picture
of them.

"""


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only files whose name holds this; nothing is written")
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    outcomes = run(case for case in cases() if chosen.only in case.name)
    result = figures(outcomes)
    print(table(outcomes))
    print(f"{result['files']} files, {len(result['not_made'])} not made, {len(result['faults'])} with faults")
    if chosen.only:
        return
    write("sweep", result, chosen.results)
    DOCUMENT.write_text(
        _HEAD.format(
            levels=ACCEPTED_LEVELS,
            files=result["files"],
            seconds=result["seconds"]["auto"],
            faults=sum(len(faults) for faults in result["faults"].values()),
            refused=len(result["refused_by_keyframe"]),
        )
        + table(outcomes),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
