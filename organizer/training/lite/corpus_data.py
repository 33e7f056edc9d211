"""The corpus as training data: clips as videos, photographs as videos of one second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organizer.errors import TrainingDataError
from organizer.models.manifest import BackboneKind
from organizer.training.engine.data import MemoryData, MemoryVideos
from organizer.training.lite.corpus import FOLDS, read_corpus
from organizer.training.lite.corpus_features import corpus_features
from organizer.training.lite.recipe import LiteRecipe
from organizer.types import LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from organizer.features.pca import Pca
    from organizer.models.bundle import Bundle
    from organizer.training.lite.corpus import Corpus
    from organizer.training.lite.corpus_features import CorpusFeatures
    from organizer.types import SampledSeconds

DEFAULT_FOLD = 4
_CHUNK = 2048


class CorpusData(MemoryData):
    """Labelled clips and photographs in the feature space of a bundle.

    One fold's clips are held out, of these the ones that count; photographs that share a source with it are
    not trained on. Weights are those of the bundled model's recipe: less for items of large sources, 0 for
    labels that a photograph may show without saying so, and a clip counts as much as fifteen photographs.
    """

    def __init__(self, corpus: Corpus, features: CorpusFeatures, bundle: Bundle, fold: int | None) -> None:
        """Project and quantise the features.

        Args:
            corpus: clips and photographs.
            features: their raw backbone features.
            bundle: its PCA and quantiser are used.
            fold: held out, 0 to 4; None trains on all clips, and what is held out is then a part of it: its
                figures mean nothing.

        Raises:
            TrainingDataError: there is no such fold.
            BundleError: the PCA is missing or damaged.
        """
        import numpy as np

        if fold is not None and fold not in range(FOLDS):
            raise TrainingDataError(f"There is no fold {fold}. The corpus has the folds 0 to {FOLDS - 1}.")
        recipe = LiteRecipe(corpus, features)
        pca = bundle.space.pca
        pictures = _quantised(features.pictures, pca, bundle)
        clips = quantised_clips(corpus, features, bundle)
        folds = recipe.clip_folds
        # All seconds of a clip share its weight: together they weigh what the clip does.
        clip_weights = np.zeros(corpus.clip_targets.shape, np.float32)
        np.add.at(clip_weights, features.frame_clip, recipe.frame_weights)
        held_out = np.flatnonzero((folds == (DEFAULT_FOLD if fold is None else fold)) & recipe.measured)
        kept_clips = np.flatnonzero(folds != fold) if fold is not None else np.arange(len(folds))
        kept_pictures = np.array(
            [index for index, picture in enumerate(corpus.pictures) if fold is None or picture.fold != fold],
            int,
        )
        super().__init__(
            LABELS,
            bundle.space_id,
            bundle.quantiser,
            to_train=MemoryVideos(
                names=(
                    *(str(corpus.pictures[index].file.name) for index in kept_pictures),
                    *(corpus.clips[index].name for index in kept_clips),
                ),
                groups=(
                    *(corpus.pictures[index].group for index in kept_pictures),
                    *(corpus.clips[index].group for index in kept_clips),
                ),
                # A picture is a video of one second.
                features=[
                    *(pictures[index][:, np.newaxis] for index in kept_pictures),
                    *(clips[index] for index in kept_clips),
                ],
                targets=np.concatenate(
                    [corpus.picture_targets[kept_pictures], corpus.clip_targets[kept_clips]]
                ),
                weights=np.concatenate([recipe.picture_weights[kept_pictures], clip_weights[kept_clips]]),
            ),
            held_out=_clips_to_measure(corpus, clips, held_out),
        )
        self.fold = fold


def corpus_data(folder: Path, bundle: Bundle, cache: Path, fold: int | None = DEFAULT_FOLD) -> CorpusData:
    """Read the corpus and return it as training data; features are computed once and kept in ``cache``.

    Raises:
        TrainingDataError: the corpus cannot be read, or the bundle's backbone cannot be run over it.
        BundleError: the bundle is damaged.
    """
    if bundle.backbone_kind is not BackboneKind.LITERT:
        raise TrainingDataError(
            f"The corpus can be run through backbones that are one LiteRT graph, and that of {bundle.name} "
            "is none. Use --space lite."
        )
    bundle.verify()
    corpus = read_corpus(folder)
    poolings = bundle.backbone_settings.get("poolings", ("mean",))
    features = corpus_features(corpus, bundle.folder / bundle.roles["backbone"], cache, poolings)
    return CorpusData(corpus, features, bundle, fold)


def quantised_clips(corpus: Corpus, features: CorpusFeatures, bundle: Bundle) -> list[NDArray[np.uint8]]:
    """Return of each clip (views, seconds, dimensions): its features as a scan stores them.

    Raises:
        BundleError: the PCA is missing or damaged.
    """
    frames = _quantised(features.frames, bundle.pca, bundle)
    return _by_clip(frames, features.frame_clip, len(corpus.clips), bundle.sampled)


def _clips_to_measure(
    corpus: Corpus, clips: Sequence[NDArray[np.uint8]], chosen: NDArray[np.int64]
) -> MemoryVideos:

    targets = corpus.clip_targets[chosen]
    return MemoryVideos(
        names=tuple(corpus.clips[index].name for index in chosen),
        groups=tuple(corpus.clips[index].group for index in chosen),
        features=[clips[index] for index in chosen],
        targets=targets,
        weights=corpus.clip_known[chosen],
    )


def _quantised(raw: NDArray[np.float32], pca: Pca, bundle: Bundle) -> NDArray[np.uint8]:
    """Return (items, views, dimensions) of raw features (items, views, feature_dim), a part at a time."""
    import numpy as np

    quantised = np.empty((*raw.shape[:2], bundle.dimensions), np.uint8)
    for start in range(0, len(raw), _CHUNK):
        part = raw[start : start + _CHUNK]
        projected = pca.project(part.reshape(-1, part.shape[-1]))
        quantised[start : start + len(part)] = bundle.quantiser.quantise(projected).reshape(
            *part.shape[:2], -1
        )
    return quantised


def _by_clip(
    frames: NDArray[np.uint8], frame_clip: NDArray[np.int64], clips: int, sampled: SampledSeconds
) -> list[NDArray[np.uint8]]:
    """Return of each clip (views, seconds, dimensions): the seconds that a scan looks at."""
    of_clips = [frames[frame_clip == clip].transpose(1, 0, 2) for clip in range(clips)]
    return [clip[:, [second for second in range(clip.shape[1]) if second in sampled]] for clip in of_clips]
