import pytest

from organizer.models.download.partial import Answer, Joint, Origin, joint, request_headers

URL = "https://a.example/file"


def origin(etag='"a"', modified=None, size=100, url=URL):
    return Origin(url, etag, modified, size)


def answer(status=206, start=40, whole=100, etag='"a"', length=60):
    return Answer(status, start, whole, length, etag, None)


@pytest.mark.parametrize(
    ("known", "here", "url", "pinned", "headers"),
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
def test_what_is_asked_for(known, here, url, pinned, headers):
    assert request_headers(known, here, url, pinned=pinned) == headers


@pytest.mark.parametrize(
    ("said", "before", "size", "expected"),
    [
        (answer(status=200, start=None, whole=None), origin(), None, Joint.ANEW),
        (answer(), origin(), None, Joint.ON),
        (answer(), origin(), 100, Joint.ON),
        (answer(etag=None), origin(), None, Joint.ON),
        (answer(), None, None, Joint.ON),
        (answer(whole=None), origin(), 100, Joint.ON),
        (answer(etag='"b"'), origin(), None, Joint.CHANGED),
        (answer(etag='"b"'), origin(url="https://b.example/file"), None, Joint.ON),
        (answer(whole=101), origin(), None, Joint.CHANGED),
        (answer(whole=101), origin(size=None), None, Joint.ON),
        (answer(), origin(), 101, Joint.CHANGED),
        (answer(start=0), origin(), None, Joint.CHANGED),
        (answer(start=41), origin(), None, Joint.CHANGED),
        (answer(start=None), origin(), None, Joint.CHANGED),
        (answer(status=416, start=None, whole=40), origin(size=None), None, Joint.COMPLETE),
        (answer(status=416, start=None, whole=40), origin(size=None), 41, Joint.CHANGED),
        (answer(status=416, start=None, whole=40), origin(size=41), None, Joint.CHANGED),
        (answer(status=416, start=None, whole=40, etag='"b"'), origin(size=None), None, Joint.CHANGED),
        (answer(status=416, start=None, whole=30), origin(size=None), None, Joint.CHANGED),
        (answer(status=416, start=None, whole=None), origin(), None, Joint.CHANGED),
    ],
)
def test_how_an_answer_fits_to_40_bytes(said, before, size, expected):
    assert joint(said, before, 40, URL, size) is expected
