"""Recording dates of AVCHD and DV, in data laid out as the standards say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import av
import numpy as np
import pytest

from organizer.frames.dates.stream_date import dv_date, mdpm_date
from organizer.frames.probe import probe
from organizer.types import DateClock, DateSource

UUID = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66")
SHOT = datetime(2009, 7, 4, 21, 30, 8)


def bcd(value: int) -> int:
    return int(f"{value:02}", 16)


def mdpm(moment: datetime, zone: int = 0xFF, extra: bytes = b"") -> bytes:
    """The payload of the user data: UUID, mark, count, entries."""
    date = bytes([0x18, zone, bcd(moment.year // 100), bcd(moment.year % 100), bcd(moment.month)])
    time = bytes([0x19, *(bcd(part) for part in (moment.day, moment.hour, moment.minute, moment.second))])
    entries = [b"\x13\x00\x01\x02\x03", *([extra] if extra else []), date, time, b"\x70\0\x11\x22\x33"]
    return UUID + b"MDPM" + bytes([len(entries)]) + b"".join(entries)


def sei(payload: bytes) -> bytes:
    """A unit of H.264 as it stands in a stream, with the bytes that keep it from looking like a start."""
    raw = bytes([6, 5, len(payload)]) + payload + b"\x80"
    escaped, zeros = bytearray(), 0
    for byte in raw:
        if zeros == 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return b"\0\0\0\1" + bytes(escaped)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        (0xFF, None),
        (0x02, timedelta(hours=1)),
        (0x42, timedelta(hours=2)),
        (0x2A, timedelta(hours=-5)),
        (0x0B, timedelta(hours=5, minutes=30)),
        (0x00, timedelta()),
    ],
)
def test_the_date_of_avchd(zone, offset):
    found = mdpm_date(b"\0\0\0\1\x09\x10" + sei(mdpm(SHOT, zone)) + b"\0\0\1\x65" + bytes(1000))
    assert found.moment == (SHOT if offset is None else SHOT.replace(tzinfo=timezone(offset)))
    assert (found.day_only, found.zone_known) == (False, offset is not None)


def test_zeros_in_the_data_are_kept_apart_in_the_stream():
    shot = datetime(2010, 1, 1, 0, 0, 0)
    coded = sei(mdpm(shot, 0, b"\x14\0\0\0\0"))
    assert b"\0\0\3" in coded
    assert mdpm_date(coded).moment == shot.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        bytes(100),
        sei(UUID + b"GA94" + bytes(20)),
        sei(mdpm(SHOT))[:40],
        UUID + b"MDPM",
        UUID + b"MDPM\x02\x18\xff\xff\xff\xff\x19\xff\xff\xff\xff",
        UUID + b"MDPM\x01\x18\xff\x20\x09\x07",
    ],
)
def test_pictures_without_a_date(picture):
    assert mdpm_date(picture) is None


def avchd(path, payload: bytes):
    """An H.264 transport stream whose pictures carry user data, as camcorders write it."""
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        packets = []
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * number, np.uint8), "rgb24")
            packets += stream.encode(frame)
        for packet in [*packets, *stream.encode()]:
            coded = av.Packet(sei(payload) + bytes(packet))
            coded.pts, coded.dts, coded.time_base = packet.pts, packet.dts, packet.time_base
            coded.stream, coded.is_keyframe = stream, packet.is_keyframe
            container.mux(coded)
    return path


def test_an_avchd_file_is_dated_by_its_pictures(tmp_path):
    path = avchd(tmp_path / "00012.mts", mdpm(SHOT, 0x42))
    taken = probe(str(path), mtime_ns=0).taken_at
    assert (taken.moment.isoformat(), taken.source) == ("2009-07-04T21:30:08+02:00", DateSource.CONTAINER)
    assert taken.clock is DateClock.PLACE
    path = avchd(tmp_path / "00013.mts", UUID + b"none")
    assert probe(str(path), mtime_ns=0).taken_at.source is DateSource.FILE


DATE, TIME = 0x62, 0x63


def packs(moment: datetime) -> dict[int, bytes]:
    """The two packs, with bits set that mean other things: zone, weekday, frames."""
    return {
        DATE: bytes([DATE, 0xC1, bcd(moment.day) | 0xC0, bcd(moment.month) | 0xA0, bcd(moment.year % 100)]),
        TIME: bytes(
            [
                TIME,
                0x8A,
                bcd(moment.second) | 0x80,
                bcd(moment.minute) | 0x80,
                bcd(moment.hour) | 0xC0,
            ]
        ),
    }


def dv_frame(found: dict[int, bytes], *, in_subcode: bool = False, sequences: int = 12) -> bytes:
    """A PAL frame of the right layout: 12 sequences of 150 blocks of 80 bytes; without a picture."""
    frame = bytearray(b"\xff" * (sequences * 12_000))
    for sequence in range(sequences):
        for number, kind in enumerate((0x1F, 0x3F, 0x3F, 0x56, 0x56, 0x56)):
            at = sequence * 12_000 + number * 80
            frame[at : at + 3] = bytes([kind, sequence << 4 | 7, max(0, number - (3 if number > 2 else 1))])
        for index, pack in enumerate(found.values()):
            if in_subcode:
                at = sequence * 12_000 + 80 + 3 + 8 * (index + 1) + 3
            else:
                at = sequence * 12_000 + 4 * 80 + 3 + 5 * (index + 2)
            frame[at : at + 5] = pack
    return bytes(frame)


@pytest.mark.parametrize("in_subcode", [False, True])
@pytest.mark.parametrize("moment", [SHOT, datetime(1998, 12, 31, 23, 59, 59), datetime(2000, 1, 1, 0, 5, 0)])
def test_the_date_of_dv(moment, in_subcode):
    found = dv_date(dv_frame(packs(moment), in_subcode=in_subcode))
    assert (found.moment, found.day_only, found.zone_known) == (moment, False, False)


def test_a_tape_that_knows_the_day_only():
    found = dv_date(dv_frame({DATE: packs(SHOT)[DATE], TIME: b"\x63\xff\xff\xff\xff"}))
    assert (found.moment, found.day_only) == (datetime(2009, 7, 4), True)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        bytes(479),
        bytes(144_000),
        dv_frame({}),
        dv_frame({DATE: b"\x62\xff\xff\xff\xff", TIME: packs(SHOT)[TIME]}),
        dv_frame({DATE: b"\x62\x00\x31\x02\x05"}),
    ],
)
def test_frames_without_a_date(frame):
    assert dv_date(frame) is None


def dv_file(path):
    """A DV file by FFmpeg, whose own muxer for raw DV writes the packs of the recording date."""
    with av.open(str(path), "w") as container:
        container.metadata["creation_time"] = SHOT.isoformat() + "Z"
        stream = container.add_stream("dvvideo", rate=25)
        stream.width, stream.height, stream.pix_fmt = 720, 576, "yuv420p"
        sound = (
            container.add_stream("pcm_s16le", rate=48_000, layout="stereo") if path.suffix == ".dv" else None
        )
        packets = []
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(np.full((576, 720, 3), 60, np.uint8), "rgb24")
            frame.pts = number
            packets += stream.encode(frame)
        if sound:
            samples = av.AudioFrame.from_ndarray(np.zeros((1, 2 * 1920 * 3), np.int16), "s16", "stereo")
            samples.sample_rate = 48_000
            packets += sound.encode(samples)
        container.mux(packets)
    return path


def test_a_raw_dv_file_is_dated_by_its_frames(tmp_path):
    taken = probe(str(dv_file(tmp_path / "tape.dv")), mtime_ns=0).taken_at
    assert (taken.moment, taken.source, taken.clock) == (SHOT, DateSource.CONTAINER, DateClock.LOCAL)


def test_a_dv_tape_in_avi_is_dated_by_its_frames(tmp_path):
    path = dv_file(tmp_path / "tape.avi")
    # The encoder leaves the date out: it is written where camcorders have it.
    data = bytearray(path.read_bytes())
    at = data.index(b"\x1f\x07\x00") + 4 * 80 + 3 + 10
    data[at : at + 10] = b"".join(packs(SHOT).values())
    path.write_bytes(data)
    taken = probe(str(path), mtime_ns=0).taken_at
    assert (taken.moment, taken.source, taken.clock) == (SHOT, DateSource.CONTAINER, DateClock.LOCAL)
