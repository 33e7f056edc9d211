"""The fields of a search: their names, their other names, and what can stand behind the colon."""

from __future__ import annotations

from organizer.query.expr import Carried, Is, Measure

SCORE, DATE, FOLDER, NAME, CODEC, IS = "score", "date", "folder", "name", "codec", "is"

FIELDS = (
    *(carried.value for carried in Carried),
    SCORE,
    DATE,
    *(measure.value for measure in Measure),
    FOLDER,
    NAME,
    CODEC,
    IS,
)
"""Names of all fields."""

OTHER_NAMES = {
    "tags": Carried.TAG.value,
    "taken": DATE,
    "duration": Measure.LENGTH.value,
    "file": NAME,
    "in": FOLDER,
    "stars": Measure.RATING.value,
}
"""What people write for the name of a field, and the name."""

STATES = {state.value: state for state in Is} | {
    "favorite": Is.FAVOURITE,
    "favourites": Is.FAVOURITE,
    "favorites": Is.FAVOURITE,
    "maybes": Is.MAYBE,
    "unreadable": Is.FAILED,
}
"""What can stand behind ``is:``."""

CODECS = {
    "h264": ("avc", "h.264", "x264", "mpeg4-avc"),
    "hevc": ("h265", "h.265", "x265"),
    "av1": (),
    "vp9": (),
    "vp8": (),
    "mpeg4": ("divx", "xvid", "mpeg-4"),
    "mpeg2video": ("mpeg2", "mpeg-2"),
    "mpeg1video": ("mpeg1", "mpeg-1"),
    "mjpeg": ("motion-jpeg",),
    "wmv3": ("wmv", "wmv9"),
    "vc1": ("vc-1",),
    "prores": (),
    "h263": ("h.263",),
    "theora": (),
}
"""Codecs that are offered, as FFmpeg names them, each with its other names."""

CODEC_OF = {other: codec for codec, others in CODECS.items() for other in others}
