import logging

import numpy as np
import pytest

from benchmarks.inception import natural_pictures, random_inception
from organizer.errors import BundleError
from organizer.features.pca import fit_pca
from organizer.features.processor import has_bfloat16
from organizer.features.tensorflow.frozen_network import Precision
from organizer.features.tensorflow.tfhub_backbone import TfHubBackbone, TfHubSettings, cosines
from tests.features.hub_modules import FEATURE_DIM, SIZE, own_features, save_maps, save_module

needs_bfloat16 = pytest.mark.skipif(not has_bfloat16(), reason="the processor has no bfloat16")


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    return save_module(tmp_path_factory.mktemp("hub") / "module")


@pytest.fixture(scope="module")
def in_float(module):
    return TfHubBackbone(module, TfHubSettings(input_size=SIZE, batch_size=4, bfloat16=False))


@pytest.fixture(scope="module")
def pictures():
    return natural_pictures(7, SIZE)


def test_gives_what_the_module_gives(module, in_float, pictures):
    assert in_float.precision is Precision.FLOAT32
    assert (in_float.feature_dim, in_float.input_size, in_float.batch_size) == (FEATURE_DIM, SIZE, 4)
    np.testing.assert_allclose(
        in_float.extract(pictures), own_features(module, pictures), rtol=1e-4, atol=1e-5
    )


def test_scaling_and_output_are_the_bundles(module, pictures):
    scaled = TfHubBackbone(
        module, TfHubSettings(input_size=SIZE, pixel_mean=0, pixel_scale=255, bfloat16=False)
    )
    expected = own_features(module, pictures, mean=0, scale=255)
    np.testing.assert_allclose(scaled.extract(pictures), expected, rtol=1e-4, atol=1e-5)
    assert TfHubBackbone(module, TfHubSettings(input_size=SIZE, output="logits")).extract(pictures).shape == (
        7,
        5,
    )


@pytest.mark.parametrize("count", [1, 3, 4, 5, 7])
def test_padding_never_shows(in_float, pictures, count):
    alone = np.concatenate([in_float.extract(pictures[i : i + 1]) for i in range(count)])
    np.testing.assert_allclose(in_float.extract(pictures[:count]), alone, rtol=1e-5, atol=1e-6)


def test_batches_of_any_size_give_the_same(module, in_float, pictures):
    one_by_one = TfHubBackbone(module, TfHubSettings(input_size=SIZE, batch_size=1, bfloat16=False))
    np.testing.assert_allclose(one_by_one.extract(pictures), in_float.extract(pictures), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", [{"pooled": False}, {"only_signature": True}, {"checks_numbers": True}])
def test_takes_modules_of_every_kind(tmp_path, in_float, pictures, kind):
    module = save_module(tmp_path / "other", **kind)
    other = TfHubBackbone(module, TfHubSettings(input_size=SIZE, bfloat16=False))
    np.testing.assert_allclose(other.extract(pictures), in_float.extract(pictures), rtol=1e-4, atol=1e-5)


@needs_bfloat16
def test_runs_in_bfloat16_where_the_processor_has_it(module, in_float, pictures):
    backbone = TfHubBackbone(module, TfHubSettings(input_size=SIZE, batch_size=4))
    assert (backbone.precision, backbone.device) == (Precision.BFLOAT16, "cpu")
    got, expected = backbone.extract(pictures), in_float.extract(pictures)
    assert not np.array_equal(got, expected)
    assert cosines(got, expected).min() > 0.999


@needs_bfloat16
def test_other_networks_of_the_process_stay_in_float32(module, in_float, pictures):
    before = own_features(module, pictures)
    TfHubBackbone(module, TfHubSettings(input_size=SIZE))
    np.testing.assert_allclose(own_features(module, pictures), before, rtol=1e-6, atol=1e-7)


@needs_bfloat16
def test_a_network_that_needs_more_bits_keeps_float32(tmp_path, pictures, caplog):
    module = save_module(tmp_path / "module", loses_bits=True)
    with caplog.at_level(logging.WARNING):
        backbone = TfHubBackbone(module, TfHubSettings(input_size=SIZE))
    assert backbone.precision is Precision.FLOAT32
    assert "not precise enough" in caplog.text
    # Sums of large numbers cost float32 bits too: this network has only a few thousandths left.
    np.testing.assert_allclose(backbone.extract(pictures), own_features(module, pictures), atol=5e-3)


@needs_bfloat16
def test_what_is_stored_must_be_close_too(module, in_float, pictures):
    """Features that are close enough, and a projection that keeps only what bfloat16 loses of them."""

    def first_digits(features):
        assert features.shape == (16, FEATURE_DIM) and features.dtype == np.float32
        return features[:, :5]

    def last_digits(features):
        return (features * 1e4) % 1

    near = TfHubBackbone(module, TfHubSettings(input_size=SIZE), project=first_digits)
    assert near.precision is Precision.BFLOAT16
    far = TfHubBackbone(module, TfHubSettings(input_size=SIZE), project=last_digits)
    assert far.precision is Precision.FLOAT32
    np.testing.assert_allclose(far.extract(pictures), in_float.extract(pictures), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("bfloat16", [False, pytest.param(True, marks=needs_bfloat16)])
def test_float32_is_at_hand_without_loading_again(module, in_float, pictures, bfloat16, monkeypatch):
    backbone = TfHubBackbone(module, TfHubSettings(input_size=SIZE, bfloat16=bfloat16))
    monkeypatch.setattr("organizer.features.tensorflow.tfhub_backbone.load_tensorflow_hub", None)
    got = backbone.reference()(pictures)
    np.testing.assert_allclose(got, in_float.extract(pictures), rtol=1e-4, atol=1e-5)
    assert (backbone.precision is Precision.BFLOAT16) == bfloat16


def test_a_processor_without_bfloat16_is_not_asked(module, monkeypatch):
    monkeypatch.setattr("organizer.features.tensorflow.tfhub_backbone.has_bfloat16", lambda: False)
    assert TfHubBackbone(module, TfHubSettings(input_size=SIZE)).precision is Precision.FLOAT32


def test_a_switch_that_does_nothing_is_not_called_bfloat16(module, monkeypatch):
    from organizer.features.tensorflow.frozen_network import FrozenNetwork

    run = FrozenNetwork.run
    monkeypatch.setattr("organizer.features.tensorflow.tfhub_backbone.has_bfloat16", lambda: True)
    monkeypatch.setattr(
        FrozenNetwork, "run", lambda self, precision, threads: run(self, Precision.FLOAT32, threads)
    )
    assert TfHubBackbone(module, TfHubSettings(input_size=SIZE)).precision is Precision.FLOAT32


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: folder / "nowhere",
        lambda folder: folder,
        lambda folder: save_module(folder, as_dict=False),
        save_maps,
    ],
    ids=["missing", "empty", "no names", "maps"],
)
def test_what_is_no_such_module_is_named(tmp_path, make):
    module = make(tmp_path)
    with pytest.raises(BundleError, match=f'{module.name}.*output "pool_3".*Pull the bundle again'):
        TfHubBackbone(module, TfHubSettings(input_size=SIZE))


def test_a_damaged_module_is_named(module, tmp_path):
    (tmp_path / "saved_model.pb").write_bytes((module / "saved_model.pb").read_bytes()[:500])
    with pytest.raises(BundleError, match="no TF Hub module"):
        TfHubBackbone(tmp_path, TfHubSettings(input_size=SIZE))


def test_a_name_the_module_does_not_have_is_named(module):
    with pytest.raises(BundleError, match=r'output "pool_4" \(KeyError'):
        TfHubBackbone(module, TfHubSettings(input_size=SIZE, output="pool_4"))


def test_cosines_are_taken_row_by_row():
    one = np.array([[1, 0], [1, 1], [0, 0]], np.float32)
    other = np.array([[0, 2], [3, 3], [1, 0]], np.float32)
    np.testing.assert_allclose(cosines(one, other), [0, 1, np.nan], atol=1e-7)


@pytest.mark.long
def test_inception_in_bfloat16_is_close_to_float32(tmp_path):
    module = random_inception(tmp_path)
    pictures = natural_pictures(20, seed=4)
    in_float = TfHubBackbone(module, TfHubSettings(bfloat16=False))
    assert (in_float.input_size, in_float.feature_dim) == (299, 2048)
    expected = own_features_of_inception(module, pictures[:3])
    np.testing.assert_allclose(in_float.extract(pictures[:3]), expected, rtol=1e-3, atol=1e-3)
    chosen = TfHubBackbone(module)
    assert chosen.precision is (Precision.BFLOAT16 if has_bfloat16() else Precision.FLOAT32)
    exact = in_float.extract(pictures)
    assert cosines(chosen.extract(pictures), exact).min() > 0.995
    # Fully whitened, as the recipe is: errors of weak components count as much as those of strong ones.
    whitened = fit_pca(in_float.extract(natural_pictures(200, seed=5)), 128, 1.0).project
    stored = TfHubBackbone(module, project=whitened)
    got = cosines(whitened(stored.extract(pictures)), whitened(exact)).min()
    print(chosen.precision, cosines(whitened(chosen.extract(pictures)), whitened(exact)).min())
    print(stored.precision, got)
    # The check is made on other pictures than these.
    assert got > 0.998


def own_features_of_inception(module, pictures):
    import tensorflow as tf

    scaled = tf.constant((pictures.astype(np.float32) - 128) / 128)
    network = tf.saved_model.load(str(module))
    return network(scaled)["pool_3"].numpy()
