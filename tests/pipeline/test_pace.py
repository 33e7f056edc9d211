import pytest

from organizer.pipeline.pace import Pace


def looks(*numbers):
    pace = Pace()
    for worked_s, done, to_do in numbers:
        pace.look(worked_s, done, to_do)
    return pace.left_s()


@pytest.mark.parametrize(
    ("numbers", "left_s"),
    [
        # While folders are walked, and before enough was done, nobody can tell.
        ([(0, 0, None), (60, 0, None)], None),
        ([(0, 0, 100), (3, 50, 100)], None),
        ([(0, 0, 100), (60, 1, 100)], None),
        ([(0, 0, 100), (10, 20, 100)], 40),
        ([(5, 90, 100), (10, 100, 100)], 0),
        # Another number of files is other work.
        ([(0, 0, 100), (10, 20, 100), (11, 20, 80)], None),
        ([(0, 0, 100), (10, 20, 100), (11, 20, 80), (21, 40, 80)], 20),
    ],
)
def test_the_time_left_is_told_from_what_was_done(numbers, left_s):
    assert looks(*numbers) == left_s


def test_the_last_minutes_count_and_not_the_first():
    pace = Pace()
    for second in range(1000):
        # A hundred files a second at first, then one in ten seconds.
        pace.look(float(second), 100 * min(second, 10) + max(0, second - 10) // 10, 2000)
    assert pace.left_s() == pytest.approx((2000 - 1098) * 10, rel=0.1)
