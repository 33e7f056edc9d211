from collections import Counter

import pytest

from organizer.training.yt8m.sampling import draw_crop, first_seconds, is_chosen

IDS = [f"{number:04d}".encode() for number in range(20_000)]


@pytest.mark.parametrize(
    ("seconds", "shortest", "longest"),
    [(300, 5, 45), (46, 5, 45), (20, 5, 20), (5, 5, 5), (3, 3, 3), (1, 1, 1)],
)
def test_crops_lie_within_the_video(seconds, shortest, longest):
    crops = [draw_crop(video_id, seconds, seed=1, epoch=0) for video_id in IDS]
    assert {crop.seconds for crop in crops} == set(range(shortest, longest + 1))
    assert min(crop.start for crop in crops) == 0
    assert max(crop.start + crop.seconds for crop in crops) == seconds


def test_lengths_and_places_are_even():
    crops = [draw_crop(video_id, 49, seed=1, epoch=0) for video_id in IDS]
    lengths = Counter(crop.seconds for crop in crops)
    # 41 lengths: 488 of each, 22 the standard deviation.
    assert all(abs(count - 20_000 / 41) < 110 for count in lengths.values())
    starts = Counter(crop.start for crop in crops if crop.seconds == 40)
    assert set(starts) == set(range(10))


def test_epochs_seeds_and_videos_differ():
    base = [draw_crop(video_id, 200, seed=1, epoch=0) for video_id in IDS[:1000]]
    assert base == [draw_crop(video_id, 200, seed=1, epoch=0) for video_id in IDS[:1000]]
    assert len(set(base)) > 800
    for other in ({"seed": 1, "epoch": 1}, {"seed": 2, "epoch": 0}, {"seed": 0, "epoch": 1}):
        drawn = [draw_crop(video_id, 200, **other) for video_id in IDS[:1000]]
        assert sum(a == b for a, b in zip(base, drawn, strict=True)) < 10


def test_the_first_seconds():
    assert (first_seconds(200).start, first_seconds(200).seconds) == (0, 45)
    assert first_seconds(7).seconds == 7


def test_a_share_is_the_same_videos_and_grows():
    tenth = {video_id for video_id in IDS if is_chosen(video_id, 0.1)}
    fifth = {video_id for video_id in IDS if is_chosen(video_id, 0.2)}
    assert abs(len(tenth) - 2000) < 200
    assert tenth < fifth
    assert not any(is_chosen(video_id, 0.0) for video_id in IDS)
    assert all(is_chosen(video_id, 1.0) for video_id in IDS)
