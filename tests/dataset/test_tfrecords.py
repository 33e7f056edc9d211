import struct

import pytest

from organizer.dataset.tfrecords import SkipLog, SkippedRecord, masked, read_records

RECORDS = [b"first", b"", b"third" * 1000, b"fourth", b"x" * 300_000]
AROUND = 16
"""Bytes of a record besides its data."""


@pytest.fixture
def shard(tmp_path):
    """Written by TensorFlow."""
    import tensorflow as tf

    file = tmp_path / "train0000.tfrecord"
    with tf.io.TFRecordWriter(str(file)) as writer:
        for record in RECORDS:
            writer.write(record)
    return file


def start_of(number):
    return sum(len(record) + AROUND for record in RECORDS[:number])


def damage(file, at, value=0x55):
    content = bytearray(file.read_bytes())
    content[at] ^= value
    file.write_bytes(content)


def read(file):
    log = SkipLog()
    return [(number, bytes(record)) for number, record in read_records(file, log.add)], log


def test_what_tensorflow_wrote_is_read(shard):
    found, log = read(shard)
    assert found == list(enumerate(RECORDS))
    assert log.count == 0


def test_a_masked_checksum():
    # crc32c of "123456789", from RFC 3720's polynomial, and its mask worked out by hand.
    assert masked(0xE3069283) == ((0x2507C60D + 0xA282EAD8) & 0xFFFFFFFF)


@pytest.mark.parametrize("at", [0, 2000, 4999, 5000, 5003])
def test_damaged_data_costs_one_record(shard, at):
    damage(shard, start_of(2) + 12 + at)
    found, log = read(shard)
    assert found == [(number, record) for number, record in enumerate(RECORDS) if number != 2]
    assert log.first == (SkippedRecord(str(shard), 2, "its data is damaged (wrong checksum)"),)


@pytest.mark.parametrize("at", [0, 7, 8, 11])
def test_a_damaged_length_costs_the_rest_of_the_shard(shard, at):
    damage(shard, start_of(2) + at)
    found, log = read(shard)
    assert found == list(enumerate(RECORDS))[:2]
    assert [(skip.record_number, log.count) for skip in log.first] == [(2, 1)]
    assert "length is damaged" in log.first[0].reason


@pytest.mark.parametrize("left", [1, 11, 12, 100, 5000 + 12, 5000 + 15])
def test_a_shard_that_ends_too_early(shard, left):
    shard.write_bytes(shard.read_bytes()[: start_of(2) + left])
    found, log = read(shard)
    assert found == list(enumerate(RECORDS))[:2]
    assert [skip.record_number for skip in log.first] == [2]
    assert "ends within" in log.first[0].reason


def test_a_length_beyond_the_file_takes_no_memory(tmp_path):
    import google_crc32c

    length = struct.pack("<Q", 1 << 60)
    file = tmp_path / "train.tfrecord"
    file.write_bytes(length + struct.pack("<I", masked(google_crc32c.value(length))) + b"some bytes")
    found, log = read(file)
    assert found == []
    assert "ends within" in log.first[0].reason


@pytest.mark.parametrize("content", [b"", b"no shard at all, but a text"])
def test_other_files(tmp_path, content):
    file = tmp_path / "train.tfrecord"
    file.write_bytes(content)
    found, log = read(file)
    assert found == []
    assert log.count == (1 if content else 0)


def test_a_file_that_is_not_there(tmp_path):
    found, log = read(tmp_path / "train.tfrecord")
    assert found == []
    assert "cannot be read" in log.first[0].reason


def test_each_record_is_counted_once():
    log = SkipLog()
    for _ in range(3):
        for number in (5, 0, 2000):
            log.add(SkippedRecord("a", number, "-"))
    log.add(SkippedRecord("b", 5, "-"))
    assert log.count == 4
    assert [str(skip) for skip in log.first] == [
        "a, record 5: -",
        "a, record 0: -",
        "a, record 2000: -",
        "b, record 5: -",
    ]


def test_words_are_kept_of_a_thousand_and_all_are_counted():
    log = SkipLog()
    for number in range(1500):
        log.add(SkippedRecord("a", number, "-"))
    assert (log.count, len(log.first)) == (1500, 1000)
