from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial

import pytest

from benchmarks.inception import natural_pictures
from organizer.cli.commands import MODEL_COMMANDS
from organizer.library.jobs import JobState
from organizer.models import catalogue
from organizer.models.classifier_choice import ClassifierChoice, classifier_of
from organizer.models.download.fetch import Patience
from organizer.models.download.sources import read_sources
from organizer.models.transfer import import_model
from organizer.pipeline.background_jobs import newest_job
from organizer.tags import tagger
from tests.clips import write_clip
from tests.file_server import Answer, file_server
from tests.gallery_server.seed import SeedVideo, seed
from tests.models.stand_ins import PARTS, Site, archives, save_hub_module

__all__ = ["archives"]
NAME = "inception-yt8m"
LITE = catalogue.open_bundle("lite").id
REAL_BUNDLES, REAL_CLASSIFIER = catalogue.bundles, tagger.open_classifier


@pytest.fixture
def machine(organizer, monkeypatch):
    """A machine of its own, with the models that really are there."""
    monkeypatch.setattr(catalogue, "bundles", REAL_BUNDLES)
    monkeypatch.setattr(tagger, "open_classifier", REAL_CLASSIFIER)
    monkeypatch.setenv("ORGANIZER_MODELS", str(organizer.folder / "models"))
    monkeypatch.setenv("ORGANIZER_CACHE", str(organizer.folder / "cache"))
    monkeypatch.setattr(
        "organizer.models.download.fetch.Patience", partial(Patience, attempts=2, first_wait_s=0.01)
    )
    return organizer


@pytest.fixture
def site(machine, archives, monkeypatch):
    with file_server() as server:
        site = Site(server, archives, machine.folder / "sources.json")
        monkeypatch.setenv("ORGANIZER_SOURCES", str(site.sources))
        yield site


@pytest.fixture(scope="module")
def complete(archives, tmp_path_factory):
    """A folder of models with the whole one in it, made once; tests get a copy."""
    folder = tmp_path_factory.mktemp("complete")
    raw = folder / "raw"
    raw.mkdir()
    for part in ("inception-hub", "yt8m-pca", "cnn-lstm"):
        shutil.copy(archives / PARTS[part], raw)
    with file_server() as server:
        Site(server, archives, folder / "sources.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORGANIZER_MODELS", str(folder / "models"))
        patch.setenv("ORGANIZER_CACHE", str(folder / "cache"))
        sources = read_sources({"ORGANIZER_SOURCES": str(folder / "sources.json")})
        import_model(raw, sources, classifier=ClassifierChoice.PUBLISHED)
    return folder / "models"


@pytest.fixture
def installed(machine, complete):
    shutil.copytree(complete, machine.folder / "models")
    return machine


def clip(path, seed, seconds=3):
    pictures = natural_pictures(seconds, 96, seed=seed)
    path.parent.mkdir(exist_ok=True)
    return write_clip(path, enumerate(pictures), fps=1, metadata={"title": path.name})


def test_the_list_says_what_can_be_pulled(machine):
    outcome = machine("models")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines[0].startswith(f"{LITE} (in use): ")
    assert outcome.lines[-1].startswith(f"Not installed: {NAME}.")
    assert outcome.lines[-1].endswith(f"organizer models pull {NAME} --dry-run")


def test_the_list_shows_installed_and_broken_ones(installed):
    folder = installed.folder / "models" / "other"
    folder.mkdir()
    (folder / "bundle.json").write_text("{")
    outcome = installed("models")
    assert outcome.code == 1
    shown = next(line for line in outcome.lines if line.startswith(NAME))
    assert re.match(rf"{NAME} 1\.1\.0\+[0-9a-f]{{8}}: Inception v3", shown)
    assert "other: BROKEN" in outcome.lines
    assert "Not installed" not in outcome.out
    assert installed("models", "remove", "other", "--yes").code == 0
    assert installed("models").code == 0


def test_a_damaged_one_is_marked(installed):
    (installed.folder / "models" / NAME / "pca.npz").write_bytes(b"")
    outcome = installed("models")
    assert outcome.code == 1
    assert "DAMAGED" in outcome.out and f"organizer models pull {NAME} --replace" in outcome.out


@pytest.mark.parametrize("name", [entry.name for entry in MODEL_COMMANDS])
def test_every_command_has_help(machine, name):
    outcome = machine("models", name, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"Usage: organizer models {name} ")


# Pull


def test_pull_says_first_what_comes_from_where(site, machine, archives):
    outcome = machine("models", "pull", NAME, "--dry-run")
    assert outcome.code == 0
    megabytes = (archives / PARTS["yt8m-pca"]).stat().st_size / 1e6
    assert f"from      {site.server.host}, as yt8m_pca.tgz, {megabytes:,.1f} MB" in outcome.out
    assert "licence   no licence stated" in outcome.out
    assert "inception-graph or else: Inception v3" in outcome.out
    for name in PARTS:
        assert f"  {name:15} " in outcome.out
    assert f"              http://{site.server.host}/" in outcome.out
    assert "own             organizer's own classifier, 10 labels" in outcome.out
    assert "licence   CC BY 4.0" in outcome.out
    assert "cnn-lstm        left out: " in outcome.out
    # Nobody asks how large what is left out is.
    assert site.asked_for("cnn-lstm") == []
    assert not (machine.folder / "cache").exists()


@pytest.mark.parametrize(
    ("option", "own", "left_out"),
    [
        ("--own-classifier", True, True),
        ("--no-classifier", False, True),
        ("--accept-unlicensed-classifier", False, False),
    ],
)
def test_pull_says_which_classifier_comes(site, machine, option, own, left_out):
    said = machine("models", "pull", NAME, "--dry-run", option).out
    assert ("organizer's own classifier, 10 labels" in said, "left out: " in said) == (own, left_out)


def test_a_model_that_this_version_cannot_make_is_refused_in_words(site, machine, monkeypatch):
    sources = read_sources()
    newer = {"own": {"backbone": sources.models[NAME]["backbone"]}, **sources.models}
    monkeypatch.setattr("organizer.cli.models.pull.read_sources", lambda: replace(sources, models=newer))
    outcome = machine("models", "pull", "own", "--yes")
    assert outcome.code == 1 and outcome.out == ""
    assert "own: this version of organizer does not know how to make it. Update organizer." in outcome.err


def test_pull_installs_and_clears_up(site, machine):
    outcome = machine("models", "pull", NAME, "--accept-unlicensed-classifier")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"To use it:   organizer models use {NAME}" in outcome.lines
    assert os.listdir(machine.folder / "cache" / "downloads") == [f".{NAME}.lock"]
    asked = len(site.server.requests)
    again = machine("models", "pull", NAME, "--accept-unlicensed-classifier")
    assert again.lines == [f"{NAME} is installed already, and whole. To use it: organizer models use {NAME}"]
    assert len(site.server.requests) == asked


def test_pull_replaces_only_when_told(site, machine):
    assert machine("models", "pull", NAME, "--no-classifier").code == 0
    asked = len(site.asked_for("yt8m-pca"))
    refused = machine("models", "pull", NAME, "--accept-unlicensed-classifier", "--yes")
    assert refused.code == 1
    assert refused.err.count("\n") == 1 and f"organizer models pull {NAME} --replace" in refused.err
    assert not catalogue.open_bundle(NAME).has_classifier
    assert len(site.asked_for("yt8m-pca")) == asked
    outcome = machine("models", "pull", NAME, "--accept-unlicensed-classifier", "--replace")
    assert (outcome.code, outcome.err) == (0, "")
    assert catalogue.open_bundle(NAME).has_classifier


@pytest.mark.parametrize("arguments", [[], ["--yes"], ["--own-classifier"]])
def test_nothing_unlicensed_comes_without_consent(site, machine, arguments):
    outcome = machine("models", "pull", NAME, *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert "to have it instead: --accept-unlicensed-classifier" in outcome.out
    assert site.asked_for("cnn-lstm") == []
    assert classifier_of(catalogue.open_bundle(NAME)) is ClassifierChoice.OWN
    assert machine("models", "use", NAME, "--no-scan").code == 0
    shown = machine("models").out
    assert "no licence stated" not in shown.partition(f"{NAME} ")[2].replace("none stated", "")
    assert f"{NAME} 1.1.0+" in shown and "(in use)" in shown.partition(f"{NAME} ")[2]


def test_a_model_without_a_classifier_says_how_to_get_one(site, machine):
    outcome = machine("models", "pull", NAME, "--no-classifier")
    assert (outcome.code, outcome.err) == (0, "")
    assert "It has no classifier yet" in outcome.out
    advice = f"Put organizer's own beside it: organizer models pull {NAME}"
    assert advice in outcome.out
    refused = machine("models", "use", NAME, "--no-scan")
    assert (refused.code, refused.out) == (1, "")
    assert "no classifier yet" in refused.err and advice in refused.err
    assert f"none: it has no classifier yet. {advice}" in machine("models").out
    assert advice in machine("models", "verify", NAME).out
    asked = len(site.server.requests)
    joined = machine("models", "pull", NAME)
    assert (joined.code, joined.err) == (0, "")
    assert "put beside them" in joined.out and "downloaded one by one" not in joined.out
    assert len(site.server.requests) == asked
    verified = machine("models", "verify", NAME)
    assert "ok            classifier: scores of 10 labels" in verified.out
    assert machine("models", "use", NAME, "--no-scan").code == 0


def test_a_dry_run_says_what_would_come(site, machine):
    every_part = f"To see what all of it is made of: organizer models pull {NAME} --replace --dry-run"
    bare = machine("models", "pull", NAME, "--no-classifier").code
    asked = len(site.server.requests)
    joined = machine("models", "pull", NAME, "--dry-run")
    assert (bare, joined.code, joined.err) == (0, 0, "")
    assert joined.lines[0] == f"Network and PCA of {NAME} are installed. This would be put beside them:"
    assert "organizer's own classifier, 10 labels" in joined.lines[1]
    assert "downloaded one by one" not in joined.out and joined.lines[-1] == every_part
    whole = machine("models", "pull", NAME, "--dry-run", "--no-classifier")
    assert whole.lines[0].startswith(f"{NAME} is installed already, and whole.")
    assert whole.lines[-1] == every_part
    refused = machine("models", "pull", NAME, "--dry-run", "--accept-unlicensed-classifier")
    assert refused.code == 1 and "it has no classifier" in refused.err
    assert len(site.server.requests) == asked
    assert not catalogue.open_bundle(NAME).has_classifier
    anew = machine("models", "pull", NAME, "--replace", "--dry-run")
    assert (anew.code, "downloaded one by one" in anew.out) == (0, True)


def test_the_published_classifier_stays_until_a_person_says_otherwise(installed, site):
    id_ = catalogue.open_bundle(NAME).id
    kept = installed("models", "pull", NAME)
    assert (kept.code, kept.err) == (0, "")
    assert f"organizer models pull {NAME} --own-classifier" in kept.lines[-1]
    assert catalogue.open_bundle(NAME).id == id_
    assert installed("models", "pull", NAME, "--own-classifier").code == 0
    assert classifier_of(catalogue.open_bundle(NAME)) is ClassifierChoice.OWN
    refused = installed("models", "pull", NAME, "--accept-unlicensed-classifier", "--yes")
    assert refused.code == 1 and "--replace" in refused.err
    assert refused.err.endswith(f"organizer models pull {NAME} --replace --accept-unlicensed-classifier\n")
    assert site.server.requests == []


def test_another_classifier_is_called_neither_published_nor_organizers(installed, site):
    assert installed("models", "pull", NAME, "--own-classifier").code == 0
    file = catalogue.open_bundle(NAME).folder / "bundle.json"
    manifest = json.loads(file.read_text())
    manifest["provenance"]["classifier"] = {"architecture": "video"}
    file.write_text(json.dumps(manifest))
    kept = installed("models", "pull", NAME)
    assert kept.lines[-1] == (
        "It has another classifier. To have organizer's own, without a download: "
        f"organizer models pull {NAME} --own-classifier"
    )
    assert site.server.requests == []


def test_a_person_may_say_no(site, machine, monkeypatch):
    import io

    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Keyboard("n\n"))
    outcome = machine("models", "pull", NAME, "--no-classifier")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines[-1].endswith("Nothing was downloaded.")
    assert site.asked_for("yt8m-pca")[1:] == []


def test_without_tensorflow_nothing_is_asked(machine, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf_keras", None)
    outcome = machine("models", "pull", NAME)
    assert (outcome.code, outcome.out) == (1, "")
    assert "tf_keras" in outcome.err and 'pip install ".[inception]"' in outcome.err


def test_a_cut_download_goes_on(site, machine, archives):
    content = (archives / PARTS["yt8m-pca"]).read_bytes()
    site.serve(
        "yt8m-pca",
        Answer(content, etag='"1"'),
        Answer(content, etag='"1"', cut_after=10**6),
        Answer(status=503),
    )
    outcome = machine("models", "pull", NAME, "--no-classifier")
    assert outcome.code == 1
    assert outcome.err.startswith("Error: ") and "goes on where it stopped" in outcome.err
    site.serve("yt8m-pca", Answer(content, etag='"1"'))
    assert machine("models", "pull", NAME, "--no-classifier").code == 0
    assert site.asked_for("yt8m-pca")[-1].first_byte == 10**6


def test_a_wrong_checksum_is_one_sentence_and_lite_goes_on(site, machine, archives):
    site.serve("yt8m-pca", Answer((archives / PARTS["yt8m-pca"]).read_bytes()[:-1] + b"x"))
    outcome = machine("models", "pull", NAME, "--no-classifier")
    assert outcome.code == 1
    assert outcome.err.count("\n") == 1 and "wrong one" in outcome.err
    assert machine("models").lines[0].startswith(f"{LITE} (in use)")
    clip(machine.videos / "a.mp4", 1)
    assert machine("scan", machine.videos).code == 0


def test_without_network(site, machine):
    for part in PARTS:
        site.serve(part, Answer(status=503))
    outcome = machine("models", "pull", NAME, "--no-classifier")
    assert outcome.code == 1
    assert "size not known" in outcome.out
    assert "organizer models import PATH" in outcome.err


def test_an_unknown_model(machine):
    outcome = machine("models", "pull", "other")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert NAME in outcome.err


def test_ctrl_c_keeps_what_came(machine, archives, monkeypatch):
    content = (archives / PARTS["yt8m-pca"]).read_bytes()
    gate = threading.Event()
    with file_server() as server:
        site = Site(server, archives, machine.folder / "sources.json")
        monkeypatch.setenv("ORGANIZER_SOURCES", str(site.sources))
        slow = Answer(content, etag='"1"', gate=gate, gate_after=1 << 20)
        site.serve("yt8m-pca", Answer(content, etag='"1"'), slow, Answer(content, etag='"1"'))
        command = ["models", "pull", NAME, "--no-classifier"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        process = subprocess.Popen([sys.executable, "-m", "organizer", *command], **pipes)
        partial_file = machine.folder / "cache" / "downloads" / NAME / "yt8m_pca.tgz.part"
        deadline = time.monotonic() + 60
        while not (server.reached_gate.is_set() and partial_file.exists() and partial_file.stat().st_size):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        gate.set()
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Stopped. What came so far is kept" in err
        assert err.endswith(f"; to go on: organizer {' '.join(command)}\n")
        here = partial_file.stat().st_size
        done = machine(*command)
        assert done.code == 0, done.err
        assert site.asked_for("yt8m-pca")[-1].first_byte == here


# Import, export, remove


def test_there_and_back(installed):
    target = installed.folder / "stick"
    said = installed("models", "export", NAME, target).lines
    assert said[0] == f"Exported {NAME} to {target}"
    assert "nobody stated a licence for" in said[1]
    assert installed("models", "remove", NAME, "--yes").code == 0
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite"]
    outcome = installed("models", "import", target)
    assert (outcome.code, outcome.err) == (0, "")
    assert "no licence stated" in outcome.lines[0]
    assert installed("models", "use", NAME, "--no-scan").code == 0


def downloaded(machine, archives):
    folder = machine.folder / "raw"
    folder.mkdir()
    for part in ("inception-hub", "yt8m-pca", "cnn-lstm"):
        shutil.copy(archives / PARTS[part], folder)
    return folder


def test_an_unlicensed_classifier_is_not_imported_without_consent(site, machine, archives):
    folder = downloaded(machine, archives)
    outcome = machine("models", "import", folder)
    assert (outcome.code, outcome.err) == (0, "")
    assert "model.h5 is left out: no licence stated" in outcome.lines[0]
    assert "--accept-unlicensed-classifier" in outcome.lines[0]
    assert classifier_of(catalogue.open_bundle(NAME)) is ClassifierChoice.OWN
    assert len(machine("models", "export", NAME, machine.folder / "out").lines) == 1
    refused = machine("models", "import", folder, "--accept-unlicensed-classifier")
    assert (refused.code, refused.err.count("\n"), "--replace" in refused.err) == (1, 1, True)
    replaced = machine("models", "import", folder, "--accept-unlicensed-classifier", "--replace")
    assert replaced.code == 0
    assert classifier_of(catalogue.open_bundle(NAME)) is ClassifierChoice.PUBLISHED


def test_organizers_own_classifier_goes_along_when_exported(site, machine, archives):
    assert machine("models", "import", downloaded(machine, archives)).code == 0
    id_ = catalogue.open_bundle(NAME).id
    assert machine("models", "export", NAME, machine.folder / "stick").code == 0
    assert machine("models", "remove", NAME, "--yes").code == 0
    assert machine("models", "import", machine.folder / "stick").code == 0
    assert catalogue.open_bundle(NAME).id == id_
    assert "installed already" in machine("models", "pull", NAME).out
    assert site.server.requests == []


def test_folders_of_others_among_the_models_survive(installed):
    precious = [installed.folder / "models" / name / "precious" for name in (".git", ".ssh")]
    for file in precious:
        file.parent.mkdir()
        file.write_text("x")
    for arguments in (["remove", "nothing", "--yes"], ["remove", NAME, "--yes"], [], ["use", "lite"]):
        installed("models", *arguments)
    assert [file.read_text() for file in precious] == ["x", "x"]


def test_removing_the_one_in_use(installed):
    installed("models", "use", NAME, "--no-scan")
    refused = installed("models", "remove", NAME)
    assert (refused.code, "--yes" in refused.err) == (1, True)
    assert catalogue.chosen() == NAME
    outcome = installed("models", "remove", NAME, "--yes")
    assert outcome.lines[-1] == "It was in use; lite is from now on."
    assert catalogue.chosen() == "lite"


@pytest.mark.parametrize("yes", [["--yes"], []])
def test_lite_stays(machine, yes):
    assert "stays" in machine("models", "remove", "lite", *yes).err
    assert "There is no model 'nothere'" in machine("models", "remove", "nothere", *yes).err


# Use


def models_of(machine, *names):
    """Return which models tagged the videos."""
    shown = [line for name in names or ("a.mp4", "b.mp4") for line in machine("show", name).lines]
    return {line.removeprefix("model ").strip() for line in shown if line.startswith("model ")}


def test_scan_show_and_retag_with_it(installed):
    clip(installed.videos / "a.mp4", 1)
    clip(installed.videos / "b.mp4", 2)
    assert installed("scan", installed.videos).code == 0
    with_lite = {row["path"]: row for row in installed.json()}
    assert models_of(installed) == {LITE}

    used = installed("models", "use", NAME, "--no-scan")
    id_ = catalogue.open_bundle(NAME).id
    assert used.lines == [
        f"In use from now on: {id_}",
        "2 videos not looked at with this model yet: up to 92.2 KB more in the library; features of other "
        "models are kept. To look at them: organizer scan",
    ]

    # Features of lite mean nothing to this classifier: nothing is tagged with them.
    outcome = installed("retag")
    assert f"0 videos tagged again with {id_}, 0 changed" in outcome.lines
    assert (
        "2 videos left out: without features of this model. To look at them: organizer scan" in outcome.lines
    )
    assert {row["path"]: row for row in installed.json()} == with_lite

    assert installed("scan").code == 0
    scanned = {row["path"]: row for row in installed.json()}
    assert models_of(installed) == {id_}
    for path, row in scanned.items():
        assert row["scores"] != with_lite[path]["scores"]
        assert all(0 <= score <= 1 for score in row["scores"].values())
    outcome = installed("retag")
    assert f"2 videos tagged again with {id_}, 0 changed" in outcome.lines

    # Back again without a scan: the features of lite were kept.
    assert installed("models", "use", "auto", "--no-scan").lines == [
        f"In use from now on: {LITE}",
        "2 videos can be tagged again, without a scan, by: organizer retag",
    ]
    assert f"2 videos tagged again with {LITE}" in installed("retag").out
    for row in installed.json():
        assert row["scores"] == pytest.approx(with_lite[row["path"]]["scores"], abs=1e-6)
    assert installed("scan").out.count("unchanged") >= 1


def test_using_it_begins_a_scan_in_the_background(installed):
    clip(installed.videos / "a.mp4", 1)
    assert installed("scan", installed.videos).code == 0
    used = installed("models", "use", NAME)
    assert "A scan began in the background" in used.out
    end = time.monotonic() + 120
    while not newest_job(installed.library).finished and time.monotonic() < end:
        time.sleep(0.2)
    scan = newest_job(installed.library)
    assert (scan.state, scan.done, scan.message) == (JobState.DONE, 1, None)
    assert models_of(installed, "a.mp4") == {catalogue.open_bundle(NAME).id}
    # Nothing is left to look at, so nothing begins.
    back = installed("models", "use", "auto")
    assert "organizer retag" in back.out
    assert newest_job(installed.library).id == scan.id


@pytest.mark.parametrize("arguments", [["use"], ["verify"], ["export"]])
def test_what_could_be_pulled_is_said(machine, arguments):
    more = [machine.folder / "out"] if arguments == ["export"] else []
    outcome = machine("models", *arguments, NAME, *more)
    assert outcome.code == 1
    assert outcome.err.endswith(f"is not installed. To install it: organizer models pull {NAME}\n")


def test_what_is_not_there_cannot_be_used(machine):
    outcome = machine("models", "use", "other")
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert catalogue.chosen() == "lite"


def test_one_in_use_that_is_gone_is_said(installed):
    installed("models", "use", NAME, "--no-scan")
    shutil.rmtree(installed.folder / "models" / NAME)
    assert (
        f"{NAME} (in use) is not installed. Install it, or: organizer models use auto"
        in installed("models").lines
    )
    clip(installed.videos / "a.mp4", 1)
    outcome = installed("scan", installed.videos)
    assert (outcome.code, outcome.err) == (
        0,
        f"The model in use, '{NAME}', is not installed. Install it, or: organizer models use auto "
        "Until then lite takes its place.\n",
    )
    assert models_of(installed, "a.mp4") == {LITE}
    # Tagging with another model is not what was asked for.
    refused = installed("retag")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith(f"Error: The model in use, '{NAME}', is not installed.")
    assert installed("models", "use", "auto", "--no-scan").code == 0
    assert installed("scan", installed.videos).err == ""


@pytest.mark.parametrize("harm", ["manifest", "classifier"])
def test_where_the_one_in_use_is_damaged_lite_looks_at_new_files_only(installed, harm):
    clip(installed.videos / "a.mp4", 1)
    installed("models", "use", NAME, "--no-scan")
    assert installed("scan", installed.videos).err == ""
    before = installed.json()
    folder = installed.folder / "models" / NAME
    if harm == "manifest":
        (folder / "bundle.json").write_text("{")
    else:
        (folder / "classifier.npz").write_bytes(b"")
    clip(installed.videos / "b.mp4", 2)
    outcome = installed("scan", installed.videos)
    assert outcome.code == 0
    assert str(folder) in outcome.err and outcome.err.endswith(" Until then lite takes its place.\n")
    assert [line.split() for line in outcome.lines if line.endswith(("  new", "  unchanged"))] == [
        ["1", "new"],
        ["1", "unchanged"],
    ]
    assert models_of(installed, "b.mp4") == {LITE}
    assert [row for row in installed.json() if row["path"].endswith("a.mp4")] == before
    assert installed("retag").code == 1


def test_one_installed_again_under_its_name_begins_what_is_left(installed, monkeypatch):
    from organizer.cli.models import use

    clip(installed.videos / "a.mp4", 1)
    installed("models", "use", NAME, "--no-scan")
    installed("scan", installed.videos)
    assert len(installed("models", "use", NAME).lines) == 1
    # What reinstalling another network or classifier does to both.
    bundle = catalogue.open_bundle()
    manifest = bundle.folder / "bundle.json"
    text = manifest.read_text()
    manifest.write_text(text.replace(bundle.version, "1.0.0+another"))
    assert installed("models", "use", NAME).lines[1:] == [
        "1 video can be tagged again, without a scan, by: organizer retag"
    ]
    manifest.write_text(text.replace('"low": -2.0', '"low": -2.5'))
    started = []
    monkeypatch.setattr(use, "start_scan", lambda *_, **__: started.append(1))
    outcome = installed("models", "use", NAME)
    assert outcome.lines[1].startswith("A scan began in the background: 1 video ")
    assert started == [1]


def test_while_another_scan_runs_none_is_said_to_have_begun(installed, monkeypatch):
    from organizer.cli.models import use
    from organizer.errors import JobRunningError

    def running(*_arguments, **_settings):
        raise JobRunningError("A scan is running already.")

    clip(installed.videos / "a.mp4", 1)
    installed("scan", installed.videos)
    monkeypatch.setattr(use, "start_scan", running)
    outcome = installed("models", "use", NAME)
    assert outcome.lines[1:] == [
        "Another job of this library is running. When it is done, this model needs a scan of its own.",
        "1 video not looked at with this model yet: up to 46.1 KB more in the library; features of other "
        "models are kept. To look at them: organizer scan",
    ]


def test_without_tensorflow_it_is_chosen_and_what_to_install_is_said(installed, monkeypatch):
    from organizer.cli.models import use

    clip(installed.videos / "a.mp4", 1)
    installed("scan", installed.videos)
    monkeypatch.setitem(sys.modules, "tf_keras", None)
    monkeypatch.setattr(use, "start_scan", lambda *_, **__: pytest.fail("it cannot run"))
    outcome = installed("models", "use", NAME)
    assert outcome.code == 0
    assert outcome.err.startswith("Not installed, but needed by this model: tf_keras. Run: pip install ")
    assert outcome.err.endswith(" Until then lite takes its place.\n")
    assert "To look at them: organizer scan" in outcome.lines[1]
    assert catalogue.chosen() == NAME
    assert installed("models", "use", "auto").err == ""


# Verify


def test_verify_says_what_was_found(installed):
    clips = [clip(installed.videos / f"{number}.mp4", number, seconds=45) for number in range(5)]
    # As scanned, but not looked at by lite: 225 pictures take seconds.
    seed(installed.library, installed.videos, [SeedVideo(path.name) for path in clips])
    outcome = installed("models", "verify", NAME)
    assert (outcome.code, outcome.err) == (0, "")
    starts = [line.split(":")[0].split("  ")[0].strip() for line in outcome.lines[1:]]
    # Whether the network runs in bfloat16 is the processor's and the network's matter.
    assert starts.pop(4) in {"ok", "not possible"}
    assert starts == ["ok", "ok", "not possible", "ok", "ok", "ok"]
    assert "225 frames of 5 videos" in outcome.out


def test_verify_fails_for_a_damaged_file(installed):
    file = installed.folder / "models" / NAME / "classifier.npz"
    content = bytearray(file.read_bytes())
    content[10**6] ^= 1
    file.write_bytes(content)
    outcome = installed("models", "verify", NAME)
    assert outcome.code == 1
    assert next(line for line in outcome.lines if line.startswith("failed")).startswith(
        "failed        checksums: "
    )
    assert "too few frames" in outcome.out


def test_verify_checks_the_one_in_use(machine):
    outcome = machine("models", "verify")
    assert outcome.code == 0
    assert outcome.lines[0].startswith(f"{LITE} in ")


# Build


def test_build_makes_a_model_of_a_module(machine):
    module = save_hub_module(machine.folder / "module", channels=8, as_dict=False)
    for number in range(2):
        clip(machine.videos / f"{number}.mp4", number, seconds=6)
    arguments = ["--handle", module, "--fit-pca", machine.videos, "--input-size", "64", "--name", "mine"]
    outcome = machine("models", "build", *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines[0] == "Fitted a PCA with 8 outputs to 12 frames."
    assert "It has no classifier yet: it makes features, and no tags." in outcome.lines
    assert machine("models", "verify", "mine").code == 0
    assert "mine 1-" in machine("models").out


def test_build_with_too_few_frames(machine):
    module = save_hub_module(machine.folder / "module", channels=8, as_dict=False)
    clip(machine.videos / "a.mp4", 1, seconds=2)
    outcome = machine(
        "models", "build", "--handle", module, "--fit-pca", machine.videos, "--input-size", "64"
    )
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert "needs at least 8" in outcome.err
    assert [bundle.name for bundle in catalogue.bundles()] == ["lite"]
