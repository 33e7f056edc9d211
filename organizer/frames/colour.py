"""How a video's numbers stand for light: ordinary or HDR, and in which primaries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame


class Transfer(StrEnum):
    """How a code value becomes light."""

    SDR = "sdr"
    """Ordinary video (BT.709, BT.601, sRGB and whatever else is not HDR)."""
    HLG = "hlg"
    """ITU-R BT.2100 hybrid log-gamma, ARIB STD-B67: most phones, and what Dolby Vision 8.4 is built upon."""
    PQ = "pq"
    """ITU-R BT.2100 perceptual quantiser, SMPTE ST 2084: HDR10, HDR10+ and Dolby Vision 8.1."""


class Primaries(StrEnum):
    """Which red, green and blue are mixed."""

    BT709 = "bt709"
    """Of HD video and of sRGB; also stands for the primaries of standard definition, which are close."""
    P3 = "p3"
    """Display P3: the primaries of cinema with the white of television (SMPTE EG 432-1)."""
    BT2020 = "bt2020"


# ITU-T H.273, tables 2 and 3; FFmpeg uses the same numbers for every container and codec.
_TRANSFERS = {16: Transfer.PQ, 18: Transfer.HLG}
_PRIMARIES = {9: Primaries.BT2020, 12: Primaries.P3}
_UNSPECIFIED = 2


@dataclass(frozen=True, slots=True)
class Colour:
    """How to read the numbers of a picture."""

    transfer: Transfer = Transfer.SDR
    primaries: Primaries = Primaries.BT709

    @property
    def is_hdr(self) -> bool:
        """Whether showing the numbers as they are would give a washed-out picture."""
        return self.transfer is not Transfer.SDR

    @property
    def is_plain(self) -> bool:
        """Whether the numbers can be shown on an ordinary screen as they are."""
        return self == Colour()


def colour_of(source: VideoCodecContext | VideoFrame) -> Colour:
    """Tell how the numbers of a video stand for light.

    source: ``stream.codec_context`` of an opened file knows it without decoding where the container (``colr``
    box of MP4, ``Colour`` of Matroska) or the codec's header (VUI of HEVC, sequence header of AV1) says it,
    and that is what FFmpeg looks at when it opens a file. A decoded frame knows what its own header says,
    which wins: so ask the frame where there is one. HEVC that is marked as ordinary for old players and as
    HLG in a side note (preferred transfer characteristics) counts as HLG. Dolby Vision 5, which states none
    of this and uses a colour space of its own, counts as ordinary.
    """
    transfer = _TRANSFERS.get(_tag(source, "color_trc"), Transfer.SDR)
    primaries = _tag(source, "color_primaries")
    if primaries == _UNSPECIFIED and transfer is not Transfer.SDR:
        # BT.2100 knows no other primaries; some phones state the transfer alone.
        return Colour(transfer, Primaries.BT2020)
    return Colour(transfer, _PRIMARIES.get(primaries, Primaries.BT709))


def _tag(source: VideoCodecContext | VideoFrame, name: str) -> int:
    # Frames tell their transfer and primaries from PyAV 17 on, codec contexts since long before.
    return int(getattr(source, name, _UNSPECIFIED))
