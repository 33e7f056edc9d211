"""Who may talk to the gallery: pages of the gallery itself, and a person who types its address.

The server listens on this computer only, but every web page that a browser shows can send requests there.
So each request, to our routes, to Streamlit's and to its WebSocket, is checked before anything else runs:

- its ``Host`` is a name of this computer, or else a foreign name was pointed here (DNS rebinding);
- its ``Origin``, where there is one, and its ``Sec-Fetch-Site`` say that it comes from the gallery itself;
  other sites may only link to the page;
- it only reads: nothing here takes uploads.

Answers forbid the browser to load anything from elsewhere, so that no text in a file's name could.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOCAL_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE | re.ASCII)
_OWN_SITES = {None, "same-origin", "none"}
_POLICY_VIOLATION = 1008
_DENIAL = "websocket.http.response"
"""What a server can do that answers a refused WebSocket as it does any other request."""

# Streamlit builds scripts and styles at run time and loads code of components from blobs; all of it is local.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline' blob:; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self' ws://{host}; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'"
)

_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
REFUSAL_HEADERS = _HEADERS | {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "no-store",
}
"""Of answers that are a sentence and nothing else; whoever asked may not even be told our address."""


def guard() -> Middleware:
    """Return the check as middleware."""
    return Middleware(Guard)


class Guard:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign request, pass on any other."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        reason = refusal(scope)
        if reason is None:
            await self._app(scope, receive, _with_headers(scope, send))
        elif scope["type"] == "http" or _DENIAL in scope.get("extensions", {}):
            await PlainTextResponse(reason, status_code=403, headers=REFUSAL_HEADERS)(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": reason})


def refusal(scope: Scope) -> str | None:
    """Return why a request is refused, None when it is not."""
    headers = Headers(scope=scope)
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _LOCAL_HOST.fullmatch(hosts[0]):
        return "This gallery answers to 127.0.0.1 and localhost only."
    if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD"}:
        return "This gallery takes no uploads."
    if _is_link_to_page(scope, headers):
        return None
    origins = headers.getlist("origin")
    if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
        return "Other sites cannot use this gallery."
    if headers.get("sec-fetch-site") not in _OWN_SITES:
        return "Other sites cannot use this gallery."
    return None


def _is_link_to_page(scope: Scope, headers: Headers) -> bool:
    """Whether a person follows a link, from anywhere, that opens the page itself in a tab."""
    return (
        scope["type"] == "http"
        and scope["path"] == "/"
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
        and "origin" not in headers
    )


def _with_headers(scope: Scope, send: Send) -> Send:
    host = Headers(scope=scope)["host"]

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers.setdefault("Content-Security-Policy", PAGE_POLICY.format(host=host))
        await send(message)

    return send_with_headers
