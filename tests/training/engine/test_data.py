import numpy as np
import pytest

from organizer.errors import TrainingDataError
from organizer.features.quantiser import Quantiser, Rounding
from organizer.training.engine.data import MemoryData, MemoryVideos, Position

LABELS = ("A", "B")
QUANTISER = Quantiser(-2, 2, Rounding.NEAREST)


def videos(lengths, views=2, first=0):
    """Give videos whose every number is the video's, but for the second, which is the first column."""
    features = []
    for video, length in enumerate(lengths, start=first):
        seconds = np.full((views, length, 3), 10 + video, np.uint8)
        seconds[:, :, 0] = np.arange(length)
        seconds[:, :, 1] = np.arange(views)[:, None]
        features.append(seconds)
    count = len(lengths)
    targets = np.tile(np.array([[1, 0]], np.float32), (count, 1))
    names = tuple(f"v{number}" for number in range(count))
    return MemoryVideos(names, names, features, targets, np.full((count, 2), 0.5, np.float32))


def data(lengths=(1, 3, 8, 20, 45, 7, 9), held_out=(4, 2)):
    return MemoryData(
        LABELS, "space", QUANTISER, to_train=videos(lengths), held_out=videos(held_out, first=50)
    )


def batches(dataset):
    return [tuple(array.numpy() for array in batch) for batch in dataset]


def crops(found):
    """Return of each video in order: its number, the seconds of its crop, its view."""
    seen = []
    for features, _, _ in found:
        for video in QUANTISER.quantise(features):
            real = video[(video != QUANTISER.quantise(np.zeros(1, np.float32))).any(axis=1)]
            seen.append((int(real[0, 2]), tuple(real[:, 0].tolist()), int(real[0, 1])))
    return seen


def test_held_out_videos_come_whole_as_a_scan_sees_them():
    ((features, targets, weights),) = batches(data().validation(8))
    assert (features.shape, features.dtype) == ((2, 4, 3), np.float32)
    assert np.array_equal(features[0], QUANTISER.dequantise(data().held_out.features[0][0]))
    assert (features[1, 2:] == 0).all() and (features[1, :2] != 0).all()
    assert targets.tolist() == [[1, 0], [1, 0]] and (weights == 0.5).all()


def test_the_same_place_gives_the_same_batches():
    first, again = (batches(data().training(Position(3, 1), 3)) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert all(np.array_equal(*arrays) for arrays in zip(one, other, strict=True))
    assert crops(first) != crops(batches(data().training(Position(3, 2), 3)))
    assert crops(first) != crops(batches(data().training(Position(4, 1), 3)))


def test_a_later_place_is_the_tail_of_the_epoch():
    whole, tail = batches(data().training(Position(0, 0), 2)), batches(data().training(Position(0, 0, 2), 2))
    assert len(whole) == 4 and crops(tail) == crops(whole[2:])
    assert batches(data().training(Position(0, 0, 4), 2)) == []


def test_workers_see_videos_of_their_own_and_take_equally_many_steps():
    seen = [crops(batches(data().training(Position(0, 0, 0, worker, 3), 1))) for worker in range(3)]
    assert [len(crops_) for crops_ in seen] == [2, 2, 2]
    assert len({video for crops_ in seen for video, *_ in crops_}) == 6


def test_crops_are_runs_of_five_seconds_or_more_of_all_lengths_and_views():
    found = {}
    for epoch in range(60):
        for video, seconds, view in crops(batches(data().training(Position(0, epoch), 7))):
            assert seconds == tuple(range(seconds[0], seconds[0] + len(seconds)))
            found.setdefault(video, set()).add((len(seconds), seconds[0], view))
    # The video of 3 seconds is too short to be cut, that of 8 gives all of 5, 6, 7 and 8.
    assert {length for length, *_ in found[11]} == {3}
    assert {length for length, *_ in found[12]} == {5, 6, 7, 8}
    assert {view for *_, view in found[12]} == {0, 1}
    assert max(start for _, start, _ in found[14]) > 20


def test_nothing_to_train_on_or_to_measure_on_is_an_error():
    for lengths, held_out in (((), (1,)), ((1,), ())):
        with pytest.raises(TrainingDataError, match="Both are needed"):
            data(lengths, held_out)
