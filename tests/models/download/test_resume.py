import pytest

from organizer.models.download.partial import Origin, ResponseInfo, Resumption, request_headers, resumption

URL = "https://a.example/file"


def origin(etag='"a"', modified=None, size=100, url=URL):
    return Origin(url, etag, modified, size)


def response(status=206, start=40, total=100, etag='"a"', length=60):
    return ResponseInfo(status, start, total, length, etag, None)


@pytest.mark.parametrize(
    ("known", "size", "url", "pinned", "headers"),
    [
        (None, 0, URL, True, {}),
        (origin(), 0, URL, True, {}),
        (origin(), 40, URL, False, {"Range": "bytes=40-", "If-Range": '"a"'}),
        (origin(etag=None, modified="Mon"), 40, URL, False, {"Range": "bytes=40-", "If-Range": "Mon"}),
        (origin(etag='W/"a"', modified="Mon"), 40, URL, False, {"Range": "bytes=40-", "If-Range": "Mon"}),
        # Nothing to recognise it by: only a checksum of the whole makes it worth a try.
        (origin(etag='W/"a"'), 40, URL, False, {}),
        (origin(etag=None), 40, URL, True, {"Range": "bytes=40-"}),
        (None, 40, URL, False, {}),
        (None, 40, URL, True, {"Range": "bytes=40-"}),
        # An ETag means something at its own address only.
        (origin(url="https://b.example/file"), 40, URL, False, {}),
        (origin(url="https://b.example/file"), 40, URL, True, {"Range": "bytes=40-"}),
        (origin(), 100, URL, False, None),
        (origin(size=None), 100, URL, False, {"Range": "bytes=100-", "If-Range": '"a"'}),
    ],
)
def test_what_is_asked_for(known, size, url, pinned, headers):
    assert request_headers(known, size, url, pinned=pinned) == headers


@pytest.mark.parametrize(
    ("said", "before", "size", "expected"),
    [
        (response(status=200, start=None, total=None), origin(), None, Resumption.RESTART),
        (response(), origin(), None, Resumption.APPEND),
        (response(), origin(), 100, Resumption.APPEND),
        (response(etag=None), origin(), None, Resumption.APPEND),
        (response(), None, None, Resumption.APPEND),
        (response(total=None), origin(), 100, Resumption.APPEND),
        (response(etag='"b"'), origin(), None, Resumption.CHANGED),
        (response(etag='"b"'), origin(url="https://b.example/file"), None, Resumption.APPEND),
        (response(total=101), origin(), None, Resumption.CHANGED),
        (response(total=101), origin(size=None), None, Resumption.APPEND),
        (response(), origin(), 101, Resumption.CHANGED),
        (response(start=0), origin(), None, Resumption.CHANGED),
        (response(start=41), origin(), None, Resumption.CHANGED),
        (response(start=None), origin(), None, Resumption.CHANGED),
        (response(status=416, start=None, total=40), origin(size=None), None, Resumption.COMPLETE),
        (response(status=416, start=None, total=40), origin(size=None), 41, Resumption.CHANGED),
        (response(status=416, start=None, total=40), origin(size=41), None, Resumption.CHANGED),
        (response(status=416, start=None, total=40, etag='"b"'), origin(size=None), None, Resumption.CHANGED),
        (response(status=416, start=None, total=30), origin(size=None), None, Resumption.CHANGED),
        (response(status=416, start=None, total=None), origin(), None, Resumption.CHANGED),
    ],
)
def test_how_a_response_fits_to_40_bytes(said, before, size, expected):
    assert resumption(said, before, 40, URL, size) is expected
