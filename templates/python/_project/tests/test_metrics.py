"""The metrics."""

from __future__ import annotations

from asyncio import CancelledError
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any, cast

import pytest
from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from acme_server.metrics import MOST_NAMES, Metrics
from acme_server.middleware import Context, Middleware

from tests.harness import META, MODERN, admin, connect, http, message, new_app


@pytest.fixture
def metrics() -> Metrics:
    return new_metrics()


def new_metrics(runtime: bool = False) -> Metrics:
    return Metrics(runtime, "v1.2.3", lambda: {"weather": True, "redis": False})


def scrape(metrics: Metrics) -> str:
    """Return what a scraper gets."""
    answer = TestClient(Starlette(routes=[Route("/metrics", metrics.serve)])).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def expect(metrics: Metrics, *lines: str) -> None:
    got = scrape(metrics).splitlines()
    for line in lines:
        assert line in got


def call(tool: str, method: str = "tools/call") -> Context:
    return ServerRequestContext(
        session=cast(Any, None),
        lifespan_context={},
        protocol_version="2026-07-28",
        method=method,
        params={"name": tool},
    )


async def run(middleware: Middleware, ctx: Context, answer: HandlerResult | BaseException) -> None:
    async def handler(_: Context) -> HandlerResult:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    if not isinstance(answer, BaseException):
        await middleware(ctx, handler)
        return
    with pytest.raises(type(answer)) as caught:  # what goes wrong is counted and goes on
        await middleware(ctx, handler)
    assert caught.value is answer


@pytest.mark.anyio
async def test_requests_are_counted_by_method_and_outcome(metrics: Metrics) -> None:
    await run(metrics.requests, call("greet"), {"content": []})
    await run(metrics.requests, call("greet"), MCPError(-32000, "too many"))
    await run(metrics.requests, call("", "tools/list"), RuntimeError("disk on fire"))
    await run(metrics.requests, call("", "made/up"), {})
    expect(
        metrics,
        'mcp_requests_total{method="tools/call",outcome="ok"} 1.0',
        'mcp_requests_total{method="tools/call",outcome="rejected"} 1.0',
        'mcp_requests_total{method="tools/list",outcome="failed"} 1.0',
        'mcp_requests_total{method="other",outcome="ok"} 1.0',
        'mcp_request_duration_seconds_count{method="tools/call"} 2.0',
        "mcp_requests_in_flight 0.0",
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "line"),
    [("tools/call", "mcp_requests_in_flight"), ("subscriptions/listen", "mcp_subscription_streams")],
)
async def test_in_flight(metrics: Metrics, method: str, line: str) -> None:
    async def handler(_: Context) -> HandlerResult:
        expect(metrics, f"{line} 1.0")
        return {}

    await metrics.requests(call("greet", method), handler)
    expect(metrics, f"{line} 0.0")
    timed = f'mcp_request_duration_seconds_count{{method="{method}"}}' in scrape(metrics)
    assert timed == (method == "tools/call")  # a stream that stays open is not timed


@pytest.mark.anyio
async def test_sessions_are_open_until_their_connection_ends(metrics: Metrics) -> None:
    async with AsyncExitStack() as connection:
        ctx = call("", "initialize")
        ctx.session = cast(Any, SimpleNamespace(_connection=SimpleNamespace(exit_stack=connection)))
        await run(metrics.requests, ctx, MCPError(INVALID_PARAMS, "no version"))
        expect(metrics, "mcp_sessions 0.0")
        await run(metrics.requests, ctx, {"protocolVersion": "2025-11-25"})
        expect(metrics, "mcp_sessions 1.0")
    expect(metrics, "mcp_sessions 0.0")


@pytest.mark.anyio
async def test_tools_are_counted_by_name(metrics: Metrics) -> None:
    await run(metrics.tools, call("greet"), {"content": []})
    await run(metrics.tools, call("greet"), {"content": [], "isError": True})
    await run(metrics.tools, call("", "tools/list"), {"tools": []})
    expect(
        metrics,
        'mcp_tool_calls_total{outcome="ok",tool="greet"} 1.0',
        'mcp_tool_calls_total{outcome="tool_error",tool="greet"} 1.0',
        'mcp_tool_duration_seconds_count{tool="greet"} 2.0',
    )


@pytest.mark.anyio
async def test_callers_cannot_make_up_labels(metrics: Metrics) -> None:
    for i in range(20):
        await run(metrics.tools, call(f"made-up-{i}"), MCPError(INVALID_PARAMS, "unknown tool"))
    expect(metrics, 'mcp_tool_calls_total{outcome="rejected",tool="other"} 20.0')

    # A tool that the server lists has a label even before it ever did well.
    await run(metrics.requests, call("", "tools/list"), {"tools": [{"name": "broken"}]})
    await run(metrics.tools, call("broken"), RuntimeError("disk on fire"))
    expect(metrics, 'mcp_tool_calls_total{outcome="failed",tool="broken"} 1.0')

    metrics.learn(f"tool-{i}" for i in range(2 * MOST_NAMES))
    await run(metrics.tools, call(f"tool-{2 * MOST_NAMES - 1}"), {"content": []})
    expect(metrics, 'mcp_tool_calls_total{outcome="ok",tool="other"} 1.0')


def test_http_responses_are_counted_by_code(metrics: Metrics) -> None:
    TestClient(metrics.http(PlainTextResponse("no", 403))).post("/mcp")
    expect(metrics, 'mcp_http_responses_total{code="403"} 1.0')


def test_the_rest(metrics: Metrics) -> None:
    metrics.cache_lookup(hit=True)
    metrics.cache_lookup(hit=False)
    metrics.rate_limited("caller")
    expect(
        metrics,
        'mcp_cache_lookups_total{result="hit"} 1.0',
        'mcp_cache_lookups_total{result="miss"} 1.0',
        'mcp_rate_limit_refusals_total{scope="caller"} 1.0',
        'mcp_dependency_up{dependency="weather"} 1.0',
        'mcp_dependency_up{dependency="redis"} 0.0',
    )
    got = scrape(metrics)
    assert 'revision="unknown"' in got
    assert 'version="v1.2.3"} 1.0' in got
    assert "_created" not in got
    assert "python_gc" not in got
    assert "python_gc" in scrape(new_metrics(runtime=True))


@pytest.mark.anyio
async def test_summary(metrics: Metrics) -> None:
    for _ in range(3):
        await run(metrics.requests, call("greet"), {"content": []})
    await run(metrics.requests, call("greet"), CancelledError())
    summary = metrics.summary()
    assert summary.pop("uptime_seconds") >= 0
    assert summary == {"requests": {"cancelled": 1, "ok": 3}}


@pytest.mark.anyio
async def test_metrics_are_served_on_the_admin_port() -> None:
    app, _ = new_app()
    async with connect(app) as client:
        await client.list_tools()
        got = admin(app).get("/metrics").text
    for want in ('{method="tools/list",outcome="ok"} 1.0', "mcp_sessions 1.0", 'version="test"} 1.0', "python_gc"):
        assert want in got
    with http(app) as port:
        assert port.get("/metrics").status_code == 404  # the MCP port does not serve them to everybody


def test_refusals_of_the_port_are_counted() -> None:
    app, _ = new_app()
    with http(app) as port:
        assert port.post("/mcp", content="{}", headers={"Origin": "https://evil.example"}).status_code == 403
    assert 'mcp_http_responses_total{code="403"} 1.0' in admin(app).get("/metrics").text


@pytest.mark.anyio
async def test_final_metrics_are_logged() -> None:
    app, log = new_app()
    await app.life.start()
    async with connect(app) as client:
        await client.list_tools()
    await app.life.stop()
    assert "final metrics" in log.getvalue()
    assert "uptime_seconds" in log.getvalue()


def test_a_call_over_http_is_one_request() -> None:
    app, _ = new_app()
    call: dict[str, Any] = {"name": "search_notes", "arguments": {"query": ""}, "_meta": META}
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "search_notes"}
    with http(app) as port:
        port.post("/mcp", json=message("tools/call", **call), headers=headers)
    assert app.metrics.summary()["requests"] == {"ok": 1}
