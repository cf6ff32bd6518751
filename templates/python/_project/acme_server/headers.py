"""The security headers of HTTP answers.

It also answers browsers that ask whether a page of another origin may call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from acme_server.middleware import Layer
from acme_server.settings import Duration

if TYPE_CHECKING:
    from acme_server.app import App

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",  # answers belong to one caller
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Settings(BaseModel):
    """What can be set."""

    MCP_HSTS_MAX_AGE: Duration = 8760 * 3600  # how long browsers insist on TLS; 0: not told


def security_headers(hsts: float, origins: list[str]) -> Callable[[ASGIApp], ASGIApp]:
    """Set the headers; hsts is in seconds. Pages of the origins given may call; "*" stands for all."""

    def wrap(inner: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await inner(scope, receive, send)
            asked = Headers(scope=scope)
            told = _ALWAYS | _cors(asked, origins)
            # Told over plain HTTP, browsers ignore it. Where a proxy ends TLS, the header
            # is that proxy's word; at worst a client fools itself.
            if hsts > 0 and "https" in (scope.get("scheme"), asked.get("x-forwarded-proto")):
                told["Strict-Transport-Security"] = f"max-age={int(hsts)}; includeSubDomains"

            async def with_headers(message: Message) -> None:
                if message["type"] == "http.response.start":
                    own = MutableHeaders(raw=list(message["headers"]))
                    own.update(told)
                    message = {**message, "headers": own.raw}
                await send(message)

            if _preflight(scope, asked, told):
                return await Response(status_code=204)(scope, receive, with_headers)
            return await inner(scope, receive, with_headers)

        return serve

    return wrap


def _cors(asked: Headers, origins: list[str]) -> dict[str, str]:
    """Return what CORS wants for an allowed origin.

    Other origins get no such header, so that the browser keeps the answer from the
    page; that their requests are refused as well is the origin check's matter.
    """
    if not origins:
        return {}
    origin = asked.get("origin")
    if not origin or not {origin, "*"} & set(origins):
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Mcp-Session-Id, WWW-Authenticate, Retry-After",
    }


def _preflight(scope: Scope, asked: Headers, told: dict[str, str]) -> bool:
    """Tell whether a request is no more than the question, and complete the answer."""
    allowed = "Access-Control-Allow-Origin" in told
    if not allowed or scope["method"] != "OPTIONS" or not asked.get("access-control-request-method"):
        return False
    told["Access-Control-Allow-Methods"] = "POST, GET, DELETE"
    # The origin is trusted, and the protocol has headers of names made up by tools.
    told["Access-Control-Allow-Headers"] = asked.get("access-control-request-headers", "")
    told["Access-Control-Max-Age"] = "600"
    return True


def join(app: App) -> None:
    """Set the headers outside of the check of the origin: even a refusal carries them."""
    config = app.config
    app.wrap(Layer.HEADERS, security_headers(config.MCP_HSTS_MAX_AGE, config.MCP_HTTP_ORIGINS))
