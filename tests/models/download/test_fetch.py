import contextlib
import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from organizer.errors import DownloadError, StorageError
from organizer.models import safe_write
from organizer.models.checksums import parse_checksum
from organizer.models.download.fetch import FetchStep, Patience, announced_size, fetch
from organizer.models.download.sources import SOURCES_VARIABLE, Part
from organizer.stopping import StoppedError
from tests.file_server import Answer, file_server, free_port

CONTENT = bytes(range(256)) * 8192
"""2 MiB."""
OTHER = CONTENT[::-1]
CUT = 777_777
AT_ONCE = Patience(first_wait_s=0)


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with file_server() as files:
        yield files


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "models" / "downloads"


def part(*urls, pinned=CONTENT, size=None):
    checksum = None if pinned is None else parse_checksum("sha256:" + hashlib.sha256(pinned).hexdigest())
    return Part(
        name="pca",
        title="The matrix",
        file_name="pca.tgz",
        urls=urls,
        size=size,
        licence="-",
        needs_consent=False,
        checksum=checksum,
        members={},
        proof="-",
    )


def pull(what, folder, **options):
    return list(fetch(what, folder, **{"patience": AT_ONCE} | options))


def has(folder, content=CONTENT):
    """Whether the folder holds the file and nothing of the way there."""
    files = {file.name for file in folder.iterdir()} - {"pca.tgz.lock"}
    return files == {"pca.tgz"} and (folder / "pca.tgz").read_bytes() == content


def first_bytes(server):
    return [request.first_byte for request in server.requests]


def cut_short(server, folder, etag='"1"', **answer):
    """Leave behind what a download leaves whose connection broke for good; return the address."""
    url = server.serve("/pca.tgz", Answer(CONTENT, etag=etag, cut_after=CUT, **answer), Answer(status=404))
    with pytest.raises(DownloadError):
        pull(part(url), folder)
    assert (folder / "pca.tgz.part").stat().st_size == CUT
    server.requests.clear()
    return url


def test_downloads_a_file(server, folder):
    events = pull(part(server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))), folder)
    assert has(folder)
    assert first_bytes(server) == [None]
    received = [event.done for event in events if event.step is FetchStep.RECEIVING]
    assert received == sorted(received)
    assert (received[0], received[-1]) == (0, len(CONTENT))
    assert len(received) > 4
    assert {event.total for event in events} == {len(CONTENT)}
    assert {event.host for event in events} == {server.host}
    assert [event.step for event in events[-2:]] == [FetchStep.CHECKING, FetchStep.DONE]
    assert {event.note for event in events} == {""}


def test_asks_for_bytes_as_they_lie_there(server, folder):
    pull(part(server.serve("/pca.tgz", Answer(CONTENT))), folder)
    assert server.requests[0].headers["accept-encoding"] == "identity"
    assert server.requests[0].headers["user-agent"].startswith("organizer/")


def test_what_is_packed_for_the_way_nevertheless_stays_as_it_is(server, folder):
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/x-gzip"}
    pull(part(server.serve("/pca.tgz", Answer(CONTENT, headers=headers))), folder)
    assert has(folder)


def test_a_file_that_is_there_is_not_asked_for(server, folder):
    url = server.serve("/pca.tgz", Answer(CONTENT))
    pull(part(url), folder)
    server.requests.clear()
    (event,) = pull(part(url), folder)
    assert (event.step, event.done, event.total) == (FetchStep.DONE, len(CONTENT), len(CONTENT))
    assert server.requests == []


def test_a_wrong_file_that_is_there_is_replaced(server, folder):
    folder.mkdir(parents=True)
    (folder / "pca.tgz").write_bytes(OTHER)
    pull(part(server.serve("/pca.tgz", Answer(CONTENT))), folder)
    assert has(folder)


# Resuming.


def test_a_cut_connection_goes_on_with_exactly_the_missing_bytes(server, folder):
    url = server.serve(
        "/pca.tgz",
        Answer(CONTENT, etag='"1"', cut_after=CUT),
        Answer(CONTENT, etag='"1"', cut_after=1000),
        Answer(CONTENT, etag='"1"'),
    )
    events = pull(part(url, pinned=None), folder)
    assert has(folder)
    assert first_bytes(server) == [None, CUT, CUT + 1000]
    assert [request.headers.get("if-range") for request in server.requests] == [None, '"1"', '"1"']
    waiting = [event for event in events if event.step is FetchStep.WAITING]
    assert [event.done for event in waiting] == [CUT, CUT + 1000]
    assert "777,777 of 2,097,152" in waiting[0].note or "broke off" in waiting[0].note


def test_a_later_run_goes_on_with_exactly_the_missing_bytes(server, folder):
    url = cut_short(server, folder)
    server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))
    events = pull(part(url, pinned=None), folder)
    assert has(folder)
    assert first_bytes(server) == [CUT]
    assert events[0].done == CUT


def test_recognises_the_content_by_its_date(server, folder):
    date = formatdate(1_700_000_000, usegmt=True)
    url = cut_short(server, folder, etag=None, last_modified=date)
    server.serve("/pca.tgz", Answer(CONTENT, last_modified=date))
    pull(part(url, pinned=None), folder)
    assert has(folder)
    assert server.requests[0].headers["if-range"] == date
    assert first_bytes(server) == [CUT]


@pytest.mark.parametrize("etag", [None, 'W/"1"'])
def test_what_cannot_be_recognised_begins_anew_unless_its_checksum_is_known(server, folder, etag):
    url = cut_short(server, folder, etag=etag)
    shutil.copytree(folder, folder.with_name("second"))
    server.serve("/pca.tgz", Answer(CONTENT, etag=etag))
    pull(part(url, pinned=None), folder)
    assert has(folder)
    assert first_bytes(server) == [None]
    server.requests.clear()
    pull(part(url), folder.with_name("second"))
    assert has(folder.with_name("second"))
    assert first_bytes(server) == [CUT]


def test_a_server_that_ignores_range_sends_everything_again(server, folder):
    url = cut_short(server, folder)
    server.serve("/pca.tgz", Answer(CONTENT, etag='"1"', knows_range=False))
    events = pull(part(url, pinned=None), folder)
    assert has(folder)
    assert first_bytes(server) == [CUT]
    assert events[0].done == 0


@pytest.mark.parametrize("knows_if_range", [True, False])
@pytest.mark.parametrize("content", [OTHER, OTHER + b"longer", OTHER[: CUT // 2], OTHER[:CUT]])
def test_a_content_that_changed_meanwhile_is_never_joined_to_the_old_one(
    server, folder, content, knows_if_range
):
    url = cut_short(server, folder)
    server.serve("/pca.tgz", Answer(content, etag='"2"', knows_if_range=knows_if_range))
    pull(part(url, pinned=None), folder)
    assert has(folder, content)


def test_a_content_that_changed_without_a_word_is_found_by_its_checksum(server, folder):
    url = cut_short(server, folder)
    server.serve("/pca.tgz", Answer(OTHER, etag='"1"'))
    events = pull(part(url, pinned=OTHER), folder)
    assert has(folder, OTHER)
    assert first_bytes(server) == [CUT, None]
    assert any("do not fit together" in event.note for event in events)


def test_damaged_bytes_of_an_earlier_run_are_fetched_again(server, folder):
    url = cut_short(server, folder)
    (folder / "pca.tgz.part").write_bytes(bytes(CUT))
    server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))
    pull(part(url), folder)
    assert has(folder)


@pytest.mark.parametrize("notes", ["", "{", "[]", '{"url": 1, "etag": 2, "last_modified": 3, "size": "4"}'])
def test_notes_that_cannot_be_read_do_not_matter(server, folder, notes):
    url = cut_short(server, folder)
    (folder / "pca.tgz.part.json").write_text(notes)
    server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))
    pull(part(url, pinned=None), folder)
    assert has(folder)


def test_a_download_that_was_whole_but_not_yet_in_place_needs_no_request(server, folder):
    url = cut_short(server, folder)
    (folder / "pca.tgz.part").write_bytes(CONTENT)
    pull(part(url), folder)
    assert has(folder)
    assert server.requests == []


@pytest.mark.parametrize("pinned", [CONTENT, None])
def test_a_whole_download_of_unknown_length_is_recognised(server, folder, pinned):
    url = cut_short(server, folder, chunked=True)
    assert json.loads((folder / "pca.tgz.part.json").read_text())["size"] is None
    (folder / "pca.tgz.part").write_bytes(CONTENT)
    server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))
    pull(part(url, pinned=pinned), folder)
    assert has(folder)
    assert first_bytes(server) == [len(CONTENT)]


def test_a_file_without_a_length_arrives_whole(server, folder):
    url = server.serve(
        "/pca.tgz", Answer(CONTENT, etag='"1"', chunked=True, cut_after=CUT), Answer(CONTENT, etag='"1"')
    )
    events = pull(part(url, pinned=None), folder)
    assert has(folder)
    assert first_bytes(server) == [None, CUT]
    assert events[0].total is None


# Servers in trouble.


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_a_busy_server_is_asked_again(server, folder, status):
    url = server.serve("/pca.tgz", Answer(status=status), Answer(status=status), Answer(CONTENT))
    events = pull(part(url), folder)
    assert has(folder)
    assert len(server.requests) == 3
    notes = [event.note for event in events if event.step is FetchStep.WAITING]
    assert len(notes) == 2
    assert all(str(status) in note for note in notes)


class Clock(threading.Event):
    """Notes how long is waited, and does not wait."""

    def __init__(self):
        super().__init__()
        self.waits = []

    def wait(self, timeout=None):
        self.waits.append(timeout)
        return False


def test_waits_twice_as_long_each_time(server, folder):
    clock = Clock()
    url = server.serve("/pca.tgz", *[Answer(status=503)] * 3, Answer(CONTENT))
    pull(part(url), folder, stop=clock, patience=Patience())
    assert clock.waits == [1, 2, 4]


def test_progress_makes_patient_again(server, folder):
    clock = Clock()
    cuts = [Answer(CONTENT, etag='"1"', cut_after=100_000)] * 8
    url = server.serve("/pca.tgz", *cuts, Answer(CONTENT, etag='"1"'))
    pull(part(url), folder, stop=clock, patience=Patience())
    assert clock.waits == [1] * 8


def test_the_same_bytes_again_are_no_progress(server, folder):
    url = server.serve("/pca.tgz", Answer(CONTENT, knows_range=False, cut_after=CUT))
    with pytest.raises(DownloadError):
        pull(part(url), folder)
    # The first one brought something; four in a row that bring nothing more are enough.
    assert len(server.requests) == 4


def test_waits_as_long_as_the_server_asks(server, folder):
    clock = Clock()
    date = formatdate(2_000_000_000, usegmt=True)
    url = server.serve("/pca.tgz", Answer(status=429, headers={"Retry-After": "17"}), Answer(CONTENT))
    pull(part(url), folder, stop=clock, patience=Patience())
    assert clock.waits == [17]
    shutil.rmtree(folder)
    url = server.serve("/pca.tgz", Answer(status=503, headers={"Retry-After": date}))
    with pytest.raises(DownloadError, match=r"503 Service Unavailable and asks to wait for [\d,]{8,} s"):
        pull(part(url), folder, stop=clock, patience=Patience())
    assert clock.waits == [17]


def test_a_missing_file_is_fetched_from_the_mirror(server, folder):
    gone = server.serve("/gone", Answer(status=404))
    mirror = server.serve("/pca.tgz", Answer(CONTENT))
    pull(part(gone, mirror), folder)
    assert has(folder)
    assert [request.target for request in server.requests] == ["/gone", "/pca.tgz"]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 410, 204])
def test_what_waiting_does_not_mend_is_not_waited_for(server, folder, status):
    url = server.serve("/pca.tgz", Answer(status=status))
    with pytest.raises(DownloadError, match=f"{server.host}: it answers {status}"):
        pull(part(url), folder, patience=Patience(first_wait_s=3600, longest_wait_s=3600))
    assert len(server.requests) == 1


def test_a_page_to_log_in_is_not_taken_for_the_file(server, folder):
    headers = {"Content-Type": "text/html; charset=utf-8"}
    url = server.serve("/pca.tgz", Answer(b"<html>Sign in", headers=headers))
    with pytest.raises(DownloadError, match="web page"):
        pull(part(url, pinned=None), folder)
    assert not (folder / "pca.tgz").exists()


def test_a_mirror_goes_on_where_the_first_server_failed(server, folder):
    first = server.serve("/first", Answer(CONTENT, etag='"1"', cut_after=CUT), Answer(status=503))
    mirror = server.serve("/mirror", Answer(CONTENT, etag='"of the mirror"'))
    pull(part(first, mirror), folder)
    assert has(folder)
    assert server.requests[-1].first_byte == CUT
    assert "if-range" not in server.requests[-1].headers


def test_an_unknown_content_is_not_joined_across_mirrors(server, folder):
    first = server.serve("/first", Answer(CONTENT, etag='"1"', cut_after=CUT), Answer(status=503))
    mirror = server.serve("/mirror", Answer(OTHER, etag='"1"'))
    pull(part(first, mirror, pinned=None), folder)
    assert has(folder, OTHER)
    assert server.requests[-1].first_byte is None


def test_a_wrong_file_is_deleted_and_said(server, folder):
    url = server.serve("/pca.tgz", Answer(OTHER, etag='"1"'))
    with pytest.raises(DownloadError, match="wrong one and was deleted") as error:
        pull(part(url), folder)
    assert [path.name for path in folder.iterdir()] == ["pca.tgz.lock"]
    assert len(server.requests) == 1
    assert server.host in str(error.value)
    assert hashlib.sha256(CONTENT).hexdigest() in str(error.value)


def test_a_wrong_file_that_came_in_pieces_is_fetched_in_one_before_it_is_given_up(server, folder):
    url = server.serve("/pca.tgz", Answer(OTHER, etag='"1"', cut_after=CUT), Answer(OTHER, etag='"1"'))
    with pytest.raises(DownloadError, match="wrong one and was deleted"):
        pull(part(url), folder)
    assert first_bytes(server) == [None, CUT, None]


def test_the_mirror_of_a_wrong_file_is_asked(server, folder):
    wrong = server.serve("/wrong", Answer(OTHER))
    right = server.serve("/right", Answer(CONTENT))
    pull(part(wrong, right), folder)
    assert has(folder)


def test_a_file_of_another_size_than_known_is_not_downloaded(server, folder):
    wrong = server.serve("/wrong", Answer(OTHER[:-1]))
    right = server.serve("/right", Answer(CONTENT))
    events = pull(part(wrong, right, size=len(CONTENT)), folder)
    assert has(folder)
    assert all(event.total == len(CONTENT) for event in events)
    with pytest.raises(DownloadError, match="2,097,151 bytes instead of 2,097,152"):
        pull(part(wrong, size=len(CONTENT)), folder.with_name("second"))


def test_a_length_that_is_too_large_ends_well_all_the_same(server, folder):
    url = server.serve("/pca.tgz", Answer(CONTENT, etag='"1"', announced=len(CONTENT) + 5), Answer(CONTENT))
    pull(part(url), folder)
    assert has(folder)


def test_a_length_that_is_too_small_is_found_out(server, folder):
    url = server.serve("/pca.tgz", Answer(CONTENT, announced=len(CONTENT) - 5))
    with pytest.raises(DownloadError, match="wrong one"):
        pull(part(url), folder)


def test_a_server_that_does_not_end_does_not_fill_the_disk(server, folder):
    url = server.serve("/pca.tgz", Answer(CONTENT + b"more", chunked=True))
    with pytest.raises(DownloadError, match="more than the whole file"):
        pull(part(url, size=len(CONTENT)), folder)
    assert not (folder / "pca.tgz.part").exists()


def test_a_file_that_is_another_one_each_time_is_given_up(server, folder):
    answers = [
        Answer(CONTENT, etag=f'"{number}"', cut_after=CUT, knows_if_range=False) for number in range(50)
    ]
    url = server.serve("/pca.tgz", *answers)
    with pytest.raises(DownloadError, match="another than before"):
        pull(part(url), folder)
    assert len(server.requests) < 10


# Where it leads to.


def test_redirects_are_followed_and_the_range_goes_with_them(server, folder):
    url = cut_short(server, folder)
    server.serve("/pca.tgz", Answer(status=302, headers={"Location": "/signed?key=1"}))
    server.serve("/signed?key=1", Answer(CONTENT, etag='"1"'))
    pull(part(url, pinned=None), folder)
    assert has(folder)
    assert [request.target for request in server.requests] == ["/pca.tgz", "/signed?key=1"]
    assert first_bytes(server) == [CUT, CUT]


@pytest.mark.parametrize(
    "location", ["ftp://127.0.0.1/pca.tgz", "file:///etc/passwd", "http://[::1", "data:,1"]
)
def test_redirects_lead_to_http_only(server, folder, location):
    url = server.serve("/pca.tgz", Answer(status=302, headers={"Location": location}))
    with pytest.raises(DownloadError, match="it redirects to"):
        pull(part(url), folder)
    assert len(server.requests) == 1


def test_a_circle_ends(server, folder):
    url = server.serve("/pca.tgz", Answer(status=302, headers={"Location": "/pca.tgz"}))
    with pytest.raises(DownloadError, match="more than 10 times"):
        pull(part(url), folder)


def test_proxies_of_the_environment_are_used(server, folder, monkeypatch):
    monkeypatch.setenv("http_proxy", server.address)
    server.serve("http://files.example/pca.tgz", Answer(CONTENT))
    pull(part("http://files.example/pca.tgz"), folder)
    assert has(folder)


def test_no_connection_is_a_clear_error(server, folder):
    port = free_port()
    with pytest.raises(DownloadError) as error:
        pull(part(f"http://me:secret@127.0.0.1:{port}/pca.tgz"), folder)
    assert str(error.value) == (
        "The matrix (pca.tgz) cannot be downloaded. "
        f"127.0.0.1:{port}: it cannot be reached (Connection refused). "
        "Check the connection and run the command again: it begins anew. "
        "For a machine without network: organizer models import PATH"
    )


def test_a_proxy_that_is_not_there_is_named_as_such(server, folder, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(DownloadError, match="the proxy cannot be reached"):
        pull(part("http://files.example/pca.tgz"), folder)


def test_a_server_that_says_nothing_is_left(server, folder):
    gate = threading.Event()
    silent = Answer(CONTENT, etag='"1"', gate=gate)
    url = server.serve("/pca.tgz", replace(silent, gate_after=CUT), silent)
    with pytest.raises(DownloadError, match="does not answer in time"):
        pull(part(url), folder, patience=replace(AT_ONCE, silence_s=0.05))
    gate.set()
    assert (folder / "pca.tgz.part").stat().st_size == CUT


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody trusts, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("OPENSSL IS MISSING")
    folder = tmp_path_factory.mktemp("certificate")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -keyout key -out certificate"
    )
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command.split(), *names], cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "certificate").read_bytes() + (folder / "key").read_bytes())
    return both


def test_a_certificate_that_nobody_trusts_is_refused_at_once(server, folder, certificate):
    with file_server(certificate) as secure:
        url = secure.serve("/pca.tgz", Answer(CONTENT))
        with pytest.raises(DownloadError, match="no certificate that this computer trusts"):
            pull(part(url), folder, patience=Patience(first_wait_s=3600, longest_wait_s=3600))
        assert secure.requests == []


def test_a_certificate_that_the_environment_trusts_is_good(server, folder, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with file_server(certificate) as secure:
        pull(part(secure.serve("/pca.tgz", Answer(CONTENT))), folder)
    assert has(folder)


def test_https_does_not_lead_to_http(server, folder, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server.serve("/pca.tgz", Answer(CONTENT))
    with file_server(certificate) as secure:
        headers = {"Location": f"{server.address}/pca.tgz"}
        url = secure.serve("/pca.tgz", Answer(status=302, headers=headers))
        with pytest.raises(DownloadError, match="from https to http"):
            pull(part(url), folder)
    assert server.requests == []


# Disks in trouble.


def test_what_does_not_fit_is_not_begun(server, folder, monkeypatch):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(
        safe_write.shutil, "disk_usage", lambda _: usage._replace(free=len(CONTENT) - 1), raising=True
    )
    url = server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))
    with pytest.raises(StorageError, match=r"2\.1 MB are needed, 2\.1 MB are free\. Make room; then run"):
        pull(part(url), folder)
    assert len(server.requests) == 1


def test_only_what_is_missing_needs_room(server, folder, monkeypatch):
    url = cut_short(server, folder)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(safe_write.shutil, "disk_usage", lambda _: usage._replace(free=len(CONTENT) - CUT))
    server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))
    pull(part(url), folder)
    assert has(folder)


class OddFile:
    """A file that takes little at once, on a disk that fills up."""

    def __init__(self, file, room, at_once):
        self._file = file
        self._room = room
        self._at_once = at_once

    def write(self, block):
        if not self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = self._file.write(block[: min(self._room, self._at_once)])
        self._room -= written
        return written

    def close(self):
        self._file.close()


@contextlib.contextmanager
def odd_disk(monkeypatch, room=1 << 40, at_once=1 << 40):
    real = Path.open

    def opened(path, mode="r", *args, **options):
        file = real(path, mode, *args, **options)
        return OddFile(file, room, at_once) if mode == "ab" else file

    with monkeypatch.context() as context:
        context.setattr(Path, "open", opened)
        yield


def test_a_disk_that_fills_up_keeps_what_came(server, folder, monkeypatch):
    url = server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))
    full = r"the disk is full\. Make room; then run the command again"
    with odd_disk(monkeypatch, room=CUT), pytest.raises(StorageError, match=full):
        pull(part(url), folder)
    assert len(server.requests) == 1
    assert (folder / "pca.tgz.part").read_bytes() == CONTENT[:CUT]
    pull(part(url), folder)
    assert has(folder)
    assert server.requests[-1].first_byte == CUT


def test_a_disk_that_takes_little_at_once_gets_everything(server, folder, monkeypatch):
    with odd_disk(monkeypatch, at_once=999):
        pull(part(server.serve("/pca.tgz", Answer(CONTENT)), pinned=None), folder)
    assert has(folder)


def test_a_folder_that_cannot_be_made_is_a_clear_error(server, folder):
    folder.parent.mkdir()
    folder.write_bytes(b"a file")
    with pytest.raises(StorageError, match="downloads: it cannot be written"):
        pull(part(server.serve("/pca.tgz", Answer(CONTENT))), folder)


def test_the_file_is_on_the_disk_before_it_gets_its_name(server, folder, monkeypatch):
    steps = []
    fsync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: steps.append("sync") or fsync(number))
    monkeypatch.setattr(os, "replace", lambda *paths: steps.append("rename") or rename(*paths))
    pull(part(server.serve("/pca.tgz", Answer(CONTENT))), folder)
    assert steps[:2] == ["sync", "rename"]


# Stopping, and two at once.


def test_stops_between_blocks_and_goes_on(server, folder):
    stop, gate = threading.Event(), threading.Event()
    url = server.serve(
        "/pca.tgz", Answer(CONTENT, etag='"1"', gate=gate, gate_after=CUT), Answer(CONTENT, etag='"1"')
    )
    events = fetch(part(url, pinned=None), folder, stop=stop, patience=AT_ONCE)
    with pytest.raises(StoppedError):
        for event in events:
            if event.done >= CUT:
                stop.set()
                gate.set()
    kept = (folder / "pca.tgz.part").stat().st_size
    assert CUT <= kept < len(CONTENT)
    pull(part(url, pinned=None), folder)
    assert has(folder)
    assert first_bytes(server) == [None, kept]


def test_stops_while_it_waits(server, folder):
    stop = threading.Event()
    url = server.serve("/pca.tgz", Answer(status=503))
    patience = Patience(first_wait_s=3600, longest_wait_s=3600)
    with pytest.raises(StoppedError):
        for event in fetch(part(url), folder, stop=stop, patience=patience):
            if event.step is FetchStep.WAITING:
                threading.Timer(0.05, stop.set).start()


def test_closed_half_way_it_lets_go_of_everything(server, folder):
    url = server.serve("/pca.tgz", Answer(CONTENT, etag='"1"'))
    events = fetch(part(url), folder, patience=AT_ONCE)
    with contextlib.closing(events):
        while next(events).done < CUT:
            pass
    pull(part(url), folder)
    assert has(folder)
    assert server.requests[-1].first_byte >= CUT


PULL = """
import sys
from pathlib import Path
from organizer.models.download.fetch import fetch
from organizer.models.download.sources import read_sources

steps = [event.step.value for event in fetch(read_sources().parts["yt8m-pca"], Path(sys.argv[1]))]
print(" ".join(dict.fromkeys(steps)))
"""


def test_two_processes_at_once_download_once(server, folder, tmp_path):
    gate = threading.Event()
    url = server.serve("/pca.tgz", Answer(CONTENT, etag='"1"', gate=gate, gate_after=CUT))
    pin = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
    mirror = tmp_path / "mirror.json"
    mirror.write_text(json.dumps({"parts": {"yt8m-pca": {"urls": [url], "checksum": pin}}}))

    def start():
        return subprocess.Popen(
            [sys.executable, "-c", PULL, str(folder)],
            env=os.environ | {SOURCES_VARIABLE: str(mirror), "PYTHONPATH": str(Path(__file__).parents[3])},
            stdout=subprocess.PIPE,
            text=True,
        )

    first = start()
    assert server.reached_gate.wait(90)
    # The lock is held here: this process is the second one.
    waiting = fetch(replace(part(url), file_name="yt8m_pca.tgz"), folder, patience=AT_ONCE)
    assert next(waiting).step is FetchStep.QUEUED
    second = start()
    gate.set()
    said = [process.communicate(timeout=60)[0].split() for process in (first, second)]
    assert said[0][-2:] == ["checking", "done"]
    assert said[1][-1] == "done"
    assert {event.step for event in waiting} <= {FetchStep.QUEUED, FetchStep.DONE}
    assert len(server.requests) == 1
    assert (folder / "yt8m_pca.tgz").read_bytes() == CONTENT


def test_a_process_that_was_killed_leaves_no_lock(server, folder, tmp_path):
    gate = threading.Event()
    url = server.serve(
        "/pca.tgz", Answer(CONTENT, etag='"1"', gate=gate, gate_after=CUT), Answer(CONTENT, etag='"1"')
    )
    mirror = tmp_path / "mirror.json"
    mirror.write_text(json.dumps({"parts": {"yt8m-pca": {"urls": [url], "checksum": None}}}))
    process = subprocess.Popen(
        [sys.executable, "-c", PULL, str(folder)],
        env=os.environ | {SOURCES_VARIABLE: str(mirror), "PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
    )
    part_file = folder / "yt8m_pca.tgz.part"
    assert server.reached_gate.wait(90)
    while not part_file.exists() or part_file.stat().st_size < CUT:
        assert process.poll() is None
        threading.Event().wait(0.01)
    process.kill()
    process.communicate()
    gate.set()
    events = pull(replace(part(url, pinned=None), file_name="yt8m_pca.tgz"), folder)
    assert events[0].step is FetchStep.RECEIVING
    assert (folder / "yt8m_pca.tgz").read_bytes() == CONTENT
    assert first_bytes(server) == [None, CUT]


# What a person is told before.


def test_the_size_is_asked_for_without_downloading(server):
    gone = server.serve("/gone", Answer(status=404))
    there = server.serve("/there", Answer(CONTENT))
    assert announced_size(part(gone, there)) == len(CONTENT)
    server.serve("/there", Answer(CONTENT, chunked=True))
    assert announced_size(part(gone, there)) is None
    assert announced_size(part(f"http://127.0.0.1:{free_port()}/")) is None
