import pytest

from organizer.ui.server.guard import refusal


def scope(headers, *, kind="http", method="GET", path="/"):
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return {"type": kind, "method": method, "path": path, "headers": raw}


LOCAL = ("host", "127.0.0.1:8765")
FOREIGN_SITE = ("sec-fetch-site", "cross-site")
LINK = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:1", "localhost:8765", "LOCALHOST", "[::1]:8765", "[::1]"]
)
def test_names_of_this_computer_are_served(host):
    assert refusal(scope([("host", host)])) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil@127.0.0.1",
        "127.0.0.1:8765@evil.example",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:8765\n",
        "127.0.0.1:٨",
        "0.0.0.0",
        "192.168.0.2",
        "127.0.0.2",
        "::1",
        "localhost.",
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_other_names_are_refused(host, kind):
    assert refusal(scope([("host", host)], kind=kind))


def test_one_host_and_no_other():
    assert refusal(scope([]))
    assert refusal(scope([LOCAL, ("host", "evil.example")]))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT"])
def test_nothing_is_taken(method):
    assert refusal(scope([LOCAL], method=method))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
@pytest.mark.parametrize("path", ["/", "/clip/x", "/_stcore/stream"])
def test_other_sites_are_refused(site, path):
    assert refusal(scope([LOCAL, ("sec-fetch-site", site)], path=path))


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:8765", "http://127.0.0.1:80"]
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_other_origins_are_refused(origin, kind):
    assert refusal(scope([LOCAL, ("origin", origin)], kind=kind))
    assert refusal(scope([LOCAL, ("origin", origin), *LINK], kind=kind))


def test_own_requests_are_served():
    own = [LOCAL, ("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8765")]
    assert refusal(scope(own)) is None
    assert refusal(scope(own, kind="websocket")) is None
    assert refusal(scope([LOCAL, ("sec-fetch-site", "none")])) is None


def test_other_sites_may_link_to_the_page_only():
    assert refusal(scope([LOCAL, FOREIGN_SITE, *LINK])) is None
    assert refusal(scope([LOCAL, FOREIGN_SITE, *LINK], path="/clip/x"))
    assert refusal(scope([LOCAL, FOREIGN_SITE, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")]))
    assert refusal(scope([LOCAL, FOREIGN_SITE, *LINK], kind="websocket"))
