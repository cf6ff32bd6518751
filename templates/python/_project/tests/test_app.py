"""How the parts are joined, and what they make."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncBaseTransport, Request, Response
from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR
from starlette.types import ASGIApp, Receive, Scope, Send

from acme_server.added import FEATURES
from acme_server.middleware import Context, Layer, Middleware, Stage
from acme_server.parts import parts

from tests.harness import REVISIONS, connect, has, http, initialize, new_app, offer, text

pytestmark = pytest.mark.anyio


ORDER = """
    logging secrets pii server otel metrics health cache redis retry breaker ssrf
    origin apikeys jwt oauth auth rbac headers limits sessions ratelimit bulkhead timeouts audit
    pagination pathguard elicitation tasks tools resources subscriptions prompts
""".split()  # noqa: SIM905 - so it is read more easily


def test_the_order_of_the_parts() -> None:
    """A part relies on those above it: this order is deliberate."""
    names = [name for name, _ in parts()]
    assert names == [name for name in ORDER if name in names]


async def test_the_order_of_the_stages() -> None:
    app, _ = new_app()
    passed: list[str] = []

    def note(name: str) -> Middleware:
        async def middleware(ctx: Context, call_next: CallNext) -> HandlerResult:
            if ctx.method == "tools/list":
                passed.append(name)
            return await call_next(ctx)

        return middleware

    for stage in reversed(Stage):
        app.chain.use(stage, note(stage))
        app.chain.use(stage, note(f"{stage} again"))
    app.server.middleware[:] = app.chain.all
    async with connect(app) as client:
        await client.list_tools()
    stages = ["error", "rate", "authz", "audit", "sanitise", "response limit", "timing", "logging"]
    assert passed == [name for stage in stages for name in (stage, f"{stage} again")]


def test_the_order_of_the_layers() -> None:
    app, _ = new_app()
    passed: list[str] = []

    def note(name: str) -> Any:
        def wrap(inner: ASGIApp) -> ASGIApp:
            async def serve(scope: Scope, receive: Receive, send: Send) -> None:
                passed.append(name)
                await inner(scope, receive, send)

            return serve

        return wrap

    for layer in reversed(Layer):
        app.wrap(layer, note(layer))
        app.wrap(layer, note(f"{layer} again"))
    with http(app) as client:
        client.post("/mcp", json=initialize())
    layers = ["headers", "origin", "trace", "auth", "session"]
    assert [p for p in passed if p in layers] == layers
    assert [p.removesuffix(" again") for p in passed[1::2]] == passed[::2]


async def test_the_order_of_the_wrappers_of_outgoing_calls() -> None:
    app, _ = new_app()
    passed: list[str] = []

    class Note(AsyncBaseTransport):
        def __init__(self, name: str, inner: AsyncBaseTransport | None) -> None:
            self.name, self.inner = name, inner

        async def handle_async_request(self, request: Request) -> Response:
            passed.append(self.name)
            return await self.inner.handle_async_request(request) if self.inner else Response(204)

    app._transports.clear()
    app.transport = lambda: Note("network", None)
    app.wrap_transport(lambda inner: Note("retry", inner))
    app.wrap_transport(lambda inner: Note("breaker", inner))
    async with app.http_client() as client:
        await client.get("http://127.0.0.1/")
    assert passed == ["retry", "breaker", "network"]


async def test_notes_are_written_and_found() -> None:
    app, _ = new_app()
    async with connect(app) as client:
        added = await client.call_tool("add_note", {"title": "Milk", "text": "two bottles"})
        assert added.structured_content == {"id": "n2", "title": "Milk", "text": "two bottles", "tags": []}
        found = await client.call_tool("search_notes", {"query": "BOTTLES"})
        assert found.structured_content == {"notes": [added.structured_content], "total": 1}


async def test_tools_are_complete() -> None:
    """What clients show to users and to models is part of the contract."""
    app, _ = new_app(MCP_FETCH_HOSTS="example.com")
    async with connect(app) as client:
        tools = (await client.list_tools()).tools
    assert "fetch_page" in [tool.name for tool in tools]
    for tool in tools:
        if tool.name not in app.offers.tools:
            continue  # mcpctl add has added it
        assert tool.title
        assert tool.description
        assert tool.output_schema
        assert tool.icons
        assert tool.input_schema["additionalProperties"] is False
        assert tool.annotations is not None
        assert None not in (tool.annotations.destructive_hint, tool.annotations.open_world_hint)


@pytest.mark.parametrize(
    "arguments",
    [
        {"query": "", "limit": 1000},
        {"query": 1},
        {},
        {"query": "", "colour": "red"},
        {"query": "x" * 201},
    ],
)
async def test_arguments_are_checked(arguments: dict[str, Any]) -> None:
    app, _ = new_app()
    async with connect(app) as client:
        assert (await client.call_tool("search_notes", arguments)).is_error


async def test_what_fails_within_is_told_to_the_log_alone() -> None:
    app, log = new_app()

    async def broken(*_: Any) -> Any:
        raise OSError("the password is hunter2")

    offer(app, "broken", broken)
    async with connect(app) as client:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("broken", {})
        assert refused.value.error.code == INTERNAL_ERROR
        assert "hunter2" not in str(refused.value)
        await client.list_tools()
    assert "a request failed" in log.getvalue()


async def test_a_tool_that_fails_says_no_more_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    app, log = new_app()

    def broken(_: str) -> Any:
        raise OSError("the password is hunter2")

    monkeypatch.setattr(app.deps.notes, "search", broken)
    async with connect(app) as client:
        result = await client.call_tool("search_notes", {"query": ""})
    assert '"code":"internal"' in text(result)
    assert "hunter2" not in text(result)
    assert "a tool failed" in log.getvalue()


async def test_only_what_there_is_is_declared() -> None:
    app, _ = new_app()
    async with connect(app) as client:
        declared = client.server_capabilities
        assert declared is not None
        assert declared.tools is not None
        assert (declared.resources is not None) == (has("resources") or "resources" in FEATURES)
        assert (declared.prompts is not None) == (has("prompts") or "prompts" in FEATURES)
        assert (declared.logging is not None) == ("list_roots" in app.offers.tools)


async def test_statistics() -> None:
    app, log = new_app()
    async with connect(app) as client:
        await client.call_tool("search_notes", {"query": ""})
        await client.call_tool("search_notes", {})
    app.stats.tell(app.log, "statistics")
    assert app.stats.requests >= 4
    assert app.stats.failures == 1
    assert app.stats.under_way == 0
    assert "statistics" in log.getvalue()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_lists_may_be_kept_by_their_caller(revision: str) -> None:
    app, _ = new_app(MCP_LIST_TTL="7s")
    async with connect(app, revision if revision >= "2026" else "legacy") as client:
        listed = await client.list_tools()
        if revision >= "2026":
            assert (listed.ttl_ms, listed.cache_scope) == (7000, "private")
