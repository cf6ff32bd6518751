"""Traces and metrics for a collector."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, cast

import pytest
from httpx2 import AsyncClient, MockTransport, Request, Response
from mcp import Client as McpClient
from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, CallToolRequestParams, CallToolResult, ElicitResult, ListToolsResult, Tool
from opentelemetry import baggage
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from pydantic import ValidationError
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from acme_server import observe
from acme_server.middleware import Context
from acme_server.otel import Settings
from acme_server.otel_http import Client, server
from acme_server.otel_spans import Ids, Telemetry, TelemetryError, connect

from tests.harness import connect as connect_to
from tests.harness import new_app

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
OTHER = "00-11111111111111111111111111111111-2222222222222222-01"


class Recorder:
    """A telemetry that keeps everything."""

    def __init__(self) -> None:
        self._spans, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        traces = TracerProvider(id_generator=Ids(), shutdown_on_exit=False)
        traces.add_span_processor(SimpleSpanProcessor(self._spans))
        self.telemetry = Telemetry(traces, MeterProvider([self._reader], shutdown_on_exit=False))

    @property
    def span(self) -> ReadableSpan:
        """The only span."""
        (span,) = self._spans.get_finished_spans()
        return span

    @property
    def points(self) -> list[tuple[str, HistogramDataPoint]]:
        data = cast(Any, self._reader.get_metrics_data())
        metrics = [m for r in data.resource_metrics for s in r.scope_metrics for m in s.metrics]
        return [(m.name, point) for m in metrics for point in m.data.data_points]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def request(method: str = "tools/call", http: dict[str, str] | None = None, **params: Any) -> Context:
    return ServerRequestContext(
        session=cast(Any, SimpleNamespace(_connection=SimpleNamespace(session_id="session-1"))),
        lifespan_context={},
        protocol_version="2025-11-25",
        method=method,
        params=params,
        request=None if http is None else SimpleNamespace(headers=http, scope={}),
    )


async def run(telemetry: Telemetry, ctx: Context, answer: HandlerResult | BaseException) -> None:
    async def handler(_: Context) -> HandlerResult:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    if not isinstance(answer, BaseException):
        await telemetry.receive(ctx, handler)
        return
    with pytest.raises(type(answer)) as caught:
        await telemetry.receive(ctx, handler)
    assert caught.value is answer


DONE: HandlerResult = {"content": []}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("ctx", "answer", "name", "status", "attributes"),
    [
        (
            request(name="greet"),
            DONE,
            "tools/call greet",
            StatusCode.UNSET,
            {
                "mcp.method.name": "tools/call",
                "mcp.protocol.version": "2025-11-25",
                "mcp.session.id": "session-1",
                "gen_ai.tool.name": "greet",
                "gen_ai.operation.name": "execute_tool",
                "network.transport": "pipe",
                "error.type": None,
            },
        ),
        (
            request(name="greet"),
            {"content": [], "isError": True},
            "tools/call greet",
            StatusCode.ERROR,
            {"error.type": "tool_error"},
        ),
        (
            request(name="made-up"),
            MCPError(INVALID_PARAMS, "unknown"),
            "tools/call",
            StatusCode.UNSET,
            {"error.type": "rejected", "rpc.response.status_code": "-32602"},
        ),
        (request(name="greet"), RuntimeError("fire"), "tools/call", StatusCode.ERROR, {"error.type": "failed"}),
        (
            request("prompts/get", name="review"),
            {"messages": []},
            "prompts/get review",
            StatusCode.UNSET,
            {"gen_ai.prompt.name": "review"},
        ),
        (
            request("tools/list", {}),
            {"tools": []},
            "tools/list",
            StatusCode.UNSET,
            {"network.transport": "tcp", "network.protocol.name": "http"},
        ),
    ],
)
async def test_span_of_a_request(
    recorder: Recorder,
    ctx: Context,
    answer: HandlerResult | BaseException,
    name: str,
    status: StatusCode,
    attributes: dict[str, Any],
) -> None:
    await run(recorder.telemetry, ctx, answer)
    span = recorder.span
    assert (span.name, span.status.status_code, span.kind) == (name, status, SpanKind.SERVER)
    assert {key: dict(span.attributes or {}).get(key) for key in attributes} == attributes


@pytest.mark.anyio
async def test_trace_context_comes_from_meta(recorder: Recorder) -> None:
    meta = {"traceparent": PARENT, "tracestate": "vendor=1", "baggage": "tenant=acme", "progressToken": 7}

    async def handler(_: Context) -> HandlerResult:
        assert baggage.get_baggage("tenant") == "acme"
        assert observe.correlation() == TRACE
        return None

    await recorder.telemetry.receive(request(http={"traceparent": OTHER}, name="greet", _meta=meta), handler)
    span = recorder.span
    assert f"{span.context.trace_id:032x}" == TRACE
    assert span.context.trace_state.get("vendor") == "1"
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert [f"{link.context.span_id:016x}" for link in span.links] == ["2" * 16]  # that of the HTTP request


@pytest.mark.anyio
async def test_a_trace_has_the_id_of_the_log(recorder: Recorder) -> None:
    with observe.correlated(TRACE):
        await run(recorder.telemetry, request(name="greet"), DONE)
    assert f"{recorder.span.context.trace_id:032x}" == TRACE


@pytest.mark.anyio
async def test_measure(recorder: Recorder) -> None:
    for _ in range(2):
        await run(recorder.telemetry, request(name="greet"), DONE)
    await run(recorder.telemetry, request("subscriptions/listen"), None)  # open for hours: not measured
    ((name, point),) = recorder.points
    assert (name, point.count) == ("mcp.server.operation.duration", 2)
    assert dict(point.attributes or {}) == {"mcp.method.name": "tools/call", "gen_ai.tool.name": "greet"}


@pytest.mark.anyio
async def test_trace_context_goes_out_in_meta(recorder: Recorder) -> None:
    """A tool that asks its caller's user something carries the trace on."""
    asked: list[Any] = []

    async def ask(ctx: Context, _: CallToolRequestParams) -> CallToolResult:
        await ctx.session.elicit_form("sure?", {"type": "object", "properties": {}})
        return CallToolResult(content=[])

    async def tools(_ctx: Context, _params: Any) -> ListToolsResult:
        return ListToolsResult(tools=[Tool(name="ask", input_schema={"type": "object"})])

    async def answer(_: Any, params: Any) -> ElicitResult:
        asked.append(params.meta)
        return ElicitResult(action="decline")

    mcp: Server[Any] = Server("acme-server", on_call_tool=ask, on_list_tools=tools)
    mcp.middleware.append(recorder.telemetry.receive)
    async with McpClient(mcp, elicitation_callback=cast(Any, answer), mode="legacy") as client:
        await client.call_tool("ask", meta=cast(Any, {"traceparent": PARENT}))
    ((meta),) = asked
    assert meta["traceparent"][3:35] == TRACE
    assert meta["traceparent"] != PARENT


def test_the_http_server_passes_its_span_on(recorder: Recorder) -> None:
    seen = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(dict(scope["headers"]))
        await PlainTextResponse("broken", 503)(scope, receive, send)

    TestClient(server(recorder.telemetry, app)).post("/mcp", headers={"Traceparent": PARENT})
    span = recorder.span
    assert seen[b"traceparent"].decode() == f"00-{TRACE}-{span.context.span_id:016x}-01"
    assert (span.name, span.status.status_code) == ("POST /mcp", StatusCode.ERROR)
    want = {
        "http.request.method": "POST",
        "http.route": "/mcp",
        "http.response.status_code": 503,
        "server.address": "testserver",
        "url.scheme": "http",
    }
    assert {key: dict(span.attributes or {}).get(key) for key in want} == want
    assert [(name, point.count) for name, point in recorder.points] == [("http.server.request.duration", 1)]


@pytest.mark.anyio
async def test_the_http_client_tells_the_other_side(recorder: Recorder) -> None:
    got: list[str] = []

    def other(request: Request) -> Response:
        got.append(request.headers["traceparent"])
        return Response(404)

    transport = Client(recorder.telemetry, MockTransport(other))
    async with AsyncClient(transport=transport) as http:
        await http.get("http://user:secret@weather.example:8080/today")
    context = recorder.span.context
    assert got == [f"00-{context.trace_id:032x}-{context.span_id:016x}-01"]
    assert (recorder.span.name, recorder.span.status.status_code) == ("HTTP GET", StatusCode.ERROR)
    attributes = dict(recorder.span.attributes or {})
    assert attributes["url.full"] == "http://weather.example:8080/today"
    assert (attributes["server.port"], attributes["http.response.status_code"]) == (8080, 404)


@pytest.mark.anyio
async def test_a_failing_call_ends_its_span(recorder: Recorder) -> None:
    def broken(_: Request) -> Response:
        raise ConnectionRefusedError("nobody there")

    async with AsyncClient(transport=Client(recorder.telemetry, MockTransport(broken))) as http:
        with pytest.raises(ConnectionRefusedError):
            await http.get("http://weather.example/")
    assert dict(recorder.span.attributes or {})["error.type"] == "ConnectionRefusedError"


class Collector(ThreadingHTTPServer):
    """The receiving end of OTLP/HTTP."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.got: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), _Received)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Received(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        self.server.got[self.path] = self.server.got.get(self.path, b"") + body
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Be silent."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.shutdown()
    made.server_close()


def settings(url: str, **more: Any) -> Settings:
    return Settings.model_validate({"MCP_OTEL_ENDPOINT": url, "MCP_OTEL_METRICS_EVERY": "1h", **more})


@pytest.mark.anyio
async def test_stop_sends_what_is_left(collector: Collector) -> None:
    telemetry = connect(settings(collector.url, MCP_OTEL_SAMPLE_RATIO="1"), "acme-server", "v1.2.3")
    await run(telemetry, request(name="greet"), DONE)
    await telemetry.stop(10)
    for path, want in (("/v1/traces", b"tools/call greet"), ("/v1/metrics", b"mcp.server.operation.duration")):
        assert want in collector.got[path]
        assert b"acme-server" in collector.got[path]


@pytest.mark.anyio
async def test_nothing_is_sampled_at_ratio_zero(collector: Collector) -> None:
    telemetry = connect(settings(collector.url, MCP_OTEL_SAMPLE_RATIO="0"), "acme-server", "dev")
    await run(telemetry, request(name="greet"), DONE)
    # A caller who keeps the trace decides for all.
    await run(telemetry, request(name="sampled", _meta={"traceparent": PARENT}), DONE)
    await telemetry.stop(10)
    assert b"sampled" in collector.got["/v1/traces"]
    assert b"greet" not in collector.got["/v1/traces"]


@pytest.mark.anyio
async def test_a_collector_that_refuses_is_told_of(collector: Collector) -> None:
    collector.status = 404
    telemetry = connect(settings(collector.url, MCP_OTEL_SAMPLE_RATIO="1"), "acme-server", "dev")
    losses: list[str] = []
    telemetry.tell_losses(losses.append)
    await run(telemetry, request(name="greet"), DONE)
    with pytest.raises(TelemetryError, match="404"):
        await telemetry.stop(10)
    assert losses == []  # what is lost at the stop is told by it


@pytest.mark.anyio
async def test_a_collector_that_is_down_is_given_up() -> None:
    telemetry = connect(settings("http://127.0.0.1:1", MCP_OTEL_SAMPLE_RATIO="1"), "acme-server", "dev")
    await run(telemetry, request(name="greet"), DONE)
    with pytest.raises(TelemetryError, match="gave up"):
        await telemetry.stop(0.05)


async def run_once(**environ: str) -> str:
    """Let a server with the settings answer one request, stop it and return its log."""
    app, log = new_app(**environ)
    await app.life.start()
    async with connect_to(app) as client:
        await client.list_tools(meta=cast(Any, {"traceparent": PARENT}))
    await app.life.stop()
    return log.getvalue()


@pytest.mark.anyio
async def test_telemetry_is_sent_at_the_stop(collector: Collector) -> None:
    log = await run_once(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    assert "telemetry" not in log
    for path in ("/v1/traces", "/v1/metrics"):
        assert b"tools/list" in collector.got[path]


@pytest.mark.anyio
async def test_no_endpoint_no_telemetry() -> None:
    assert "telemetry" not in await run_once(OTEL_EXPORTER_OTLP_ENDPOINT="")


@pytest.mark.anyio
async def test_a_collector_that_is_down_loses_spans_only() -> None:
    log = await run_once(MCP_OTEL_ENDPOINT="http://127.0.0.1:1", MCP_STOP_TIMEOUT="600ms")
    assert "the last telemetry got lost" in log


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MCP_OTEL_ENDPOINT", "localhost:4318"),
        ("MCP_OTEL_SAMPLE_RATIO", "10"),
        ("MCP_OTEL_SAMPLE_RATIO", "-0.1"),
        ("MCP_OTEL_METRICS_EVERY", "0s"),
    ],
)
def test_settings(name: str, value: str) -> None:
    assert Settings.model_validate({"MCP_OTEL_ENDPOINT": "http://a:4318"}).MCP_OTEL_SAMPLE_RATIO == 0.1
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: value})
