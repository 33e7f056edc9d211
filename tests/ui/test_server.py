"""A real server process, spoken to through sockets: every route refuses whom it must."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from organizer.library import Library
from organizer.ui import theme
from organizer.ui.server.app import server_options
from organizer.ui.server.connections import Limits
from tests.contrast import contrast
from tests.gallery_server.process import memory_bytes, running_gallery, wait_until
from tests.gallery_server.seed import SeedVideo, keys, seed
from tests.library.sql import database_of

CONTENT = bytes(range(256)) * 40
BIG = 2 * 1000**3

ROUTES = [
    "/",
    "/?video=x",
    "/index.html",
    "/api/months",
    "/api/videos?limit=5",
    "/export/x",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/allowed-message-origins",
    "/media/x.png",
    "/component/x",
    "/static/x.js",
    "/no-such-page",
]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    root, outside = folder / "videos", folder / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "a.mp4").write_bytes(CONTENT)
    (root / "page.html").write_bytes(b"<script>alert(1)</script>")
    (outside / "secret.mp4").write_bytes(b"secret")
    (root / "link.mp4").symlink_to(outside / "secret.mp4")
    (root / "folder-link").symlink_to(outside)
    (root / "inner-link.mp4").symlink_to("a.mp4")
    (root / "folder.mp4").mkdir()
    os.mkfifo(root / "pipe.mp4")
    with open(root / "big.mp4", "wb") as big:
        big.truncate(BIG)
    names = ["a.mp4", "page.html", "link.mp4", "folder-link/secret.mp4", "inner-link.mp4", "folder.mp4"]
    names += ["pipe.mp4", "big.mp4", "gone.mp4", "../outside/secret.mp4", str(outside / "secret.mp4")]
    names += ["swapped.mp4", "place/secret.mp4"]
    library = folder / "library.db"
    seed(library, root, [SeedVideo(name) for name in names])
    with running_gallery(library) as running:
        yield running


@pytest.fixture(scope="module")
def key(gallery):
    return keys(gallery.library)


def get(gallery, path, headers=(), method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", gallery.port, timeout=60)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": f"127.0.0.1:{gallery.port}", **dict(headers)}.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def upgrade(gallery, headers=()):
    """Ask for Streamlit's WebSocket and return the status of the answer."""
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    asked |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "streamlit"}
    asked |= {"Host": f"127.0.0.1:{gallery.port}", **dict(headers)}
    lines = ["GET /_stcore/stream HTTP/1.1", *(f"{name}: {value}" for name, value in asked.items()), "", ""]
    with socket.create_connection(("127.0.0.1", gallery.port), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return int(connection.recv(4096).split()[1])


def all_routes(key):
    return [*ROUTES, f"/clip/{key['a.mp4']}", f"/poster/{key['a.mp4']}", "/clip/x", "/poster/"]


def test_every_route_refuses_a_foreign_host(gallery, key):
    for host in ("evil.example", f"evil.example:{gallery.port}"):
        for path in all_routes(key):
            assert get(gallery, path, {"Host": host})[0] == 403, path
        assert upgrade(gallery, {"Host": host, "Origin": f"http://{host}"}) == 403


def test_every_route_refuses_other_sites(gallery, key):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        for path in all_routes(key):
            assert get(gallery, path, headers)[0] == 403, (path, headers)
        assert upgrade(gallery, headers) == 403


def test_uploads_are_refused(gallery):
    for method in ("PUT", "POST", "DELETE"):
        assert get(gallery, "/_stcore/upload_file/x/y", method=method)[0] == 403


def test_the_own_page_is_served(gallery):
    assert get(gallery, "/")[0] == 200
    assert get(gallery, "/", {"Host": f"localhost:{gallery.port}"})[0] == 200
    own = {"Origin": f"http://127.0.0.1:{gallery.port}", "Sec-Fetch-Site": "same-origin"}
    assert upgrade(gallery, own) == 101


def test_headers_of_every_answer(gallery, key):
    for path in all_routes(key):
        _, headers, _ = get(gallery, path)
        assert headers["cross-origin-resource-policy"] == "same-origin", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY", path
        assert "content-security-policy" in headers, path
    policy = get(gallery, "/")[1]["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http:" not in policy
    assert "https:" not in policy


def test_an_original_is_served_whole(gallery, key):
    status, headers, body = get(gallery, f"/clip/{key['a.mp4']}", {"Accept-Encoding": "gzip"})
    assert (status, body) == (200, CONTENT)
    assert headers["content-type"] == "video/mp4"
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"].startswith("private")
    assert "content-encoding" not in headers
    assert get(gallery, f"/clip/{key['a.mp4']}", method="HEAD")[2] == b""


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=500-", 500, len(CONTENT) - 1),
        ("bytes=-10", len(CONTENT) - 10, len(CONTENT) - 1),
    ],
)
def test_a_range_is_served(gallery, key, asked, first, last):
    status, headers, body = get(gallery, f"/clip/{key['a.mp4']}", {"Range": asked, "Accept-Encoding": "gzip"})
    assert (status, body) == (206, CONTENT[first : last + 1])
    assert headers["content-range"] == f"bytes {first}-{last}/{len(CONTENT)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-1", "bytes=-", "bytes=x", "seconds=1-2", "0-5"])
def test_what_is_no_single_range_is_ignored(gallery, key, asked):
    status, headers, body = get(gallery, f"/clip/{key['a.mp4']}", {"Range": asked})
    assert (status, body) == (200, CONTENT)
    assert "content-range" not in headers


def test_a_range_of_another_state_of_the_file_is_the_whole_file(gallery, key):
    path, asked = f"/clip/{key['a.mp4']}", {"Range": "bytes=1-2"}
    headers = get(gallery, path)[1]
    for known in (headers["etag"], headers["last-modified"]):
        assert get(gallery, path, asked | {"If-Range": known})[0] == 206
    for other in ('"other"', f"W/{headers['etag']}", "Mon, 01 Jan 2001 00:00:00 GMT"):
        assert get(gallery, path, asked | {"If-Range": other})[0] == 200


def test_head_says_what_get_would(gallery, key):
    path = f"/clip/{key['a.mp4']}"
    for asked in ({}, {"Range": "bytes=5-9"}):
        status, headers, body = get(gallery, path, asked, method="HEAD")
        get_status, get_headers, get_body = get(gallery, path, asked)
        assert (status, body) == (get_status, b"")
        for name in ("content-length", "content-type", "etag", "last-modified", "accept-ranges"):
            assert headers[name] == get_headers[name]
        assert headers["content-length"] == str(len(get_body))
        assert headers.get("content-range") == get_headers.get("content-range")


def test_no_descriptor_is_left_open(gallery, key):
    process = psutil.Process(gallery.process.pid)
    clip = f"/clip/{key['a.mp4']}"
    for _ in range(20):
        get(gallery, clip)
        get(gallery, clip, method="HEAD")
        get(gallery, clip, {"Range": "bytes=99999999-"})
        with socket.create_connection(("127.0.0.1", gallery.port), timeout=60) as connection:
            ask = f"GET /clip/{key['big.mp4']} HTTP/1.1\r\nHost: 127.0.0.1:{gallery.port}\r\n\r\n"
            connection.sendall(ask.encode())
            connection.recv(1000)
    wait_until(lambda: not [file for file in process.open_files() if file.path.endswith(".mp4")])


@pytest.mark.parametrize("asked", [f"bytes={len(CONTENT)}-", "bytes=99999999-", "bytes=50000-60000"])
def test_a_range_beyond_the_end_is_416(gallery, key, asked):
    status, headers, _ = get(gallery, f"/clip/{key['a.mp4']}", {"Range": asked})
    assert status == 416
    assert headers["content-range"].endswith(f"*/{len(CONTENT)}")


def test_posters_are_webp(gallery, key):
    status, headers, body = get(gallery, f"/poster/{key['a.mp4']}")
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert body[:4] == b"RIFF"
    assert headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "1",
        "a.mp4",
        "/etc/passwd",
        "//etc/passwd",
        "../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "x" * 22,
        "x" * 22 + "%00",
        "x" * 22 + "/..",
        "%27%20OR%20key%20LIKE%20%27%25aaaaaaaaaaaa",
    ],
)
@pytest.mark.parametrize("prefix", ["/clip/", "/poster/"])
def test_only_a_key_is_served(gallery, prefix, path):
    status, _, body = get(gallery, prefix + path)
    assert status in {400, 404}
    assert b"root:" not in body


@pytest.mark.parametrize(
    "name",
    ["link.mp4", "folder-link/secret.mp4", "folder.mp4", "pipe.mp4", "gone.mp4", "../outside/secret.mp4"],
)
def test_only_regular_files_inside_the_root_are_served(gallery, key, name):
    status, _, body = get(gallery, f"/clip/{key[name]}")
    assert status == 404
    assert b"secret" not in body


def test_an_absolute_path_in_the_library_leads_nowhere_outside(gallery, key):
    (absolute,) = [name for name in key if name.startswith("/")]
    assert get(gallery, f"/clip/{key[absolute]}")[0] == 404


def test_a_link_is_served_nowhere(gallery, key):
    """Scans do not follow links; one at a place that a scan found was put there later."""
    assert get(gallery, f"/clip/{key['inner-link.mp4']}")[0] == 404


def test_a_file_that_is_swapped_for_a_link_all_the_time_never_leads_outside(gallery, key):
    root, stop = gallery.library.parent / "videos", threading.Event()
    (root / "place").mkdir()
    beside = root / "beside"

    def swap():
        # The file itself, and the folder that it lies in, each with a link that leads outside.
        while not stop.is_set():
            for target, made in (
                (root / "swapped.mp4", lambda: beside.write_bytes(b"inside")),
                (root / "swapped.mp4", lambda: beside.symlink_to(root.parent / "outside" / "secret.mp4")),
            ):
                made()
                os.replace(beside, target)
            (root / "place").rename(root / "aside")
            (root / "place").symlink_to(root.parent / "outside")
            (root / "place").unlink()
            (root / "aside").rename(root / "place")
            # The server needs a processor too.
            time.sleep(0.0005)

    (root / "place" / "secret.mp4").write_bytes(b"inside")
    thread = threading.Thread(target=swap)
    thread.start()
    answers = Counter()
    connection = http.client.HTTPConnection("127.0.0.1", gallery.port, timeout=60)
    try:
        for number in range(1000):
            name = ("swapped.mp4", "place/secret.mp4")[number % 2]
            connection.request("GET", f"/clip/{key[name]}")
            answers[connection.getresponse().read()] += 1
    finally:
        stop.set()
        thread.join()
        connection.close()
    assert set(answers) == {b"inside", b"There is no such video."}


REFUSED = [
    ("/", {"Host": "evil.example"}, 403),
    ("/", {"Origin": "http://evil.example"}, 403),
    ("/clip/x", {}, 404),
    ("/poster/x", {}, 404),
    ("/clip/A", {"Range": "bytes=99999999-"}, 416),
]


@pytest.mark.parametrize(("path", "asked", "status"), REFUSED)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_refusal_carries_the_same_headers(gallery, key, path, asked, status, method):
    got, headers, _ = get(gallery, path.replace("A", key["a.mp4"]), asked, method=method)
    assert got == status
    assert_kept_apart(headers)
    assert "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "line", [b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: " + b"x" * 99999]
)
def test_what_is_no_request_is_refused_with_the_same_headers(gallery, line):
    with socket.create_connection(("127.0.0.1", gallery.port), timeout=60) as connection:
        connection.sendall(line)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status in {400, 403}
        assert_kept_apart({name.lower(): value for name, value in answer.getheaders()})


def test_a_refused_websocket_carries_the_same_headers(gallery):
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    asked |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "http://evil.example"}
    status, headers, _ = get(gallery, "/_stcore/stream", asked)
    assert status == 403
    assert_kept_apart(headers)


def assert_kept_apart(headers):
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "content-security-policy" in headers


def test_viewers_that_have_paused_keep_nobody_out(gallery, key):
    """There are more of them than connections may be; see test_connections for which ones go."""
    ask = f"GET /clip/{key['big.mp4']} HTTP/1.1\r\nHost: 127.0.0.1:{gallery.port}\r\n\r\n".encode()
    paused = []
    try:
        for number in range(Limits().connections + 10):
            paused.append(socket.create_connection(("127.0.0.1", gallery.port), timeout=60))
            paused[-1].sendall(ask)
            assert paused[-1].recv(1000).split()[1] == b"200"
            if number == Limits().connections - 2:
                time.sleep(Limits().patience_s + 1)
        assert get(gallery, "/_stcore/health")[0] == 200
        kept = [
            found
            for found in psutil.Process(gallery.process.pid).net_connections("tcp4")
            if found.status == psutil.CONN_ESTABLISHED and found.laddr.port == gallery.port
        ]
        assert len(kept) <= Limits().connections
    finally:
        for connection in paused:
            connection.close()


def test_no_file_is_sent_as_a_page(gallery, key):
    _, headers, _ = get(gallery, f"/clip/{key['page.html']}")
    assert headers["content-type"] == "application/octet-stream"
    assert "sandbox" in headers["content-security-policy"]


def test_a_file_that_the_last_scan_missed_is_not_served(gallery, key):
    with Library.open(gallery.library) as opened:
        database_of(opened).execute(
            "UPDATE places SET missing_since = 'now' WHERE relative_path = 'page.html'"
        )
        database_of(opened).conn.commit()
        try:
            assert get(gallery, f"/clip/{key['page.html']}")[0] == 404
        finally:
            database_of(opened).execute("UPDATE places SET missing_since = NULL")
            database_of(opened).conn.commit()


def test_streaming_two_gigabytes_takes_little_memory(gallery, key):
    get(gallery, f"/clip/{key['a.mp4']}")
    before = memory_bytes(gallery.process)
    connection = http.client.HTTPConnection("127.0.0.1", gallery.port, timeout=60)
    connection.request("GET", f"/clip/{key['big.mp4']}")
    answer = connection.getresponse()
    left, most = BIG, before
    while piece := answer.read(8 * 1024 * 1024):
        left -= len(piece)
        most = max(most, memory_bytes(gallery.process))
    connection.close()
    assert left == 0
    assert most - before < 50 * 1000**2


def test_a_viewer_that_pauses_takes_little_memory(gallery, key):
    before = memory_bytes(gallery.process)
    with socket.create_connection(("127.0.0.1", gallery.port), timeout=60) as connection:
        host = f"Host: 127.0.0.1:{gallery.port}"
        connection.sendall(f"GET /clip/{key['big.mp4']} HTTP/1.1\r\n{host}\r\n\r\n".encode())
        connection.recv(1000)
        assert get(gallery, "/_stcore/health")[0] == 200
        assert memory_bytes(gallery.process) - before < 50 * 1000**2


def test_it_listens_on_this_computer_only_and_connects_to_nobody(gallery):
    get(gallery, "/")
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A" and int(local.rsplit(":", 1)[1], 16) == gallery.port:
                listening.add(local.rsplit(":", 1)[0])
    assert listening == {"0100007F"}
    assert not gallery.connections.exists() or gallery.connections.read_text() == ""


def test_ctrl_c_ends_it_with_code_0_though_a_viewer_has_paused(tmp_path):
    root = tmp_path / "videos"
    root.mkdir()
    with open(root / "big.mp4", "wb") as big:
        big.truncate(BIG)
    library = tmp_path / "library.db"
    seed(library, root, [SeedVideo("big.mp4")])
    with running_gallery(library) as running:
        with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
            path = f"/clip/{keys(library)['big.mp4']}"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n\r\n".encode())
            connection.recv(1000)
            running.process.send_signal(signal.SIGINT)
            assert running.process.wait(60) == 0
        output = running.process.stdout.read()
    assert "Traceback" not in output
    assert "The gallery has ended." in output


def test_a_taken_port_is_said_in_words(gallery):
    command = [sys.executable, "-m", "organizer", "gallery", "--no-browser", "--port", str(gallery.port)]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=os.environ)
    assert result.returncode == 1
    assert "Choose another one with --port" in result.stderr
    assert "Traceback" not in result.stderr


def test_every_option_is_one_that_streamlit_knows():
    from streamlit import config

    for name in server_options(1):
        assert name in config._config_options_template, name


def test_colours_have_contrast():
    for colours in (theme.LIGHT, theme.DARK):
        for background in ("backgroundColor", "secondaryBackgroundColor"):
            for text in ("textColor", "linkColor"):
                assert contrast(colours[text], colours[background]) >= 4.5
        assert contrast("#ffffff", colours["primaryColor"]) >= 4.5
