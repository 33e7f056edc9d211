"""Prove a model: its files, its PCA, what its networks give, and whether they belong together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from typing import TYPE_CHECKING

from organizer.errors import MissingDependencyError, OrganizerError
from organizer.features.npz import read_npz
from organizer.features.pca import load_pca
from organizer.features.tensorflow.frozen_network import Precision
from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone, cosines, like_photographs
from organizer.models.inception.assemble import has_yt8m_pca
from organizer.models.inception.pca_fit import MIN_CORRELATION, MIN_FRAMES, Verdict, pca_fit
from organizer.models.manifest import BackboneKind
from organizer.pipeline.prove_classifier import PROVEN_LENGTHS_S, prove_classifier
from organizer.tags.tagger import Tagger
from organizer.text import count
from organizer.types import MAX_SECONDS, VideoFeatures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.models.bundle import Bundle

VIDEOS = 20
"""Of a library that the fit test looks at, at most."""
MAX_GOLDEN_DIFFERENCE = 1e-5
MAX_ANGLE = 0.01
"""Cosine between two of a PCA's directions; 0 for exact right angles, rounding gives less than 0.001."""
MIN_COPY_COSINE = 0.9999
MIN_PRECISION_COSINE = 0.995
MAX_SCORE_DIFFERENCE = 0.02
"""Between scores of features that were computed in bfloat16 and in float32."""
_COPIES = 5
_SCORED_VIDEOS = 3
"""That bfloat16 and float32 are compared on; the slower one takes seconds for each."""


class CheckOutcome(StrEnum):
    """How a check ended."""

    OK = "ok"
    FAILED = "failed"
    NOT_POSSIBLE = "not possible"
    """It says nothing about the model: what it needs is not there, or it is not for such models."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    outcome: CheckOutcome
    sentence: str
    """What was found; without a full stop where it is no whole sentence."""


_Finding = tuple[CheckOutcome, str]


def frames_a_video(videos: int) -> int:
    """Return how many frames of each video the fit test takes: twice what it needs, 10 to 45 of each."""
    return min(MAX_SECONDS, max(10, -(-2 * MIN_FRAMES // max(1, videos))))


def verify(
    bundle: Bundle, videos: Iterable[NDArray[np.uint8]], *, golden: Path | None = None
) -> Iterator[Check]:
    """Check a model, one thing after the other. Nothing is changed.

    Args:
        bundle: the model.
        videos: pictures of the library's videos for the fit test, and a few of them for comparing scores,
            uint8 (frames, size, size, 3), RGB; taken only when they are needed.
        golden: a ``.npz`` file with ``original`` (inputs,) and ``pca`` (outputs,) of one frame.

    Yields:
        Seven checks. After one that a damaged file made fail, others may fail for the same reason.
    """
    seen: list[NDArray[np.uint8]] = []
    rest = iter(videos)
    checks: tuple[tuple[str, Callable[[], _Finding]], ...] = (
        ("checksums", lambda: _checksums(bundle)),
        ("PCA", lambda: _pca(bundle)),
        ("golden PCA pair", lambda: _golden(bundle, golden)),
        ("features of a picture", lambda: _features(bundle)),
        ("scores in bfloat16", lambda: _precision(bundle, seen, rest)),
        ("fit of network and PCA", lambda: _fit(bundle, chain(seen, rest))),
        ("classifier", lambda: _classifier(bundle)),
    )
    for name, check in checks:
        try:
            outcome, sentence = check()
        except MissingDependencyError as error:
            outcome, sentence = CheckOutcome.NOT_POSSIBLE, str(error)
        except (OrganizerError, ValueError) as error:
            outcome, sentence = CheckOutcome.FAILED, str(error)
        yield Check(name, outcome, sentence)


def _judged(good: bool, sentence: str) -> _Finding:
    return CheckOutcome.OK if good else CheckOutcome.FAILED, sentence


def _checksums(bundle: Bundle) -> _Finding:
    bundle.verify(every_file=True)
    return CheckOutcome.OK, f"{count(len(bundle.files), 'file')} as installed"


def _pca(bundle: Bundle) -> _Finding:
    import numpy as np

    pca = load_pca(bundle.folder / bundle.roles["pca"])
    inputs, outputs = pca.components.shape
    if pca.mean.shape != (inputs,) or outputs != bundle.dimensions:
        return CheckOutcome.FAILED, f"{inputs} to {outputs} numbers, a mean of {pca.mean.shape}"
    if not (np.isfinite(pca.mean).all() and np.isfinite(pca.components).all()):
        return CheckOutcome.FAILED, "it holds something that is no finite number"
    directions = pca.components / np.linalg.norm(pca.components, axis=0)
    cosine = directions.T @ directions
    np.fill_diagonal(cosine, 0)
    off = float(np.abs(cosine).max())
    return _judged(
        off <= MAX_ANGLE,
        f"{inputs} to {outputs}, finite, directions at right angles up to a cosine of {off:.1g}",
    )


def _golden(bundle: Bundle, file: Path | None) -> _Finding:
    import numpy as np

    if file is None:
        return CheckOutcome.NOT_POSSIBLE, "no pair was given (--golden FILE.npz)"
    try:
        stored = read_npz(file)
        original = np.asarray(stored["original"], np.float32).reshape(1, -1)
        expected = np.asarray(stored["pca"], np.float64).reshape(-1)
    except (OSError, KeyError, ValueError) as error:
        # What numpy says of a file that is none of its own is advice to load it unsafely.
        reason = f" ({error})" if isinstance(error, OSError | KeyError) else ""
        return CheckOutcome.FAILED, f"{file}: this file holds no pair of original and pca{reason}"
    pca = load_pca(bundle.folder / bundle.roles["pca"])
    if (original.shape[1], len(expected)) != pca.components.shape:
        return (
            CheckOutcome.NOT_POSSIBLE,
            f"the pair is for {original.shape[1]} to {len(expected)} numbers, this PCA for "
            f"{pca.components.shape[0]} to {pca.components.shape[1]}",
        )
    off = float(np.abs(pca.project(original)[0] - expected).mean() / np.abs(expected).mean())
    return _judged(
        off < MAX_GOLDEN_DIFFERENCE,
        f"mean relative difference {off:.1e}, at most {MAX_GOLDEN_DIFFERENCE:.0e} is right",
    )


def _features(bundle: Bundle) -> _Finding:
    import numpy as np

    backbone = bundle.space.backbone
    picture = _picture(bundle.input_size)
    features = backbone.extract(np.stack([picture] * _COPIES))
    if features.shape != (_COPIES, len(bundle.space.pca.mean)):
        return CheckOutcome.FAILED, f"{features.shape} numbers for {_COPIES} pictures, not what the PCA takes"
    if not np.isfinite(features).all() or not features.any():
        return CheckOutcome.FAILED, "they are all zero, or not finite"
    alike = float(cosines(features[1:], np.repeat(features[:1], _COPIES - 1, axis=0)).min())
    words = f"{features.shape[1]} finite numbers, copies in one batch alike (cosine {alike:.5f})"
    if alike < MIN_COPY_COSINE:
        return CheckOutcome.FAILED, words
    if not isinstance(backbone, TfHubBackbone):
        return CheckOutcome.OK, words
    if backbone.precision is not Precision.BFLOAT16:
        return CheckOutcome.OK, f"{words}, computed in {backbone.precision}"
    close = float(cosines(backbone.reference()(picture[np.newaxis]), features[:1])[0])
    words += f", bfloat16 against float32 cosine {close:.5f}"
    return _judged(close >= MIN_PRECISION_COSINE, words)


def _precision(
    bundle: Bundle, seen: list[NDArray[np.uint8]], videos: Iterator[NDArray[np.uint8]]
) -> _Finding:
    """Compare scores; ``seen`` gets the videos that are taken for it."""
    import numpy as np

    if not bundle.has_classifier:
        return CheckOutcome.NOT_POSSIBLE, "it is for models with a classifier"
    if bundle.backbone_kind is not BackboneKind.TF_HUB:
        return CheckOutcome.NOT_POSSIBLE, "it is for networks that TensorFlow runs"
    space = bundle.space
    backbone = space.backbone
    if not isinstance(backbone, TfHubBackbone) or backbone.precision is not Precision.BFLOAT16:
        return CheckOutcome.NOT_POSSIBLE, "the network does not run in bfloat16 here"
    seen += islice(videos, _SCORED_VIDEOS)
    pictures = seen or [like_photographs(backbone.batch_size, bundle.input_size)]
    in_float32 = backbone.reference()
    features = [
        VideoFeatures(space.id, space.quantiser.quantise(space.pca.project(extract(video))))
        for extract in (backbone.extract, in_float32)
        for video in pictures
    ]
    scores = np.array([scored.scores for scored in Tagger(bundle).score(features)])
    off = float(np.abs(scores[: len(pictures)] - scores[len(pictures) :]).max())
    source = count(len(seen), "video") + " of the library" if seen else "made-up pictures"
    return _judged(
        off <= MAX_SCORE_DIFFERENCE,
        f"those of {source} differ from float32 by at most {off:.4f}, up to {MAX_SCORE_DIFFERENCE} is right",
    )


def _fit(bundle: Bundle, videos: Iterable[NDArray[np.uint8]]) -> _Finding:
    import numpy as np

    if not has_yt8m_pca(bundle):
        return CheckOutcome.NOT_POSSIBLE, "it is for models with YouTube-8M's PCA"
    space = bundle.space
    features = [space.backbone.extract(pictures) for pictures in videos]
    frames = np.concatenate(features) if features else np.empty((0, space.backbone.feature_dim), np.float32)
    result = pca_fit(frames, space.pca.mean)
    seen = f"{count(len(frames), 'frame')} of {count(len(features), 'video')}"
    if result.verdict is Verdict.TOO_FEW:
        return (
            CheckOutcome.NOT_POSSIBLE,
            f"too few frames: {seen} of the library could be looked at, {MIN_FRAMES} are needed. "
            "Scan more videos: organizer scan FOLDER",
        )
    return _judged(
        result.verdict is Verdict.FITS,
        f"correlation {result.correlation:.2f} over {seen}, at least {MIN_CORRELATION} is right",
    )


def _classifier(bundle: Bundle) -> _Finding:
    if not bundle.has_classifier:
        return (
            CheckOutcome.NOT_POSSIBLE,
            f"the model has none yet, it makes features only. {bundle.classifier_advice}",
        )
    # Loaded twice: nothing may be carried over from one run to the next.
    once, again = prove_classifier(bundle), prove_classifier(bundle)
    lengths = ", ".join(map(str, PROVEN_LENGTHS_S[:-1])) + f" and {PROVEN_LENGTHS_S[-1]} s"
    return _judged(
        [video.scores for video in once] == [video.scores for video in again],
        f"scores of {count(len(bundle.labels), 'label')} from 0 to 1 for videos of {lengths}",
    )


def _picture(size: int) -> NDArray[np.uint8]:
    """Return (size, size, 3), RGB: the same picture on every computer, with edges, colours and slopes."""
    import numpy as np

    down, across = np.mgrid[:size, :size] / np.float64(size)
    red = 127 + 120 * np.sin(9 * down + 4 * across)
    green = 255 * across * (down > 0.4)
    blue = np.where((across - 0.5) ** 2 + (down - 0.5) ** 2 < 0.09, 230, 40)
    return np.stack([red, green, blue], axis=-1).clip(0, 255).astype(np.uint8)
