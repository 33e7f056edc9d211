import numpy as np
import pytest

from organizer.features.quantiser import YT8M_QUANTISER
from organizer.training.yt8m.record_formats import (
    FrameLevelFormat,
    RecordFormatError,
    VideoLevelFormat,
    find_row_table,
    parse_frame_level,
)
from tests.training.yt8m.generate import make_videos, mean_rgb, sequence_example, video_example

FRAME = FrameLevelFormat(YT8M_QUANTISER)
VIDEO = VideoLevelFormat()


@pytest.fixture(scope="module")
def video():
    return next(make_videos(1, 3, "train"))


def example(**features):
    import tensorflow as tf

    return tf.train.Example(features=features_of(**features)).SerializeToString()


def features_of(video_id=b"abcd", labels=(2,), mean=None):
    import tensorflow as tf

    made = {}
    if video_id is not None:
        made["id"] = tf.train.Feature(bytes_list=tf.train.BytesList(value=[video_id]))
    if labels is not None:
        made["labels"] = tf.train.Feature(int64_list=tf.train.Int64List(value=labels))
    if mean is not None:
        made["mean_rgb"] = tf.train.Feature(float_list=tf.train.FloatList(value=mean))
    return tf.train.Features(feature=made)


def sequence(rows, name="rgb", *, audio_first=False, **context):
    import tensorflow as tf

    def feature_list(values):
        made = [tf.train.Feature(bytes_list=tf.train.BytesList(value=value)) for value in values]
        return tf.train.FeatureList(feature=made)

    lists = {name: feature_list(rows), "audio": feature_list([[b"a" * 128]] * len(rows))}
    return tf.train.SequenceExample(
        context=features_of(**context), feature_lists=tf.train.FeatureLists(feature_list=lists)
    ).SerializeToString()


def test_a_frame_level_record(video):
    read = FRAME.read(memoryview(sequence_example(video)))
    assert read.id == video.id.encode()
    assert read.classes == video.label_ids
    np.testing.assert_array_equal(read.rows, YT8M_QUANTISER.quantise(video.features))


def test_a_video_level_record(video):
    read = VIDEO.read(memoryview(video_example(video)))
    assert (read.id, read.classes) == (video.id.encode(), video.label_ids)
    np.testing.assert_array_equal(read.rows, mean_rgb(video)[np.newaxis])


def test_rows_are_found_without_parsing(video):
    assert find_row_table(memoryview(sequence_example(video)), "rgb", 1024) is not None


@pytest.mark.parametrize("rows", [1, 2, 300])
def test_both_ways_of_reading_give_the_same(rows):
    values = [[bytes([number % 256]) * 1024] for number in range(rows)]
    record = memoryview(sequence(values, labels=(3, 400, 3861)))
    quick = FRAME.read(record)
    slow = parse_frame_level(record)
    assert (quick.id, quick.classes) == (slow.id, slow.classes) == (b"abcd", (3, 400, 3861))
    np.testing.assert_array_equal(quick.rows, slow.rows)
    assert quick.rows[:, 0].tolist() == [number % 256 for number in range(rows)]


def test_a_record_written_in_two_pieces_is_read_with_the_parser():
    # Protocol buffers that stand one after the other are one message with the fields of both.
    record = memoryview(sequence([[b"a" * 1024]]) + sequence([[b"b" * 1024]], name="other", video_id=None))
    assert find_row_table(record, "rgb", 1024) is None
    assert bytes(FRAME.read(record).rows) == b"a" * 1024


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (lambda: b"no protocol buffer", "no SequenceExample"),
        (lambda: b"", "no rgb"),
        (lambda: sequence([[b"a" * 1024]], name="video"), "no rgb"),
        (lambda: sequence([]), "no rgb"),
        (lambda: example(mean=[0.5] * 1024), "no rgb"),
        (lambda: sequence([[b"a" * 1024], [b"a" * 1023]]), "has not 1024 bytes"),
        (lambda: sequence([[b"a" * 1025]] * 3), "has not 1024 bytes"),
        (lambda: sequence([[b"a" * 1024], []]), "has not 1024 bytes"),
        (lambda: sequence([[b"a" * 1024]], video_id=None), "no id"),
        (lambda: sequence([[b"a" * 1024]], labels=None), "no labels"),
        (lambda: sequence([[b"a" * 1024]], labels=()), "no labels"),
    ],
)
def test_foreign_records_of_the_frame_level(record, reason):
    with pytest.raises(RecordFormatError, match=reason):
        FRAME.read(memoryview(record()))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (lambda: b"no protocol buffer", "no Example"),
        (example, "no mean_rgb"),
        (lambda: example(mean=[0.5] * 1023), "1023 numbers"),
        (lambda: example(mean=[0.5] * 1024, video_id=None), "no id"),
        (lambda: example(mean=[0.5] * 1024, labels=None), "no labels"),
        (lambda: sequence([[b"a" * 1024]]), "no mean_rgb"),
    ],
)
def test_foreign_records_of_the_video_level(record, reason):
    with pytest.raises(RecordFormatError, match=reason):
        VIDEO.read(memoryview(record()))


def test_dequantised_then_padded():
    rows = np.zeros((2, 3, 1024), np.uint8)
    rows[0, 0], rows[0, 1], rows[0, 2] = 0, 127, 255
    rows[1, 0] = 128
    features = FRAME.features(rows, np.array([3, 1], np.int32)).numpy()
    assert features.shape == (2, 3, 1024)
    # q * 4/255 + 4/512 - 2.
    np.testing.assert_allclose(features[0, :, 5], [-1.9921875, -0.0000306, 2.0078125], atol=1e-6)
    np.testing.assert_allclose(features[1, :, 5], [0.0156556, 0.0, 0.0], atol=1e-6)
    np.testing.assert_array_equal(features[1, 1:], 0.0)


def test_no_stored_value_becomes_zero():
    rows = np.zeros((1, 1, 1024), np.uint8)
    rows[0, 0, :256] = np.arange(256)
    features = FRAME.features(rows, np.array([1], np.int32)).numpy()
    assert (features != 0).all()
    np.testing.assert_allclose(
        features[0, 0, :256], YT8M_QUANTISER.dequantise(np.arange(256, dtype=np.uint8)), atol=1e-6
    )
