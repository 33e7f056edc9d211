import hashlib
import json
import threading
from types import SimpleNamespace

import pytest

from organizer.errors import DownloadError, StorageError
from organizer.models import safe_write
from organizer.models.download.fetch import FetchStep, Patience
from organizer.stopping import StoppedError
from organizer.training.yt8m.shards import Wanted, download_shards, download_vocabulary
from organizer.training.yt8m.sources import SOURCES_VARIABLE, read_yt8m_sources
from tests.file_server import Answer, file_server
from tests.training.yt8m.generate import write_vocabulary

NAMES = [f"train{number:02d}.tfrecord" for number in range(6)]
CONTENTS = {name: hashlib.sha256(name.encode()).digest() * 20_000 for name in NAMES}
"""640,000 bytes each."""
ONCE = Patience(attempts=1, first_wait_s=0)
TWICE = Patience(attempts=2, first_wait_s=0)
TRAIN = Wanted("frame", "train")


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with file_server() as files:
        plan = {"files": {name: hashlib.md5(CONTENTS[name]).hexdigest() for name in NAMES}}
        files.serve("/plans/frame_train.json", Answer(json.dumps(plan).encode()))
        for mirror in ("us", "eu"):
            for name in NAMES:
                files.serve(f"/{mirror}/frame/train/{name}", Answer(CONTENTS[name], etag=f'"{name}"'))
        yield files


@pytest.fixture
def sources(server, tmp_path):
    file = tmp_path / "sources.json"
    content = {
        "mirrors": {name: f"{server.address}/{name}/{{level}}/{{split}}/{{name}}" for name in ("us", "eu")},
        "plans": [f"{server.address}/plans/{{level}}_{{split}}.json"],
        "vocabulary": [f"{server.address}/vocabulary.csv"],
        "usual_bytes": {"frame": 640_000, "video": 6_000},
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    return read_yt8m_sources({SOURCES_VARIABLE: str(file)})


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "shards"


def there(folder):
    return {file.name: file.read_bytes() for file in folder.glob("*.tfrecord")}


def asked(server, name):
    return [request for request in server.requests if request.target.endswith(name)]


def test_all_shards_come(server, sources, folder):
    progress = list(download_shards(TRAIN, folder, sources=sources, patience=ONCE))
    assert there(folder) == CONTENTS
    assert (progress[-1].number, progress[-1].files, progress[-1].file.step) == (6, 6, FetchStep.DONE)
    assert not list(folder.glob("*.part"))
    assert all("/eu/" not in request.target for request in server.requests)


def test_some_shards_and_then_more(server, sources, folder):
    list(download_shards(Wanted("frame", "train", 2), folder, sources=sources, patience=ONCE))
    first = there(folder)
    assert len(first) == 2
    server.requests.clear()
    list(download_shards(Wanted("frame", "train", 4, "eu"), folder, sources=sources, patience=ONCE))
    assert len(there(folder)) == 4
    assert not [request for name in first for request in asked(server, name)]
    assert {request.target.split("/")[1] for request in server.requests} == {"eu"}


def test_a_cut_connection_goes_on_where_it_stopped(server, sources, folder):
    name, content = NAMES[3], CONTENTS[NAMES[3]]
    server.serve(
        f"/us/frame/train/{name}",
        Answer(content, etag='"3"'),  # its size is asked for before
        Answer(content, etag='"3"', cut_after=400_000),
        Answer(content, etag='"3"'),
    )
    only = {"files": {name: hashlib.md5(content).hexdigest()}}
    server.serve("/plans/frame_train.json", Answer(json.dumps(only).encode()))
    list(download_shards(TRAIN, folder, sources=sources, patience=TWICE))
    assert there(folder) == {name: content}
    assert asked(server, name)[-1].first_byte > 0


def test_a_stopped_download_goes_on(server, sources, folder):
    stop = threading.Event()
    with pytest.raises(StoppedError):
        for progress in download_shards(TRAIN, folder, sources=sources, stop=stop, patience=ONCE):
            if progress.number == 3 and progress.file.done > 100_000:
                stop.set()
    assert len(there(folder)) == 2
    server.requests.clear()
    list(download_shards(TRAIN, folder, sources=sources, patience=ONCE))
    assert there(folder) == CONTENTS
    assert [request.first_byte for request in server.requests if request.first_byte]


def test_a_wrong_shard_comes_from_the_next_mirror(server, sources, folder):
    name = NAMES[0]
    server.serve(f"/us/frame/train/{name}", Answer(CONTENTS[name][::-1]))
    list(download_shards(TRAIN, folder, sources=sources, patience=ONCE))
    assert there(folder) == CONTENTS
    assert [request.target.split("/")[1] for request in asked(server, name)][-1] == "eu"


def test_a_shard_that_is_wrong_everywhere_is_named_and_the_others_come(server, sources, folder):
    for mirror in ("us", "eu"):
        server.serve(f"/{mirror}/frame/train/{NAMES[2]}", Answer(CONTENTS[NAMES[2]][::-1]))
    with pytest.raises(DownloadError, match=rf"1 of 6 shards.*\({NAMES[2]}\)"):
        list(download_shards(TRAIN, folder, sources=sources, patience=ONCE))
    assert there(folder) == {name: content for name, content in CONTENTS.items() if name != NAMES[2]}


def test_three_failures_in_a_row_end_it(server, sources, folder):
    for mirror in ("us", "eu"):
        for name in NAMES:
            server.serve(f"/{mirror}/frame/train/{name}", Answer(status=503))
    with pytest.raises(DownloadError, match="3 of 6 shards"):
        list(download_shards(TRAIN, folder, sources=sources, patience=ONCE))


def test_a_damaged_shard_on_disk_is_replaced(server, sources, folder):
    list(download_shards(TRAIN, folder, sources=sources, patience=ONCE))
    (folder / NAMES[1]).write_bytes(b"damaged")
    list(download_shards(TRAIN, folder, sources=sources, patience=ONCE))
    assert there(folder) == CONTENTS


def test_a_full_disk_is_refused_before_anything_comes(server, sources, folder, monkeypatch):
    monkeypatch.setattr(safe_write.shutil, "disk_usage", lambda _: SimpleNamespace(free=6 * 640_000 - 1))
    with pytest.raises(StorageError, match=r"3\.8 MB are needed"):
        list(download_shards(TRAIN, folder, sources=sources, patience=ONCE))
    assert there(folder) == {}
    assert not list(folder.glob("*.tfrecord.part"))
    list(download_shards(Wanted("frame", "train", 5), folder, sources=sources, patience=ONCE))
    assert len(there(folder)) == 5


@pytest.mark.parametrize("wanted", [Wanted("audio", "train"), Wanted("frame", "test")])
def test_what_there_is_not(sources, folder, wanted):
    with pytest.raises(DownloadError, match="YouTube-8M has no"):
        list(download_shards(wanted, folder, sources=sources))


def test_an_unknown_mirror(sources, folder):
    with pytest.raises(DownloadError, match="no mirror 'mars' of YouTube-8M, only us, eu"):
        list(download_shards(Wanted("frame", "train", mirror="mars"), folder, sources=sources, patience=ONCE))


def test_the_vocabulary(server, sources, folder, tmp_path):
    write_vocabulary(tmp_path / "v.csv")
    content = (tmp_path / "v.csv").read_bytes()
    server.serve("/vocabulary.csv", Answer(content))
    list(download_vocabulary(folder, sources=sources, patience=ONCE))
    assert (folder / "vocabulary.csv").read_bytes() == content


def test_another_file_in_place_of_the_vocabulary_is_deleted(server, sources, folder):
    server.serve("/vocabulary.csv", Answer(b"<html>Sign in</html>"))
    with pytest.raises(DownloadError, match="deleted"):
        list(download_vocabulary(folder, sources=sources, patience=ONCE))
    assert not (folder / "vocabulary.csv").exists()


def test_the_built_in_addresses():
    sources = read_yt8m_sources({})
    assert sources.shard_urls("eu", "frame", "train", "train00.tfrecord")[0] == (
        "http://eu.data.yt8m.org/2/frame/train/train00.tfrecord"
    )
    assert len(sources.shard_urls("eu", "frame", "train", "train00.tfrecord")) == 3
    assert sources.plan_urls("video", "validate")[-1] == (
        "http://data.yt8m.org/2/download_plans/video_validate.json"
    )


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"mirrors": {"a": "ftp://x"}, "plans": [], "vocabulary": [], "usual_bytes": {}}'],
)
def test_a_list_of_addresses_that_cannot_be_used(tmp_path, content):
    file = tmp_path / "mine.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DownloadError, match=r"mine\.json.*unset"):
        read_yt8m_sources({SOURCES_VARIABLE: str(file)})
