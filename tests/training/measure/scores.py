"""Scored videos for tests."""

from __future__ import annotations

import numpy as np

from organizer.training.measure.scored import Scored


def scored(targets, scores, *, known=None, thresholds=0.5, maybes=None, groups=None, labels=None):
    """Give videos v0, v1 ... with labels A, B ...; each video is a source of its own unless said.

    Maybes begin at ``maybes``; None: there are none.
    """
    targets, scores = np.array(targets, np.float32), np.array(scores, float)
    videos, columns = targets.shape
    return Scored(
        labels=labels or tuple("ABCDEFGHIJ"[:columns]),
        names=tuple(f"v{video}" for video in range(videos)),
        groups=tuple(groups or (f"g{video}" for video in range(videos))),
        targets=targets,
        known=np.ones(targets.shape, bool) if known is None else np.array(known, bool),
        scores=scores,
        thresholds=np.broadcast_to(np.asarray(thresholds, float), (columns,)).copy(),
        maybe_thresholds=(
            None if maybes is None else np.broadcast_to(np.asarray(maybes, float), (columns,)).copy()
        ),
    )


def random_scored(seed=0, *, videos=250, labels=10, sources=40, skill=0.5, maybes=0.45):
    """Give random videos; ``skill`` 0 is guessing, 1 is perfect."""
    rng = np.random.default_rng(seed)
    targets = (rng.random((videos, labels)) < 0.2).astype(np.float32)
    scores = np.clip(targets * skill + rng.random(targets.shape) * (1 - skill / 2), 0, 1)
    # Rounded, so that many scores are equal.
    groups = [f"g{number}" for number in rng.integers(0, sources, videos)]
    return scored(targets, np.round(scores, 2), groups=groups, maybes=maybes)
