"""Records as YouTube-8M's frame level has them: against TensorFlow, and against real ones."""

from __future__ import annotations

import numpy as np
import pytest

from organizer.dataset.frame_records import ROWS, Context, find_row_table, frame_record, read_context
from organizer.dataset.tfrecords import framed, load_crc32c, read_records
from organizer.features.tensorflow.protobuf import payloads
from tests.yt8m import YT8M

REAL = sorted((YT8M / "frame_level").glob("*.tfrecord"))


def rows(seconds: int = 27, dimensions: int = 1024) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (seconds, dimensions), np.uint8)


def fail(skipped):
    raise AssertionError(skipped)


@pytest.mark.parametrize(
    "context",
    [
        Context(b"a" * 40, (2,)),
        Context(b"vid", (0, 127, 128, 3861)),
        Context(b"x", ()),
        Context(b"x", (1,), (3, 300)),
        Context("ü".encode(), (), (0,)),
    ],
)
@pytest.mark.parametrize("shape", [(1, 1024), (27, 1024), (45, 3), (2, 128)])
def test_tensorflow_reads_what_is_written(context, shape):
    from tensorflow.core.example.example_pb2 import SequenceExample

    written = rows(*shape)
    record = frame_record(context, written)
    read = SequenceExample.FromString(record)
    said = read.context.feature
    assert said["id"].bytes_list.value == [context.id]
    assert tuple(said["labels"].int64_list.value) == context.labels
    assert tuple(said["rejected"].int64_list.value) == context.rejected
    assert set(read.feature_lists.feature_list) == {"rgb"}
    seconds = read.feature_lists.feature_list["rgb"].feature
    assert [list(second.bytes_list.value) for second in seconds] == [[row.tobytes()] for row in written]
    # And nothing else stands there: TensorFlow would write as many bytes.
    assert len(read.SerializeToString(deterministic=True)) - (0 if context.rejected else _empty(read)) == len(
        record
    )

    table = find_row_table(memoryview(record), ROWS, shape[1])
    assert table is not None and (table.rows == written).all()
    assert read_context(table.context) == context


def _empty(read) -> int:
    """Bytes of the entry that asking for a feature that is not there made above."""
    before = len(read.SerializeToString())
    del read.context.feature["rejected"]
    after = len(read.SerializeToString())
    read.context.feature["rejected"].SetInParent()
    return before - after


def test_nothing_is_said_of_rejected_labels_where_there_are_none():
    assert b"rejected" not in frame_record(Context(b"x", (1,)), rows())


@pytest.mark.parametrize("damage", [b"", b"\x0a", b"\x0a\x05\x0a\x03abc", b"\xff" * 12])
def test_a_context_without_an_id_is_refused(damage):
    with pytest.raises(ValueError, match=r"id|cut off|another kind"):
        read_context(damage)


@pytest.mark.skipif(not REAL, reason=f"real frame-level records are not at {YT8M}")
@pytest.mark.parametrize("number", [0, 1])
def test_the_layout_is_that_of_real_records(number, tmp_path):
    """The same rows, id and labels give the same bytes but for what real ones hold besides."""
    file = REAL[number]
    for _, record in read_records(file, fail):
        real = find_row_table(record, ROWS, 1024)
        assert real is not None
        context = read_context(real.context)
        assert context.id and context.labels and not context.rejected
        written = memoryview(frame_record(context, real.rows))

        # The list of rows, byte for byte, in the same map of lists.
        assert _entries(_one(written, 2))["rgb"] == _entries(_one(record, 2))["rgb"]
        # Id and labels, byte for byte, in the same map of features.
        ours, theirs = _entries(_one(written, 1)), _entries(_one(record, 1))
        assert ours == {name: theirs[name] for name in ("id", "labels")}

        # The frame around the record too: lengths and checksums.
        shard = tmp_path / "again.tfrecord"
        shard.write_bytes(framed(bytes(record), load_crc32c()))
        assert shard.read_bytes() == file.read_bytes()[: shard.stat().st_size]


def _one(message, field: int):
    (payload,) = payloads(message, field)
    return payload


def _entries(message) -> dict[str, bytes]:
    """Return a map's values by key."""
    return {bytes(_one(entry, 1)).decode(): bytes(_one(entry, 2)) for entry in payloads(message, 1)}


def test_tensorflow_reads_a_written_file(tmp_path):
    import tensorflow as tf

    file, crc32c = tmp_path / "features-00000.tfrecord", load_crc32c()
    records = [frame_record(Context(b"%d" % number, (number,)), rows(number + 1)) for number in range(5)]
    file.write_bytes(b"".join(framed(record, crc32c) for record in records))
    assert [record.numpy() for record in tf.data.TFRecordDataset(str(file))] == records
    # As YouTube-8M's own readers parse them.
    context, lists = tf.io.parse_single_sequence_example(
        records[3],
        context_features={
            "id": tf.io.FixedLenFeature([], tf.string),
            "labels": tf.io.VarLenFeature(tf.int64),
        },
        sequence_features={"rgb": tf.io.FixedLenSequenceFeature([], tf.string)},
    )
    assert context["id"].numpy() == b"3" and context["labels"].values.numpy().tolist() == [3]
    assert tf.io.decode_raw(lists["rgb"], tf.uint8).shape == (4, 1024)
