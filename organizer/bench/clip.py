"""Video files like a phone's, made in code: a few key-frame intervals are encoded once and then repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from organizer.frames.loading import load_cv2

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Format:
    """How pictures are encoded."""

    codec: str
    """``libx264`` or ``libx265``."""
    width: int
    height: int
    frame_rate: int
    key_every: int
    """Frames from one key frame to the next, exactly; no interval refers to another."""
    bit_rate: int
    """Bits a second on average."""
    preset: str = "veryfast"
    parameters: str = ""
    """More of the encoder's own settings, ``name=value:name=value``."""


PHONE_1080P = Format("libx264", 1920, 1080, 30, 30, 15_000_000)
"""What phones and cameras write: H.264, 30 frames and one key frame a second."""


def encode(target: Path, pictures: Iterable[NDArray[np.uint8]], form: Format) -> Path:
    """Encode pictures, each (height, width, 3), 0..255, RGB, to an MP4 file; return its path.

    Written under another name first, so that a file that is there is whole.
    """
    import av

    unfinished = target.with_suffix(".part")
    with av.open(str(unfinished), "w", format="mp4") as output:
        stream: Any = output.add_stream(form.codec, rate=form.frame_rate, options=_options(form))
        stream.width, stream.height, stream.pix_fmt = form.width, form.height, "yuv420p"
        stream.bit_rate = form.bit_rate
        # FFmpeg itself would take one.
        stream.codec_context.thread_count = 0
        if form.codec == "libx265":
            stream.codec_context.codec_tag = "hvc1"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    unfinished.replace(target)
    return target


def _options(form: Format) -> dict[str, str]:
    parameters = f"keyint={form.key_every}:min-keyint={form.key_every}:scenecut=0:open-gop=0"
    kilobits = form.bit_rate // 1000
    parameters += f":vbv-maxrate={kilobits * 4 // 3}:vbv-bufsize={kilobits}"
    parameters += f":{form.parameters}" if form.parameters else ""
    if form.codec == "libx265":
        return {"preset": form.preset, "x265-params": f"{parameters}:log-level=error"}
    return {"preset": form.preset, "x264-params": parameters}


def repeat(take: Path, target: Path, *, intervals: int, first: int, title: str) -> Path:
    """Copy the coded pictures of a file made by ``encode`` round and round into another; return its path.

    Args:
        take: the file; nothing is decoded or encoded again.
        target: MP4 file to write.
        intervals: how many key-frame intervals the copy has.
        first: the interval it begins with, so that copies differ from their first picture on.
        title: stored as the title, so that copies that show the same differ too.
    """
    import av

    unfinished = target.with_suffix(".part")
    with av.open(str(take)) as source, av.open(str(unfinished), "w", format="mp4") as output:
        output.metadata["title"] = title
        original = source.streams.video[0]
        groups: list[list[Any]] = []
        for packet in source.demux(original):
            if packet.size:
                if packet.is_keyframe:
                    groups.append([])
                groups[-1].append(packet)
        copied: Any = output.add_stream_from_template(original)
        assert original.average_rate and original.time_base
        one_frame = round(1 / (original.average_rate * original.time_base))
        begins = 0
        for number in range(intervals):
            group = groups[(first + number) % len(groups)]
            starts = group[0].pts
            for packet in group:
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts = packet.pts - starts + begins, packet.dts - starts + begins
                copy.duration, copy.time_base = one_frame, original.time_base
                copy.is_keyframe = packet.is_keyframe
                copy.stream = copied
                output.mux_one(copy)
            begins += one_frame * len(group)
    unfinished.replace(target)
    return target


def noise_frames(form: Format, count: int, seed: int) -> Iterable[NDArray[np.uint8]]:
    """Yield pictures of a textured surface that slides by, with the grain of a sensor.

    Uneven at all scales like a photograph, so that the encoder has about as much to do.
    """
    import numpy as np

    cv2 = load_cv2()
    random = np.random.default_rng(seed)
    width, height = form.width + 2 * count, form.height + count
    surface = np.full((height, width, 3), 120, np.float32)
    for cells in (4, 16, 64, 256):
        coarse = random.standard_normal((cells, cells, 3)).astype(np.float32)
        surface += 90 / cells**0.4 * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    scene = surface.clip(0, 255).astype(np.uint8)
    grain = random.normal(0, 3, (form.height + 64, form.width + 64, 3)).astype(np.int8)
    for number in range(count):
        view = scene[number : number + form.height, 2 * number : 2 * number + form.width]
        down, across = random.integers(0, 64, 2)
        noise = grain[down : down + form.height, across : across + form.width]
        yield cv2.add(view, noise, dtype=cv2.CV_8U)
