"""How often is too often."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from acme_server import ratelimit
from acme_server.caller import Caller
from acme_server.calls import RATE_LIMITED
from acme_server.ratelimit import Limit, Limiter, Limits, Settings

from tests.harness import connect, http, initialize, new_app

OFF = {
    "MCP_RATE_PER_MINUTE": 0,
    "MCP_RATE_GLOBAL_PER_MINUTE": 0,
    "MCP_RATE_HTTP_PER_MINUTE": 0,
    "MCP_RATE_MAX_CALLERS": 10,
}


class Server:
    """A limiter around an endpoint that always answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.clock = 100.0
        self.caller = "alice"
        self.scopes: list[str] = []
        self.limiter = Limiter(Settings.model_validate({**OFF, **settings}))
        self.limiter.refused = self.scopes.append
        monkeypatch.setattr(time, "time", lambda: self.clock)
        monkeypatch.setattr(ratelimit, "caller_of", lambda _: Caller(self.caller))

    async def call(self, tool: str, n: int, method: str = "tools/call") -> tuple[int, MCPError | None]:
        """Call a tool n times; return how often that went well, and the last error."""

        async def answer(_: Any) -> dict[str, Any]:
            return {}

        ctx: Any = SimpleNamespace(method=method, params={"name": tool})
        served, last = 0, None
        for _ in range(n):
            try:
                await self.limiter.middleware(ctx, answer)
                served += 1
            except MCPError as e:
                last = e
        return served, last


@pytest.mark.anyio
async def test_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(monkeypatch, MCP_RATE_PER_MINUTE=60, MCP_RATE_BURST=3)
    served, refusal = await server.call("echo", 5)
    assert served == 3
    assert refusal is not None
    assert refusal.code == RATE_LIMITED
    assert refusal.message == "too many requests (caller limit): try again in 3s"
    assert refusal.data["retryAfterMs"] == 3000
    server.caller = "bob"
    assert (await server.call("echo", 1))[0] == 1
    server.caller, server.clock = "alice", server.clock + 3.001
    assert (await server.call("echo", 5))[0] == 3
    assert (await server.call("", 1, "tools/list"))[0] == 1  # lists are not counted


@pytest.mark.anyio
async def test_tool_and_global(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(monkeypatch, MCP_RATE_GLOBAL_PER_MINUTE=60, MCP_RATE_GLOBAL_BURST=4, MCP_RATE_TOOLS="slow=2,free=0")
    assert (await server.call("slow", 5))[0] == 2
    # The three that the tool's limit refused must not count for everybody.
    assert (await server.call("echo", 5))[0] == 2
    assert server.scopes == ["tool"] * 3 + ["global"] * 3


@pytest.mark.anyio
async def test_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await Server(monkeypatch).call("echo", 1000) == (1000, None)


def test_http(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(monkeypatch, MCP_RATE_HTTP_PER_MINUTE=6, MCP_RATE_HTTP_BURST=1)
    client = TestClient(server.limiter.http(PlainTextResponse("here")))
    assert client.post("/mcp").text == "here"
    refused = client.post("/mcp")
    assert (refused.status_code, refused.headers["retry-after"], refused.text) == (429, "10", "too many requests\n")


def test_callers_are_forgotten() -> None:
    limits = Limits(MovingWindowRateLimiter(MemoryStorage()), Limit("caller", 1, 1), 2)
    limits.take("alice")
    limits.take("bob")
    limits.take("carol")  # in place of alice, who was away longest
    assert [limits.wait(caller) > 0 for caller in ("alice", "bob", "carol")] == [False, True, True]


def test_settings() -> None:
    with pytest.raises(ValidationError, match="MCP_RATE_TOOLS: often of slow"):
        Settings.model_validate({"MCP_RATE_TOOLS": "slow=often"})


@pytest.mark.anyio
async def test_the_whole_server() -> None:
    app, _ = new_app(MCP_RATE_PER_MINUTE="1", MCP_RATE_BURST="1", MCP_RATE_HTTP_PER_MINUTE="1", MCP_RATE_HTTP_BURST="1")
    async with connect(app) as client:
        await client.call_tool("search_notes", {"query": "x"})
        with pytest.raises(MCPError, match="too many requests") as refusal:
            await client.call_tool("search_notes", {"query": "x"})
        assert refusal.value.data["reason"] == "rate_limited"
    with http(app) as stranger:
        stranger.post("/mcp", json=initialize())
        answer = stranger.post("/mcp", json=initialize())
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
