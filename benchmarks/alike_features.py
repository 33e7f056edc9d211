"""The corpus's clips as a library would hold them: features by the bundled model, made once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.results_file import default_folder
from organizer.frames.pictures.resize import shrink
from organizer.models.catalogue import open_bundle
from organizer.training.lite.corpus import read_corpus, read_picture

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_MOST_KEPT = 64
"""Clips between two lines about how far it is."""


@dataclass(frozen=True)
class Clips:
    """Clips that count, with what they show and where they come from."""

    names: list[str]
    features: list[NDArray[np.uint8]]
    """For each (rows, 1024), quantised, one row for each second that the model looks at."""
    seconds: list[tuple[int, ...]]
    """For each the second of each row."""
    groups: NDArray[np.str_]
    """(clips,) the repository of each."""
    targets: NDArray[np.bool_]
    """(clips, 10) labels, doubtful ones off."""
    doubtful: NDArray[np.bool_]
    """(clips, 10)."""


def corpus_clips(folder: Path, kept: Path | None = None) -> Clips:
    """Return the clips of the corpus that are measured on.

    Args:
        folder: of the corpus.
        kept: where features are kept between runs.
    """
    import numpy as np

    bundle, corpus = open_bundle("lite"), read_corpus(folder)
    sampled = bundle.input_spec.sampled
    file = (kept or default_folder() / "alike") / f"{bundle.space_id}-{len(corpus.clips)}.npz"
    if not file.exists():
        made = {}
        for number, clip in enumerate(corpus.clips):
            frames = [frame for second, frame in enumerate(clip.frames) if second in sampled]
            pictures = np.stack([shrink(read_picture(frame), bundle.input_size) for frame in frames])
            made[clip.name] = bundle.space.extract(pictures).quantised
            if number % _MOST_KEPT == 0:
                print(f"features of {number} of {len(corpus.clips)} clips", flush=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, **made)
    with np.load(file) as stored:
        features = {clip.name: stored[clip.name] for clip in corpus.clips}
    counts = np.array([clip.counts for clip in corpus.clips])
    chosen = [clip for clip in corpus.clips if clip.counts]
    return Clips(
        [clip.name for clip in chosen],
        [features[clip.name] for clip in chosen],
        [sampled.seconds_of(len(features[clip.name])) for clip in chosen],
        np.array([clip.group for clip in chosen]),
        (corpus.clip_targets * corpus.clip_known)[counts] > 0,
        corpus.clip_known[counts] == 0,
    )
