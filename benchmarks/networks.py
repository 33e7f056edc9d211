"""The models that are measured: the bundled one, and the YouTube-8M network with random weights."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from organizer.features.pca import Pca
from organizer.features.quantiser import Quantiser, Rounding
from organizer.features.space import FeatureSpace
from organizer.models.bundle import Bundle
from organizer.models.catalogue import open_bundle
from organizer.tags.tagger import Tagger
from organizer.types import Resize

_POOLED, _STORED, _SIZE = 2048, 1024, 299


class InceptionBundle(Bundle):
    """A TF Hub network of random weights with a random PCA, and the classifier of the bundled model.

    Its tags mean nothing, but every step takes as long as with trained weights.
    """

    @cached_property
    def space(self) -> FeatureSpace:
        """Its feature space, ready to run."""
        from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone

        random = np.random.default_rng(_POOLED)
        components = random.standard_normal((_POOLED, _STORED)).astype(np.float32) / np.sqrt(_POOLED)
        pca = Pca(np.zeros(_POOLED, np.float32), components.astype(np.float32))
        backbone: Any = TfHubBackbone(self.folder)
        return FeatureSpace(self.space_id, backbone, pca, self.quantiser)

    @property
    def classifier_file(self) -> Path:
        """The bundled model's: stored features have the same shape."""
        return open_bundle().classifier_file


def inception_tagger(folder: Path) -> Tagger:
    """Return a tagger for a module made by ``random_inception``; the module is made when missing."""
    from benchmarks.inception import random_inception

    module = folder / "inception-v3-random"
    if not (module / "saved_model.pb").exists():
        module = random_inception(folder)
    lite = open_bundle()
    files = {"backbone": "d" * 64, "pca": "e" * 64, "classifier": "f" * 64}
    return Tagger(
        InceptionBundle(
            folder=module,
            name="inception-random",
            version="0",
            summary="Inception v3 with random weights",
            licence="MIT",
            input_size=_SIZE,
            dimensions=_STORED,
            quantiser=Quantiser(-2.0, 2.0, Rounding.NEAREST),
            labels=lite.labels,
            thresholds=lite.thresholds,
            metrics={},
            provenance={},
            files=files,
            roles={role: role for role in files},
            resize=Resize.BILINEAR,
        )
    )
