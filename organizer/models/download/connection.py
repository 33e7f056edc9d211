"""Talking to the servers that models come from: what is asked, what is followed, what each failure means.

``requests`` does the talking: it checks certificates, and honours proxies and certificate bundles named in
the environment. It takes 0.3 s to import, so that is done when the first request is made.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from organizer.models.download.partial import ResponseInfo
from organizer.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests

_CONNECT_TIMEOUT_S = 10.0
_MAX_REDIRECTS = 10
_TEMPORARY = {408, 425, 429}
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", re.IGNORECASE | re.ASCII)


class UnusableError(Exception):
    """This address does not give the file, now or in a minute; another one may."""


class TryAgainError(Exception):
    """The same request may work a little later."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s
        """Seconds the server asks to be left alone; None where it does not say."""


def open_session() -> requests.Session:
    """Return a session for files: bytes as they lie on the server, not compressed for the way."""
    import requests

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> str | None:
            target = super().get_redirect_target(resp)
            if target is not None:
                _check_redirect(resp.url, target)
            return target

    session = Session()
    session.max_redirects = _MAX_REDIRECTS
    # With any other Accept-Encoding a server may pack or unpack archives under way, and no checksum holds.
    session.headers.update({"User-Agent": f"organizer/{__version__}", "Accept-Encoding": "identity"})
    return session


def _check_redirect(source: str, target: str) -> None:
    """Refuse to follow a redirect that is not safe.

    Raises:
        InvalidURL: it leads to no address.
        InvalidSchema: it leads away from http and https, or from https to http, where anybody on the way
            could put another file in the place of this one.
    """
    import requests

    here = urlsplit(source).scheme
    try:
        there = urlsplit(urljoin(source, target)).scheme
    except ValueError as error:
        raise requests.exceptions.InvalidURL("it leads to no address") from error
    if there not in {"http", "https"} or (here, there) == ("https", "http"):
        raise requests.exceptions.InvalidSchema(f"it leads from {here} to {there}")


@contextmanager
def open_response(
    session: requests.Session, url: str, headers: Mapping[str, str], *, silence_s: float
) -> Iterator[requests.Response]:
    """Send a GET request; the body of the response is read inside the block.

    Args:
        session: from ``open_session``.
        url: http or https.
        headers: of the request, besides those of the session.
        silence_s: seconds without a byte after which the connection counts as broken.

    Yields:
        A response with status 200, 206 or 416.

    Raises:
        TryAgainError: no connection, or the server is busy or broken.
        UnusableError: the server answers, but not with the file.
    """
    timeouts = (_CONNECT_TIMEOUT_S, silence_s)
    with _translated_errors():
        response = session.get(url, headers=dict(headers), stream=True, timeout=timeouts)
    with response:
        _check_status(response)
        yield response


def body_blocks(response: requests.Response, block_bytes: int) -> Iterator[bytes]:
    """Yield the body as it comes.

    Args:
        response: from ``open_response``.
        block_bytes: the most that one block has.

    Raises:
        TryAgainError: the connection broke off.
    """
    while True:
        with _translated_errors():
            # As soon as there is anything: a slow line shows progress and can be stopped.
            block: bytes = response.raw.read1(block_bytes, decode_content=False)
        if not block:
            return
        yield block


def response_info(response: requests.Response) -> ResponseInfo:
    """Return what status and headers say about the body."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    start, total = found.groups() if found else (None, None)
    length = response.headers.get("Content-Length", "")
    return ResponseInfo(
        status=response.status_code,
        start=None if start is None else int(start),
        total=None if total in {None, "*"} else int(total),
        length=int(length) if re.fullmatch(r"\d+", length, re.ASCII) else None,
        etag=response.headers.get("ETag"),
        last_modified=response.headers.get("Last-Modified"),
    )


def _check_status(response: requests.Response) -> None:
    status = response.status_code
    if status in _TEMPORARY or status >= 500:
        raise TryAgainError(f"it answers {_status(response)}", _retry_after(response))
    if status not in {200, 206, 416}:
        raise UnusableError(f"it answers {_status(response)}")
    if response.headers.get("Content-Type", "").lower().startswith("text/html") and status != 416:
        # A page to log in or to agree to something, or a hotel's network.
        raise UnusableError("it answers with a web page instead of the file")


def _status(response: requests.Response) -> str:
    # The reason is the server's text: only plain words of it are shown.
    reason = "".join(c for c in (response.reason or "") if c.isascii() and (c.isalnum() or c in " -'"))
    return f"{response.status_code} {reason[:40]}".strip()


def _retry_after(response: requests.Response) -> float | None:
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


@contextmanager
def _translated_errors() -> Iterator[None]:
    import requests
    import urllib3

    try:
        yield
    except requests.exceptions.SSLError as error:
        raise UnusableError(
            "it has no certificate that this computer trusts (check the computer's clock too)"
        ) from error
    except requests.exceptions.TooManyRedirects as error:
        raise UnusableError(f"it redirects more than {_MAX_REDIRECTS} times") from error
    except requests.exceptions.InvalidSchema as error:
        raise UnusableError(f"it redirects to where no file is fetched from ({error})") from error
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader) as error:
        raise UnusableError("it redirects to an address that is none") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise TryAgainError(_in_words(error)) from error


def _in_words(error: Exception) -> str:
    import requests
    import urllib3

    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy cannot be reached"
    if isinstance(error, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)):
        return "it does not answer in time"
    inner = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(inner, urllib3.exceptions.NameResolutionError):
        return "its name cannot be looked up"
    if isinstance(inner, urllib3.exceptions.NewConnectionError):
        cause = inner.__cause__ or inner.__context__
        detail = cause.strerror if isinstance(cause, OSError) and cause.strerror else "no connection"
        return f"it cannot be reached ({detail})"
    return "the connection broke off"
