import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from organizer.assets import assets_folder
from organizer.errors import TrainingDataError
from organizer.features.pca import load_pca
from organizer.training.lite import build, convert_backbone
from organizer.training.lite.build import kept_space

LITE = assets_folder() / "lite"


def test_a_space_is_taken_over_with_its_pca_and_quantiser():
    kept = kept_space(LITE, LITE / "backbone.tflite")
    assert np.array_equal(kept.pca.components, load_pca(LITE / "pca.npz").components)
    assert kept.quantiser.high > 1


@pytest.mark.parametrize("other", ["backbone", "poolings", "seconds"])
def test_a_space_of_other_features_is_refused(tmp_path, other):
    copy = shutil.copytree(LITE, tmp_path / "lite")
    backbone = LITE / "backbone.tflite"
    if other == "backbone":
        backbone = tmp_path / "other.tflite"
        backbone.write_bytes(b"another network")
    else:
        manifest = json.loads((copy / "bundle.json").read_text())
        if other == "poolings":
            manifest["backbone_settings"] = {"poolings": ["gem3", "mean"]}
        else:
            del manifest["sampling"]
        (copy / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(TrainingDataError, match="Leave --keep-space out"):
        kept_space(copy, backbone)


@pytest.mark.parametrize(
    ("command", "arguments", "missing"),
    [
        (build.main, ["--out", str(LITE)], "--data"),
        (build.main, ["--data", str(LITE)], "--out"),
        (convert_backbone.main, ["--synsets", str(LITE)], "--out"),
    ],
)
def test_where_things_lie_is_said_and_does_not_depend_on_the_current_folder(command, arguments, missing):
    outcome = CliRunner().invoke(command, ["--corpus", str(LITE), *arguments])
    assert outcome.exit_code == 2 and f"Missing option '{missing}'" in outcome.output
