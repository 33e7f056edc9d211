import numpy as np
import pytest

from organizer.training.measure.metrics import average_precisions, precision_recall, top1


def test_average_precision_of_a_worked_example():
    # Ranked: right, wrong, right -> (1/1 + 2/3) / 2.
    targets = np.array([[1, 0], [0, 0], [1, 0]], np.float32)
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    first, second = average_precisions(targets, scores)
    assert first == pytest.approx(5 / 6)
    assert np.isnan(second)


def test_top1_counts_labelled_videos_only():
    targets = np.array([[1, 0], [0, 1], [0, 0], [1, 1]], np.float32)
    scores = np.array([[0.9, 0.1], [0.6, 0.5], [0.9, 0.1], [0.1, 0.2]])
    assert top1(targets, scores) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("tagged", "precision", "recall"),
    [([[1, 0], [0, 1]], 0.5, 1 / 3), ([[0, 0], [0, 0]], 1.0, 0.0), ([[1, 1], [1, 0]], 1.0, 1.0)],
)
def test_precision_and_recall_over_all_pairs(tagged, precision, recall):
    figures = precision_recall(np.array([[1, 1], [1, 0]], np.float32), np.array(tagged, bool))
    assert (figures.precision, figures.recall) == (pytest.approx(precision), pytest.approx(recall))


def test_nothing_due_is_all_found():
    figures = precision_recall(np.zeros((2, 2), np.float32), np.array([[1, 0], [0, 0]], bool))
    assert (figures.precision, figures.recall) == (0.0, 1.0)
