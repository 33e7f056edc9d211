import json
import shutil
import threading
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.inception import natural_pictures
from organizer.assets import assets_folder
from organizer.errors import BundleError, DownloadError, MissingDependencyError, StorageError
from organizer.features.tensorflow.frozen_network import Precision
from organizer.models import catalogue
from organizer.models.checksums import parse_checksum, sha256_of
from organizer.models.classifier_choice import ClassifierChoice
from organizer.models.download.fetch import FetchProgress, FetchStep, Patience
from organizer.models.download.sources import read_sources
from organizer.models.inception.own_classifier import shipped_classifier
from organizer.models.inception.pull import Installed, Note, pull
from organizer.models.manifest import ClassifierKind
from organizer.models.unpack import unpack
from organizer.stopping import StoppedError
from organizer.tags.tagger import Tagger
from organizer.types import LABELS, InputSpec, Resize, VideoFeatures
from tests import published_model
from tests.file_server import Answer, file_server
from tests.models.stand_ins import PARTS, Site, archives, pca_archive, save_hub_module, tar_gz

__all__ = ["archives"]

QUICK = Patience(attempts=2, first_wait_s=0.0)
OWN, PUBLISHED, NONE = ClassifierChoice.OWN, ClassifierChoice.PUBLISHED, ClassifierChoice.NONE


@pytest.fixture
def site(archives, tmp_path, monkeypatch):
    monkeypatch.setenv("ORGANIZER_MODELS", str(tmp_path / "models"))
    with file_server() as server:
        yield Site(server, archives, tmp_path / "sources.json")


@pytest.fixture
def downloads(tmp_path):
    return tmp_path / "downloads"


def roles(site):
    return read_sources({"ORGANIZER_SOURCES": str(site.sources)}).of("inception-yt8m")


def run(site, downloads, **options):
    return list(pull(roles(site), downloads, **{"classifier": PUBLISHED, "patience": QUICK, **options}))


def notes(events):
    return " ".join(event.text for event in events if isinstance(event, Note))


@pytest.fixture(scope="module")
def pulled(archives, tmp_path_factory):
    """A complete pull: (events, bundle, whether downloads are left); nothing here writes to it."""
    folder = tmp_path_factory.mktemp("pulled")
    with pytest.MonkeyPatch.context() as patch, file_server() as server:
        patch.setenv("ORGANIZER_MODELS", str(folder / "models"))
        events = run(Site(server, archives, folder / "sources.json"), folder / "downloads")
    return events, events[-1].bundle, (folder / "downloads").exists()


def test_a_pull_ends_with_a_whole_model(pulled):
    events, bundle, left = pulled
    bundle.verify()
    assert isinstance(events[-1], Installed)
    assert not left
    # As the recipe has it; the network's own resizing then changes nothing.
    assert bundle.input_spec == InputSpec(299, Resize.BILINEAR)
    assert (bundle.name, bundle.labels, bundle.thresholds) == ("inception-yt8m", LABELS, (0.5,) * 10)
    assert bundle.classifier_kind is ClassifierKind.CNN_LSTM
    assert "not measured here" in bundle.metrics["summary"]
    assert "classifier: no licence stated" in bundle.licence
    done = [
        event.part for event in events if isinstance(event, FetchProgress) and event.step is FetchStep.DONE
    ]
    assert sorted(done) == ["cnn-lstm", "inception-hub", "yt8m-pca"]


def test_the_model_remembers_what_it_is_made_of(pulled, archives):
    made_of = pulled[1].provenance
    assert list(made_of) == ["backbone", "pca", "classifier"]
    for part in made_of.values():
        assert part["sha256"] == sha256_of(archives / PARTS[part["part"]])
        assert part["published_at"][0].endswith(part["part"])


def test_features_are_those_of_network_and_pca(pulled, archives, tmp_path):
    import tensorflow as tf

    bundle = pulled[1]
    pictures = natural_pictures(3, seed=8)
    network = tf.saved_model.load(str(archives / "module"))
    scaled = tf.constant((pictures.astype(np.float32) - 128) / 128)
    features = network(scaled)["pool_3"].numpy().astype(np.float64)
    unpack(archives / "yt8m_pca.tgz", tmp_path / "pca")
    mean, values, vectors = (
        np.load(tmp_path / "pca" / f"{name}.npy").astype(np.float64)
        for name in ("mean", "eigenvals", "eigenvecs")
    )
    projected = (features - mean[:, 0]) @ vectors[:1024].T / np.sqrt(values[:1024, 0] + 1e-4)
    expected = np.floor((np.clip(projected, -2, 2) + 2) * 255 / 4)
    got = bundle.space.extract(pictures)
    assert got.space_id == bundle.space_id
    off = np.abs(got.quantised.astype(int) - expected)
    # bfloat16 moves numbers by a few levels: by 2 on average at a cosine of 0.999.
    most = 1 if bundle.space.backbone.precision is Precision.FLOAT32 else 15
    assert off.max() <= most and off.mean() < 3


def test_tags_with_the_published_classifier(pulled, archives):
    bundle = pulled[1]
    raw = np.random.default_rng(2).integers(0, 256, (45, 1024), np.uint8)
    (scored,) = Tagger(bundle).score([VideoFeatures(bundle.space_id, raw)])
    expected = published_model.save_h5(archives / "model.h5")(raw[np.newaxis].astype(np.float32)).numpy()[0]
    assert scored.scores == pytest.approx(expected.tolist(), abs=1e-5)


def test_without_the_classifier_it_makes_features_only(site, downloads):
    bundle = run(site, downloads, classifier=NONE)[-1].bundle
    assert site.asked_for("cnn-lstm") == []
    assert (bundle.has_classifier, bundle.labels) == (False, ())
    assert "no classifier" in bundle.summary
    with pytest.raises(BundleError, match="no classifier yet"):
        catalogue.choose(bundle.name)


@pytest.mark.parametrize("fault", ["gone", "a web page", "another network", "another archive"])
def test_the_graph_stands_in_for_a_module_that_cannot_be_had(site, downloads, tmp_path, fault):
    if fault == "gone":
        site.serve("inception-hub", Answer(status=404))
    elif fault == "a web page":
        site.serve("inception-hub", Answer(b"<html>agree first</html>"))
    elif fault == "another network":
        module = save_hub_module(tmp_path / "other", channels=64)
        site.serve("inception-hub", Answer(tar_gz(tmp_path / "other.tar.gz", module).read_bytes()))
    else:
        site.serve("inception-hub", Answer(pca_archive(tmp_path / "pca.tgz").read_bytes()))
    events = run(site, downloads, classifier=NONE)
    bundle = events[-1].bundle
    bundle.verify()
    assert "Now from the second source" in notes(events)
    assert bundle.provenance["backbone"]["part"] == "inception-graph"
    assert bundle.space.extract(natural_pictures(1)).quantised.shape == (1, 1024)


def test_a_graph_with_a_wrong_member_is_refused(site, downloads):
    site.serve("inception-hub", Answer(status=404))
    parts = roles(site)
    pins = {"classify_image_graph_def.pb": parse_checksum("git-blob:" + "0" * 40)}
    parts = {**parts, "backbone": (parts["backbone"][0], replace(parts["backbone"][1], members=pins))}
    with pytest.raises(BundleError, match="wrong one"):
        list(pull(parts, downloads, classifier=NONE, patience=QUICK))
    assert catalogue.bundles()[1:] == []


def test_a_cut_download_goes_on_at_the_next_pull(site, downloads, archives):
    content = (archives / PARTS["yt8m-pca"]).read_bytes()
    site.serve("yt8m-pca", Answer(content, etag='"1"', cut_after=len(content) // 2), Answer(status=503))
    with pytest.raises(DownloadError, match="goes on where it stopped"):
        run(site, downloads, classifier=NONE)
    site.serve("yt8m-pca", Answer(content, etag='"1"'))
    before = len(site.asked_for("yt8m-pca"))
    run(site, downloads, classifier=NONE)[-1].bundle.verify()
    (request,) = site.asked_for("yt8m-pca")[before:]
    assert 0 < request.first_byte <= len(content) // 2


def test_a_wrong_checksum_installs_nothing_and_keeps_nothing_of_it(site, downloads, archives):
    site.serve("yt8m-pca", Answer((archives / PARTS["yt8m-pca"]).read_bytes()[:-1] + b"x"))
    with pytest.raises(DownloadError, match="wrong one and was deleted"):
        run(site, downloads, classifier=NONE)
    assert not list(downloads.glob("yt8m_pca.tgz*.part"))
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite"]


def test_a_stopped_pull_keeps_what_came(site, downloads, archives):
    content = (archives / PARTS["yt8m-pca"]).read_bytes()
    stop, gate = threading.Event(), threading.Event()
    site.serve("yt8m-pca", Answer(content, gate=gate, gate_after=1 << 20))
    with pytest.raises(StoppedError):
        for event in pull(roles(site), downloads, classifier=NONE, stop=stop):
            if isinstance(event, FetchProgress) and event.done:
                stop.set()
                gate.set()
    assert list(downloads.glob("yt8m_pca.tgz.part"))


def test_what_is_missing_is_said_before_anything_is_downloaded(site, downloads, monkeypatch):
    def missing():
        raise MissingDependencyError("TensorFlow is not there. Run: pip install it")

    monkeypatch.setattr("organizer.models.inception.pull.load_tensorflow_hub", missing)
    with pytest.raises(MissingDependencyError):
        run(site, downloads)
    assert site.server.requests == []


def test_a_full_disk_is_one_sentence(site, downloads, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=9))
    with pytest.raises(StorageError, match="Make room"):
        run(site, downloads)


def test_two_pulls_at_once_do_the_work_once(site, downloads):
    first = pull(roles(site), downloads, classifier=NONE, patience=QUICK)
    while not isinstance(next(first), FetchProgress):
        pass
    waits, second = threading.Event(), []

    def wait():
        for event in pull(roles(site), downloads, classifier=NONE, patience=QUICK):
            second.append(event)
            waits.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    try:
        assert waits.wait(60)
        assert "Another process is pulling" in second[0].text
        installed = list(first)[-1].bundle
    finally:
        first.close()
        waiting.join()
    installed.verify()
    assert not any(isinstance(event, FetchProgress) for event in second)
    assert second[-1].bundle.id == installed.id
    assert len(site.asked_for("yt8m-pca")) == 1


def test_a_pull_that_waits_can_be_stopped(site, downloads):
    stop = threading.Event()
    first = pull(roles(site), downloads, classifier=NONE, patience=QUICK)
    next(first)
    second = pull(roles(site), downloads, classifier=NONE, patience=QUICK, stop=stop)
    assert isinstance(next(second), Note)
    stop.set()
    with pytest.raises(StoppedError):
        next(second)
    first.close()


def test_what_an_ended_pull_prepared_is_cleared(site, downloads):
    (downloads / "prepared-abc").mkdir(parents=True)
    (downloads / "prepared-abc" / "half").write_bytes(b"x")
    site.serve("inception-hub", Answer(status=404))
    site.serve("inception-graph", Answer(status=404))
    with pytest.raises(DownloadError):
        run(site, downloads, classifier=NONE)
    assert not list(downloads.glob("prepared-*"))


def test_another_model_is_replaced_only_on_request(site, downloads):
    assert not run(site, downloads, classifier=NONE)[-1].bundle.has_classifier
    asked = len(site.server.requests)
    with pytest.raises(BundleError, match=r"has no classifier.*models pull inception-yt8m --replace"):
        run(site, downloads)
    # It is enough for who wants none.
    assert "installed already" in notes(run(site, downloads, classifier=NONE))
    assert len(site.server.requests) == asked
    bundle = run(site, downloads, replace=True)[-1].bundle
    assert bundle.has_classifier
    next(bundle.folder.glob("pca.npz")).write_bytes(b"")
    with pytest.raises(BundleError, match=r"is damaged.*models pull inception-yt8m --replace"):
        run(site, downloads)
    run(site, downloads, replace=True)[-1].bundle.verify()


def change(bundle, **fields):
    file = bundle.folder / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


AGAIN = "organizer models pull inception-yt8m --replace"
THERE = "There is a model inception-yt8m already, and it {}. To put another in its place, say so: {}"


def refused(site, downloads, **options):
    with pytest.raises(BundleError) as caught:
        run(site, downloads, **options)
    return str(caught.value)


def test_a_refusal_names_the_command_that_brings_what_was_asked_for(site, downloads):
    bundle = run(site, downloads, classifier=NONE)[-1].bundle
    published = f"{AGAIN} --accept-unlicensed-classifier"
    assert refused(site, downloads) == THERE.format("has no classifier", published)
    next(bundle.folder.glob("pca.npz")).write_bytes(b"")
    broken = partial(THERE.format, "is damaged")
    assert refused(site, downloads, classifier=NONE) == broken(f"{AGAIN} --no-classifier")
    assert refused(site, downloads, classifier=OWN) == broken(AGAIN)
    # Without a choice it would have got organizer's own.
    assert refused(site, downloads, classifier=None) == broken(AGAIN)
    assert refused(site, downloads) == broken(published)
    (bundle.folder / "bundle.json").write_text("{")
    assert refused(site, downloads, classifier=None) == broken(AGAIN)


def test_a_damaged_published_one_is_not_repaired_into_another(site, downloads):
    bundle = run(site, downloads)[-1].bundle
    (bundle.folder / "classifier.npz").write_bytes(b"")
    again = f"{AGAIN} --accept-unlicensed-classifier"
    assert refused(site, downloads, classifier=None) == THERE.format("is damaged", again)
    with pytest.raises(BundleError) as caught:
        bundle.verify()
    assert str(caught.value).endswith(f"Install it again: {again}")


# organizer's own classifier


def features_of(bundle, seconds=45):
    raw = np.random.default_rng(2).integers(0, 256, (seconds, 1024), np.uint8)
    return VideoFeatures(bundle.space_id, raw)


def check_own(bundle):
    """The model tags as the shipped classifier alone does, and carries what goes with it."""
    own = shipped_classifier()
    bundle.verify(every_file=True)
    assert (bundle.name, bundle.labels) == ("inception-yt8m", LABELS)
    assert bundle.classifier_kind is ClassifierKind.LITERT
    assert (bundle.thresholds, bundle.maybe_thresholds) == (own.thresholds, own.maybe_thresholds)
    assert bundle.metrics == own.metrics
    assert list(bundle.provenance)[:3] == ["backbone", "pca", "classifier"]
    assert {"NOTICE.md", "MODEL_CARD.md"} <= bundle.files.keys()
    assert "CC BY 4.0" in bundle.licence and "no licence stated" not in bundle.licence
    ((by_bundle,), (alone,)) = (Tagger(one).score([features_of(one)]) for one in (bundle, own))
    assert by_bundle.scores == alone.scores


@pytest.fixture(scope="module")
def with_own(archives, tmp_path_factory):
    """A pull without any choice, kept: (folder of the models, events, parts that were asked for)."""
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch, file_server() as server:
        patch.setenv("ORGANIZER_MODELS", str(folder / "models"))
        site = Site(server, archives, folder / "sources.json")
        events = run(site, folder / "downloads", classifier=None)
        return folder / "models", events, [part for part in PARTS if site.asked_for(part)]


def test_a_pull_joins_organizers_own_classifier(with_own, pulled):
    _, events, asked = with_own
    bundle = events[-1].bundle
    check_own(bundle)
    assert asked == ["inception-hub", "yt8m-pca"]
    # The features are those of the published model, whatever tags them.
    assert bundle.space_id == pulled[1].space_id
    assert bundle.id != pulled[1].id


@pytest.fixture
def installed(with_own, site, tmp_path):
    """The model with organizer's own classifier, in a folder of the test."""
    shutil.copytree(with_own[0], tmp_path / "models")
    return catalogue.open_bundle("inception-yt8m")


def test_one_that_has_it_is_left_alone(installed, site, downloads):
    assert "installed already" in notes(run(site, downloads, classifier=None))
    assert "installed already" in notes(run(site, downloads, classifier=OWN))
    assert site.server.requests == []
    with pytest.raises(BundleError, match=r"has organizer's own classifier.*--replace"):
        run(site, downloads, classifier=PUBLISHED)
    again = f"{AGAIN} --accept-unlicensed-classifier"
    assert refused(site, downloads) == THERE.format("has organizer's own classifier", again)


def test_another_classifier_is_not_called_the_published_one(installed, site, downloads):
    made_of = {**installed.provenance, "classifier": {"architecture": "video"}}
    change(installed, provenance=made_of)
    assert "installed already" in notes(run(site, downloads, classifier=None))
    again = f"{AGAIN} --accept-unlicensed-classifier"
    assert refused(site, downloads) == THERE.format("has another classifier", again)
    check_own(run(site, downloads, classifier=OWN)[-1].bundle)
    assert site.server.requests == []


@pytest.mark.parametrize("classifier", [None, OWN])
def test_one_without_a_classifier_gets_it_without_a_download(site, downloads, classifier):
    bare = run(site, downloads, classifier=NONE)[-1].bundle
    assert bare.classifier_advice.endswith("organizer models pull inception-yt8m")
    asked = len(site.server.requests)
    events = run(site, downloads, classifier=classifier)
    assert len(site.server.requests) == asked
    assert "put beside them" in notes(events)
    joined = events[-1].bundle
    check_own(joined)
    assert joined.space_id == bare.space_id
    assert not bare.folder.exists()
    assert catalogue.choose("inception-yt8m").id == joined.id


def test_the_published_one_goes_only_when_told(site, downloads):
    published = run(site, downloads)[-1].bundle
    asked = len(site.server.requests)
    assert run(site, downloads, classifier=None)[-1].bundle.id == published.id
    joined = run(site, downloads, classifier=OWN)[-1].bundle
    check_own(joined)
    assert "classifier.npz" not in joined.files
    assert len(site.server.requests) == asked


def test_one_of_an_older_organizer_gets_the_newer_one(installed, site, downloads):
    change(installed, thresholds=dict.fromkeys(LABELS, 0.99))
    events = run(site, downloads, classifier=None)
    assert site.server.requests == []
    check_own(events[-1].bundle)


@pytest.mark.parametrize(
    "fields",
    [
        {"resize": "area"},
        {"quantiser": {"low": -3.0, "high": 3.0, "rounding": "nearest"}},
        {"provenance": {"backbone": "a module, PCA fitted on own videos", "pca": "fitted"}},
        {"space_name": "own"},
    ],
)
def test_features_of_another_space_are_refused(installed, site, downloads, fields):
    """As those of ``models build --fit-pca`` are, under whichever name."""
    bare = {"labels": [], "maybe_thresholds": {}, "roles": {"backbone": "backbone", "pca": "pca.npz"}}
    change(installed, **bare, **fields)
    with pytest.raises(BundleError, match=r"a space of its own.*--replace"):
        run(site, downloads, classifier=None)
    assert not catalogue.open_bundle("inception-yt8m").has_classifier
    assert site.server.requests == []


def test_a_damaged_classifier_is_found_before_the_download(site, downloads, tmp_path, monkeypatch):
    assets = tmp_path / "assets"
    shutil.copytree(assets_folder() / "inception-yt8m", assets / "inception-yt8m")
    (assets / "inception-yt8m" / "classifier.tflite").write_bytes(b"x")
    monkeypatch.setattr("organizer.models.inception.own_classifier.assets_folder", lambda: assets)
    with pytest.raises(BundleError, match="damaged"):
        run(site, downloads, classifier=None)
    assert site.server.requests == []


def test_a_folder_that_is_no_model_is_not_replaced_either(site, downloads, tmp_path):
    folder = tmp_path / "models" / "inception-yt8m"
    folder.mkdir(parents=True)
    (folder / "bundle.json").write_text("{")
    with pytest.raises(BundleError, match=r"is damaged.*--replace"):
        run(site, downloads, classifier=NONE)
    assert site.server.requests == []
    assert (folder / "bundle.json").read_text() == "{"
