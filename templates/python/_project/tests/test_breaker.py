"""When circuits open and close."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import StringIO
from types import SimpleNamespace
from typing import Any

import anyio
import httpx2
import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, CallToolResult
from pydantic import ValidationError

from acme_server.breaker import Breakers, OpenError, Settings
from acme_server.calls import UNAVAILABLE
from acme_server.log import TextLog

from tests.harness import connect, new_app, offer


class Upstream(httpx2.AsyncBaseTransport):
    """Answers as it is told, and counts."""

    def __init__(self, answer: Callable[[], int]) -> None:
        self.answer = answer
        self.asked = 0
        self.clock = 0.0
        self.log = StringIO()
        settings = Settings(MCP_BREAKER_TOOLS=["fetch"])
        self.breakers = Breakers(settings, TextLog(self.log), lambda: self.clock)
        self.guarded = self.breakers.transport(self)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:  # noqa: ARG002
        self.asked += 1
        return httpx2.Response(self.answer())

    async def ask(self, host: str, n: int) -> None:
        for _ in range(n):
            await self.guarded.handle_async_request(httpx2.Request("GET", f"http://{host}/"))


@pytest.mark.anyio
async def test_transport() -> None:
    up = Upstream(lambda: 502)
    await up.ask("a:8080", 5)
    with pytest.raises(OpenError, match="a:8080 keeps failing") as error:
        await up.ask("a:8080", 1)
    assert error.value.permanent
    assert up.asked == 5
    await up.ask("b", 1)  # another host

    up.clock, up.asked = 31, 0
    up.answer = lambda: 200
    await up.ask("a:8080", 10)
    assert up.asked == 10
    changes = [line.partition("breaker=")[2] for line in up.log.getvalue().splitlines()]
    assert changes == [
        '"host a:8080" from=closed to=open',
        '"host a:8080" from=open to=half-open',
        '"host a:8080" from=half-open to=closed',
    ]


@pytest.mark.anyio
async def test_a_trial_that_fails_opens_again() -> None:
    up = Upstream(lambda: 502)
    await up.ask("a", 5)
    up.clock = 31
    await up.ask("a", 1)
    with pytest.raises(OpenError):
        await up.ask("a", 1)


@pytest.mark.anyio
async def test_so_many_trials_at_once() -> None:
    up = Upstream(lambda: 502)
    await up.ask("a", 5)
    up.clock = 31
    release = anyio.Event()
    circuit, refused = up.breakers.host("a"), 0

    async def trial() -> None:
        nonlocal refused
        try:
            await circuit.run(release.wait, lambda _: False, lambda: OpenError("a"))
        except OpenError:
            refused += 1

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(trial)
        await anyio.wait_all_tasks_blocked()
        assert refused == 2
        release.set()


def failing(error: BaseException) -> Callable[[], int]:
    def fail() -> int:
        raise error

    return fail


@pytest.mark.anyio
async def test_what_is_no_failure() -> None:
    up = Upstream(lambda: 404)
    await up.ask("a", 10)
    up.answer = failing(asyncio.CancelledError())
    for _ in range(10):  # callers who hang up
        with pytest.raises(asyncio.CancelledError):
            await up.ask("a", 1)
    assert up.asked == 20


@pytest.mark.anyio
async def test_what_is_a_failure() -> None:
    up = Upstream(failing(httpx2.ConnectError("refused")))
    for _ in range(5):
        with pytest.raises(httpx2.ConnectError):
            await up.ask("a", 1)
    with pytest.raises(OpenError):
        await up.ask("a", 1)

    # Deadlines are, too: who does not answer in time fails.
    circuit = up.breakers.host("b")
    for _ in range(5):
        with anyio.move_on_after(0.001):
            await circuit.run(anyio.sleep_forever, lambda _: False, lambda: OpenError("b"))
    with pytest.raises(OpenError):
        await up.ask("b", 1)


@pytest.mark.anyio
async def test_hosts_are_bounded() -> None:
    up = Upstream(lambda: 200)
    assert len({up.breakers.host(f"h{i}") for i in range(1010)}) == 1001


class Tool:
    """A tool behind the breakers."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Any = {"isError": True}
        self.breakers = Upstream(lambda: 200).breakers

    async def call(self, tool: str, n: int) -> Exception | None:
        """Call it n times; return the last error."""

        async def answer(_: Any) -> Any:
            self.asked += 1
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        last: Exception | None = None
        ctx: Any = SimpleNamespace(method="tools/call", params={"name": tool})
        for _ in range(n):
            try:
                await self.breakers.tools(ctx, answer)
                last = None
            except Exception as e:
                last = e
        return last


@pytest.mark.anyio
async def test_tools() -> None:
    tool = Tool()
    assert await tool.call("other", 10) is None
    assert tool.asked == 10
    tool.answer, tool.asked = MCPError(INVALID_PARAMS, "a mistake of the caller"), 0
    await tool.call("fetch", 10)
    assert tool.asked == 10
    tool.answer, tool.asked = {"isError": True}, 0
    refusal = await tool.call("fetch", 10)
    assert tool.asked == 5
    assert isinstance(refusal, MCPError)
    assert (refusal.code, refusal.data["retryAfterMs"]) == (UNAVAILABLE, 30000)
    assert refusal.message == 'the tool "fetch" keeps failing and rests for a while'


@pytest.mark.anyio
async def test_a_tool_that_breaks() -> None:
    tool = Tool()
    tool.answer = RuntimeError("broken")
    await tool.call("fetch", 10)
    assert tool.asked == 5


def test_settings() -> None:
    for name in ("MCP_BREAKER_FAILURES", "MCP_BREAKER_OPEN", "MCP_BREAKER_HALF_OPEN"):
        with pytest.raises(ValidationError, match="must be above zero"):
            Settings.model_validate({name: "0"})


@pytest.mark.anyio
async def test_the_whole_server() -> None:
    async def fail(*_: Any) -> CallToolResult:
        return CallToolResult(content=[], is_error=True)

    app, log = new_app(MCP_BREAKER_TOOLS="fail", MCP_BREAKER_FAILURES="2")
    offer(app, "fail", fail)
    async with connect(app) as client:
        for _ in range(2):
            assert (await client.call_tool("fail", {})).is_error
        with pytest.raises(MCPError, match="rests for a while"):
            await client.call_tool("fail", {})
    assert "a circuit breaker changed" in log.getvalue()
