"""Spans and measures of HTTP requests, in and out, named as the OpenTelemetry conventions want them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from httpx2 import AsyncBaseTransport, Request, Response
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.util.types import AttributeValue
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from acme_server.otel_spans import Telemetry

_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]  # seconds

_METHODS = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}


def server(telemetry: Telemetry, app: ASGIApp) -> ASGIApp:
    """Make a span for each HTTP request to app.

    The span is passed on in the request's header, for the context of an MCP
    session is not that of the HTTP request.
    """
    duration = telemetry.histogram("http.server.request.duration", "Duration of HTTP server requests.", _BOUNDS)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        labels = {
            **_where(scope["method"], f"{scope['scheme']}://{headers.get('host', '')}"),
            "network.protocol.version": scope["http_version"],
            "http.route": scope["path"],
        }
        about = {**labels, "url.path": scope["path"]}
        peer = scope.get("client")
        if peer:
            about |= {"network.peer.address": peer[0], "network.peer.port": peer[1]}
            about["client.address"] = headers.get("x-forwarded-for", "").split(",")[0].strip() or peer[0]
        if agent := headers.get("user-agent"):
            about["user_agent.original"] = agent
        parent = telemetry.extract(dict(headers))
        name = f"{_method(scope['method'])} {scope['path']}"
        span = telemetry.tracer.start_span(name, parent, SpanKind.SERVER, about)
        passed_on = telemetry.inject(trace.set_span_in_context(span, parent))
        start = time.perf_counter()

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                labels["http.response.status_code"] = message["status"]
                span.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= 500:
                    span.set_status(StatusCode.ERROR)
            await send(message)

        try:
            kept = [(k, v) for k, v in scope["headers"] if k.decode("latin-1") not in passed_on]
            more = [(k.encode(), v.encode()) for k, v in passed_on.items()]
            await app({**scope, "headers": kept + more}, receive, watch)
        finally:
            span.end()
            duration.record(time.perf_counter() - start, labels)

    return serve


class Client(AsyncBaseTransport):
    """Makes a span for each outgoing HTTP call and tells the other side of it."""

    def __init__(self, telemetry: Telemetry, transport: AsyncBaseTransport) -> None:
        """Wrap transport."""
        self._telemetry, self._transport = telemetry, transport
        self._duration = telemetry.histogram(
            "http.client.request.duration", "Duration of HTTP client requests.", _BOUNDS
        )

    async def handle_async_request(self, request: Request) -> Response:
        """Send a request."""
        labels = _where(request.method, str(request.url))
        url = str(request.url.copy_with(username=None, password=None))
        name = f"HTTP {request.method}"
        start = time.perf_counter()
        span = self._telemetry.tracer.start_span(name, None, SpanKind.CLIENT, {**labels, "url.full": url})
        request.headers.update(self._telemetry.inject(trace.set_span_in_context(span)))
        try:
            response = await self._transport.handle_async_request(request)
        except BaseException as error:
            labels["error.type"] = type(error).__name__
            span.set_status(StatusCode.ERROR, str(error))
            raise
        else:
            labels["http.response.status_code"] = response.status_code
            if response.status_code >= 400:
                span.set_attribute("error.type", str(response.status_code))
                span.set_status(StatusCode.ERROR)
            return response
        finally:
            span.set_attributes(labels)
            span.end()
            self._duration.record(time.perf_counter() - start, labels)

    async def aclose(self) -> None:
        """Close what it wraps."""
        await self._transport.aclose()


def _where(method: str, url: str) -> dict[str, AttributeValue]:
    at = urlsplit(url)
    found: dict[str, AttributeValue] = {
        "http.request.method": _method(method, "_OTHER"),
        "url.scheme": at.scheme,
        "server.address": at.hostname or "",
    }
    if (at.scheme, at.port) not in (("http", 80), ("https", 443)) and at.port:
        found["server.port"] = at.port
    return found


def _method(method: str, other: str = "HTTP") -> str:
    return method if method in _METHODS else other
