"""Sound files to damage: one of each container and codec that can be made here, and those of tests/faults."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.clips import make_clip, make_rotated_clip, make_sound, rewrap

_FAULTS = Path(__file__).parents[2] / "tests" / "faults"

_KINDS = (
    ("h264.mp4", "libx264"),
    ("h264.mov", "libx264"),
    ("hevc.mp4", "libx265"),
    ("mpeg4.mp4", "mpeg4"),
    ("mjpeg.mov", "mjpeg"),
    ("prores.mov", "prores_ks"),
    ("h264.mkv", "libx264"),
    ("hevc.mkv", "libx265"),
    ("ffv1.mkv", "ffv1"),
    ("vp8.webm", "libvpx"),
    ("vp9.webm", "libvpx-vp9"),
    ("mpeg4.avi", "mpeg4"),
    ("mjpeg.avi", "mjpeg"),
    ("h264.avi", "libx264"),
    ("huffyuv.avi", "huffyuv"),
    ("h264.ts", "libx264"),
    ("mpeg2.ts", "mpeg2video"),
    ("h264.mts", "libx264"),
    ("mpeg1.mpg", "mpeg1video"),
    ("mpeg2.mpg", "mpeg2video"),
    ("flv1.flv", "flv"),
    ("h264.flv", "libx264"),
    ("wmv2.wmv", "wmv2"),
    ("msmpeg4.wmv", "msmpeg4"),
    ("theora.ogv", "libtheora"),
    ("mpeg2.mxf", "mpeg2video"),
)
_FORMATS = {"prores_ks": "yuv422p10le", "mjpeg": "yuvj420p", "huffyuv": "yuv422p"}
_SECONDS = 3


def make_seeds(folder: Path) -> list[Path]:
    """Write the files, those that this build of FFmpeg can write, and return them in a fixed order."""
    from av.codec import codecs_available

    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, codec in _KINDS:
        path = folder / name
        if codec in codecs_available and not path.exists():
            size = (352, 288) if codec.startswith("mpeg1") else (160, 128)
            rate = 25 if codec.startswith(("mpeg1", "mpeg2")) else 10
            options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
            make_clip(
                path,
                seconds=_SECONDS,
                fps=rate,
                size=size,
                codec=codec,
                pix_fmt=_FORMATS.get(codec, "yuv420p"),
                options=options,
            )
        if path.exists():
            made.append(path)
    special = {
        "turned.mp4": lambda path: make_rotated_clip(path, 90),
        "sound.m4v": make_sound,
        "fragments.mp4": _fragments,
    }
    for name, make in special.items():
        path = folder / name
        if not path.exists():
            make(path)
        made.append(path)
    for source in sorted(_FAULTS.iterdir()):
        if source.suffix != ".md":
            path = folder / f"fault {source.name}"
            if not path.exists():
                shutil.copyfile(source, path)
            made.append(path)
    return made


def _fragments(path: Path) -> None:
    """An MP4 whose index lies in pieces all over the file."""
    whole = make_clip(path.with_name("whole " + path.name), seconds=_SECONDS, key_every=10)
    rewrap(whole, path, options={"movflags": "frag_keyframe+empty_moov"})
    whole.unlink()
