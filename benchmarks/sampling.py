"""Key frames against the first frame of each second, on real clips: python -m benchmarks sampling.

The question is what the choice of frames does to what a person sees: scores and tags by the bundled model.
Files whose key frames cannot be planned are read exactly by every scan: they are counted, but not compared.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_file import RESULTS, write
from organizer.frames.decode import decode
from organizer.frames.readers.keyframe_reader import CannotPlanError
from organizer.frames.readers.sampling import Sampling, reader_for
from organizer.models.catalogue import open_bundle
from organizer.pipeline.analyse import analyse
from organizer.tags.tagger import Tagger
from organizer.types import VideoFile
from tests.corpus import CORPUS

ACCEPTED_SCORE = 0.02
ACCEPTED_TAGS = 0.02


def scores_and_tags(
    files: Sequence[Path], sampling: Sampling, tagger: Tagger
) -> tuple[np.ndarray, list[set[str]], list[int]]:
    """Return scores (videos, labels), the tags of each video, and how many seconds were looked at."""
    reader = reader_for(sampling, threads=1)
    scores, tags, seconds = [], [], []
    for file in files:
        status = file.stat()
        video = VideoFile(str(file.parent), file.name, status.st_size, status.st_mtime_ns)
        (analysis,) = analyse([decode(video, reader, tagger.bundle.input_spec)], tagger)
        scores.append([analysis.tagging.scores[label] for label in tagger.bundle.labels])
        tags.append({tag.name for tag in analysis.tagging.suggestions})
        seconds.append(len(analysis.features.quantised))
    return np.array(scores), tags, seconds


def plannable(files: Sequence[Path]) -> list[Path]:
    """Return the files that the key-frame reader does not refuse."""
    reader, accepted = reader_for(Sampling.KEYFRAME, threads=1), []
    for file in files:
        try:
            next(iter(reader.read(str(file), max_seconds=1)))
        except CannotPlanError:
            continue
        accepted.append(file)
    return accepted


def differences(every: Sequence[Path], tagger: Tagger) -> dict[str, Any]:
    """Compare both samplings.

    Raises:
        RuntimeError: they look at different seconds.
    """
    files = plannable(every)
    exact, exact_tags, exact_seconds = scores_and_tags(files, Sampling.EXACT, tagger)
    quick, quick_tags, quick_seconds = scores_and_tags(files, Sampling.KEYFRAME, tagger)
    if exact_seconds != quick_seconds:
        raise RuntimeError(f"different seconds: {exact_seconds} and {quick_seconds}")
    off = np.abs(exact - quick)
    pairs = list(zip(exact_tags, quick_tags, strict=True))
    differing = sum(len(one ^ other) for one, other in pairs)
    given = sum(len(one | other) for one, other in pairs)
    share = differing / given if given else 0.0
    return {
        "videos": len(files),
        "read_exactly_anyway": len(every) - len(files),
        "seconds": sum(exact_seconds),
        "score_difference_mean": float(off.mean()),
        "score_difference_max": float(off.max()),
        "score_difference_by_video": {
            file.stem: round(float(row.mean()), 5) for file, row in zip(files, off, strict=True)
        },
        "tags": given,
        "tags_differing": differing,
        "tags_differing_share": share,
        "decisions": int(off.size),
        "decisions_differing_share": differing / off.size,
        "accepted_score": ACCEPTED_SCORE,
        "accepted_tags": ACCEPTED_TAGS,
        "reached": bool(off.mean() < ACCEPTED_SCORE and share <= ACCEPTED_TAGS),
    }


def run(files: Sequence[Path], results: Path) -> dict[str, Any]:
    """Compare, print, write."""
    from rich.console import Console
    from rich.table import Table

    figures = differences(files, Tagger(open_bundle()))
    view = Table(
        title=f"Key frames against exact, {figures['videos']} files, {figures['seconds']} s "
        f"({figures['read_exactly_anyway']} more read exactly anyway)"
    )
    view.add_column("figure")
    view.add_column("value", justify="right")
    view.add_column("accepted", justify="right")
    view.add_row("mean score difference", f"{figures['score_difference_mean']:.4f}", f"< {ACCEPTED_SCORE}")
    view.add_row("largest score difference", f"{figures['score_difference_max']:.3f}", "")
    view.add_row(
        f"tags that differ, of {figures['tags']}",
        f"{figures['tags_differing']} ({figures['tags_differing_share']:.1%})",
        f"<= {ACCEPTED_TAGS:.0%}",
    )
    view.add_row(
        f"yes or no that differ, of {figures['decisions']}", f"{figures['decisions_differing_share']:.1%}", ""
    )
    Console().print(view)
    write("sampling", figures, results)
    return figures


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    if not (CORPUS / "clips.csv").is_file():
        sys.exit(f"THE CORPUS OF REAL CLIPS IS NOT AT {CORPUS}: nothing was measured")
    run(sorted((CORPUS / "video").iterdir()), chosen.results)


if __name__ == "__main__":
    main()
