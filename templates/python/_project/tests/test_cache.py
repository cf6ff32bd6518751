"""Which results are kept, for whom, and until when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from typing import Any

import pytest
from mcp import Client
from mcp.server.lowlevel import Server
from mcp.types import CallToolRequestParams, CallToolResult, TextContent, Tool, ToolAnnotations
from pydantic import ValidationError

from acme_server import cache as caching
from acme_server.cache import Cache, Settings, Store
from acme_server.caller import Caller
from acme_server.log import TextLog
from acme_server.middleware import Context
from acme_server.offers import Offers

from tests.harness import connect, new_app, text

REPEATS = ToolAnnotations(read_only_hint=True, idempotent_hint=True)
TOOLS = {
    "lookup": REPEATS,
    "time": ToolAnnotations(read_only_hint=True),
    "write": None,
    "fail": REPEATS,
    "poll": REPEATS,  # not configured
}


class Counting:
    """A server that counts how often its tools really run."""

    def __init__(self, client: Client, cache: Cache, runs: dict[str, int]) -> None:
        self.client, self.cache, self.runs = client, cache, runs

    async def call(self, tool: str, arguments: dict[str, Any] | None = None) -> CallToolResult:
        result = await self.client.call_tool(tool, arguments or {})
        assert isinstance(result, CallToolResult)
        return result


@asynccontextmanager
async def start(second: Store | None = None, mode: Any = "2026-07-28") -> AsyncIterator[Counting]:
    offers, runs = Offers(), dict.fromkeys(TOOLS, 0)

    async def run(_: Context, params: CallToolRequestParams) -> CallToolResult:
        runs[params.name] += 1
        text = TextContent(type="text", text=f"run {runs[params.name]}")
        return CallToolResult(content=[text], structured_content={"big": 2**62 + 1}, is_error=params.name == "fail")

    for name, hints in TOOLS.items():
        tool = Tool(name=name, input_schema={"type": "object"}, annotations=hints)
        offers.tools[name] = tool, run
    settings = Settings(MCP_CACHE_TOOLS=["lookup", "time", "write", "fail"])
    cache = Cache(settings, TextLog(StringIO()), offers.tools)
    cache.second = second
    server: Server[Any] = Server("test", **offers.handlers())
    server.middleware.append(cache.middleware)
    async with Client(server, mode=mode) as client:
        yield Counting(client, cache, runs)


@pytest.mark.anyio
async def test_only_repeatable_tools_are_cached() -> None:
    async with start() as server:
        for tool in ("lookup", "time", "fail", "poll"):
            for _ in range(3):
                await server.call(tool)
        assert server.runs == {"lookup": 1, "time": 3, "write": 0, "fail": 3, "poll": 3}
        assert (server.cache.hits, server.cache.misses) == (2, 4)


@pytest.mark.anyio
async def test_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async with start() as server:
        await server.call("lookup", {"a": 1, "b": 2})
        await server.call("lookup", {"b": 2, "a": 1})
        assert server.runs["lookup"] == 1
        await server.call("lookup", {"a": 1, "b": 3})
        for caller in (Caller("user:bob"), Caller("user:bob", ("admin",))):
            monkeypatch.setattr(caching, "caller_of", lambda _, caller=caller: caller)
            await server.call("lookup", {"a": 1, "b": 2})
        assert server.runs["lookup"] == 4


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_result_comes_out_as_it_went_in(mode: str) -> None:
    async with start(mode=mode) as server:
        results = [await server.call("lookup") for _ in range(2)]
        assert results[0] == results[1]
        assert results[1].structured_content == {"big": 2**62 + 1}
        assert server.runs["lookup"] == 1


@pytest.mark.anyio
async def test_writes_clear() -> None:
    async with start() as server:
        for tool in ("lookup", "write", "lookup"):
            await server.call(tool)
        assert server.runs["lookup"] == 2
        with pytest.raises(Exception, match="unknown tool"):
            await server.call("no such tool")
        await server.call("lookup")
        assert server.runs["lookup"] == 2  # a tool that is not there clears nothing


@pytest.mark.anyio
async def test_every_lookup_is_told() -> None:
    async with start() as server:
        looked: list[bool] = []
        server.cache.looked = looked.append
        await server.call("lookup")
        await server.call("lookup")
        assert looked == [False, True]


class Shared:
    """A second level in memory, which can fail."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.down = False

    def _up(self) -> None:
        if self.down:
            raise ConnectionError("refused")

    async def get(self, key: str) -> tuple[bytes | None, str]:
        self._up()
        return self.values.get(key), "v1"

    async def set(self, key: str, version: str, value: bytes, ttl: float) -> None:
        self._up()
        assert (version, ttl) == ("v1", 300)
        self.values[key] = value

    async def clear(self) -> None:
        self._up()
        self.values.clear()


@pytest.mark.anyio
async def test_second_level() -> None:
    shared = Shared()
    async with start(shared) as one, start(shared) as two:
        await one.call("lookup")
        await two.call("lookup")
        assert (one.runs["lookup"], two.runs["lookup"]) == (1, 0)  # the second server profits
        await one.call("write")
        assert shared.values == {}
        shared.down = True
        for _ in range(2):
            await one.call("lookup", {"a": 1})
        assert one.runs["lookup"] == 2  # the first level does its work
        await one.call("write")
        await one.call("lookup", {"a": 1})
        assert one.runs["lookup"] == 3


@pytest.mark.anyio
async def test_what_was_worked_out_before_a_write_is_not_kept() -> None:
    class Overtaken(Shared):
        """Takes a moment, in which something is written."""

        cache: Cache

        async def get(self, key: str) -> tuple[bytes | None, str]:
            found = await super().get(key)
            await self.cache.clear()
            return found

    shared = Overtaken()
    async with start(shared) as server:
        shared.cache = server.cache
        for _ in range(2):
            await server.call("lookup")
        assert server.runs["lookup"] == 2
        assert shared.values == {}


def test_settings() -> None:
    for name in ("MCP_CACHE_TTL", "MCP_CACHE_ENTRIES"):
        with pytest.raises(ValidationError, match="must be above zero"):
            Settings.model_validate({name: "0"})


@pytest.mark.anyio
async def test_the_whole_server() -> None:
    """The tools of this server whose results repeat are cached unless told otherwise."""
    app, _ = new_app()
    async with connect(app) as client:
        before, again = [text(await client.call_tool("search_notes", {"query": "cached"})) for _ in range(2)]
        assert before == again
        assert app.cache.hits == 1
        await client.call_tool("add_note", {"title": "cached", "text": "a note that says cached"})
        assert text(await client.call_tool("search_notes", {"query": "cached"})) != before
    app, _ = new_app(MCP_CACHE_TOOLS="")
    async with connect(app) as client:
        await client.call_tool("search_notes", {"query": "cached"})
        assert app.cache.misses == 0
