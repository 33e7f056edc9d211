"""Backbone features of the whole corpus, computed once and kept in a file beside the repository's work."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from organizer.features.litert import LiteRtBackbone, LiteRtSettings
from organizer.features.processor import processors
from organizer.frames.pictures.resize import shrink
from organizer.training.lite.augmentation import AUGMENTATION, VIEWS, view
from organizer.training.lite.corpus import Corpus, read_picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.backbone import Backbone

_CHUNK = 64


@dataclass(frozen=True)
class CorpusFeatures:
    """Raw backbone features of every picture and frame, in the corpus's order."""

    pictures: NDArray[np.float32]
    """(pictures, views, feature_dim)."""
    frames: NDArray[np.float32]
    """(frames of all clips one after another, views, feature_dim)."""
    frame_clip: NDArray[np.int64]
    """(frames,) index of the clip each frame belongs to."""


def corpus_features(
    corpus: Corpus,
    backbone_file: Path,
    cache: Path,
    poolings: Sequence[str] = ("mean",),
    *,
    views: Sequence[int] = tuple(range(VIEWS)),
) -> CorpusFeatures:
    """Return the features, from the cache file when backbone and corpus are unchanged.

    Args:
        corpus: what to run over.
        backbone_file: the LiteRT graph.
        cache: folder for the cache; it is made when missing.
        poolings: as ``LiteRtBackbone`` takes them.
        views: numbers of the views of each picture, see ``augmentation.view``.
    """
    import numpy as np

    key = hashlib.sha256(backbone_file.read_bytes())
    lengths = [len(clip.frames) for clip in corpus.clips]
    key.update(f"{AUGMENTATION} {list(views)} {list(poolings)} {len(corpus.pictures)} {lengths}".encode())
    file = cache / f"{key.hexdigest()[:16]}.npz"
    frame_clip = np.concatenate([np.full(len(clip.frames), i) for i, clip in enumerate(corpus.clips)])
    if not file.exists():
        backbone = LiteRtBackbone(backbone_file, LiteRtSettings(tuple(poolings)))
        pictures = _extract(backbone, [picture.file for picture in corpus.pictures], views)
        frames = _extract(backbone, [frame for clip in corpus.clips for frame in clip.frames], views)
        cache.mkdir(parents=True, exist_ok=True)
        np.savez(file, pictures=pictures, frames=frames)
    with np.load(file) as stored:
        return CorpusFeatures(
            stored["pictures"].astype(np.float32), stored["frames"].astype(np.float32), frame_clip
        )


def _extract(backbone: Backbone, files: list[Path], views: Sequence[int]) -> NDArray[np.float16]:
    import numpy as np

    features = np.empty((len(files), len(views), backbone.feature_dim), np.float16)
    chunks = _chunks(files, backbone.input_size, views)
    for start, pictures in zip(range(0, len(files), _CHUNK), chunks, strict=True):
        flat = backbone.extract(pictures.reshape(-1, *pictures.shape[2:]))
        features[start : start + len(pictures)] = flat.reshape(*pictures.shape[:2], -1)
    return features


def _chunks(files: list[Path], size: int, views: Sequence[int]) -> Iterable[NDArray[np.uint8]]:
    import numpy as np

    def seen(seed: int) -> NDArray[np.uint8]:
        rgb = read_picture(files[seed])
        return np.stack([shrink(view(rgb, number, seed), size) for number in views])

    def chunks() -> Iterator[NDArray[np.uint8]]:
        # OpenCV and NumPy let other threads run while they compute.
        with ThreadPoolExecutor(processors()) as pool:
            for start in range(0, len(files), _CHUNK):
                yield np.stack(list(pool.map(seen, range(start, min(start + _CHUNK, len(files))))))

    return chunks()
