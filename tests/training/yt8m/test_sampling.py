"""Order, share and crops of videos: drawn evenly, and the same again."""

import random
import threading
from collections import Counter

import pytest

from organizer.training.yt8m.sampling import draw_crop, first_seconds, interleaved, is_chosen, shuffled

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


def source(name, count):
    return lambda: ((name, number) for number in range(count))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("counts", [[], [0], [5], [16], [100, 0, 16, 33, 7, 50], [0, 0, 3]])
def test_everything_comes_once_and_in_the_order_of_its_source(counts, threads):
    sources = [source(number, count) for number, count in enumerate(counts)]
    items = list(interleaved(sources, side_by_side=2, threads=threads))
    assert Counter(name for name, _ in items) == Counter({n: c for n, c in enumerate(counts) if c})
    for number, count in enumerate(counts):
        assert [item for name, item in items if name == number] == list(range(count))


def test_the_order_does_not_depend_on_how_fast_a_source_is():
    release = threading.Event()

    def slow():
        release.wait(60)
        yield from (("slow", number) for number in range(40))

    def quick():
        yield from (("quick", number) for number in range(40))
        release.set()

    wanted = list(interleaved([source("slow", 40), source("quick", 40)], side_by_side=2, threads=2))
    assert list(interleaved([slow, quick], side_by_side=2, threads=2)) == wanted
    assert [name for name, _ in wanted[::16]] == ["slow", "quick", "slow", "quick", "slow"]


def test_only_some_are_open_at_once():
    is_open, most = set(), []

    def tracked(number):
        def begin():
            is_open.add(number)
            most.append(len(is_open))
            yield from range(20)
            is_open.discard(number)

        return begin

    assert len(list(interleaved([tracked(number) for number in range(30)], side_by_side=3, threads=2))) == 600
    assert max(most) <= 3


def test_an_error_comes_through_and_the_threads_end():
    def broken():
        yield 1
        raise ValueError("broken")

    before = threading.active_count()
    with pytest.raises(ValueError, match="broken"):
        list(interleaved([source("a", 100), broken], side_by_side=2, threads=2))
    assert threading.active_count() == before


def test_left_early_the_threads_end():
    before = threading.active_count()
    items = interleaved([source("a", 100)] * 5, side_by_side=2, threads=2)
    assert next(items) == ("a", 0)
    items.close()
    assert threading.active_count() == before


def test_shuffling_is_repeatable_and_bounded():
    numbers = iter(range(1, 1001))
    items = shuffled(numbers, 100, random.Random("1 2"))
    first = next(items)
    assert next(numbers) == 102, "more or fewer were kept"
    items = shuffled(range(1, 1001), 100, random.Random("1 2"))
    assert next(items) == first
    everything = [first, *items]
    assert sorted(everything) == list(range(1, 1001))
    assert everything == list(shuffled(range(1, 1001), 100, random.Random("1 2")))
    assert everything != list(shuffled(range(1, 1001), 100, random.Random("1 3")))
    assert sum(abs(place - item) for place, item in enumerate(everything)) / 1000 > 50
