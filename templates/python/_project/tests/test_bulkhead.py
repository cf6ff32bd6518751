"""How much is done at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult
from pydantic import ValidationError

from acme_server.bulkhead import Bulkhead, Settings
from acme_server.calls import OVERLOADED

from tests.harness import connect, new_app, offer


class Work:
    """Is under way until it is released."""

    def __init__(self, wait: float) -> None:
        self.bulkhead = Bulkhead(Settings(MCP_MAX_CONCURRENT=2, MCP_QUEUE_LENGTH=1, MCP_QUEUE_WAIT=wait))
        self.done = anyio.Event()
        self.answers: list[Any] = []

    async def call(self, method: str = "tools/call") -> None:
        async def wait(_: Any) -> dict[str, Any]:
            await self.done.wait()
            return {}

        ctx: Any = SimpleNamespace(method=method)
        try:
            self.answers.append(await self.bulkhead(ctx, wait))
        except MCPError as e:
            self.answers.append(e)


@pytest.mark.anyio
async def test_queue() -> None:
    work = Work(5)
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(work.call)
        await anyio.wait_all_tasks_blocked()
        [refused] = work.answers  # at once: the queue is full
        work.done.set()
    assert refused.code == OVERLOADED
    assert refused.data["retryAfterMs"] == 5000
    assert work.answers[1:] == [{}, {}, {}]
    await work.call()  # and there is room again
    assert work.answers[-1] == {}


@pytest.mark.anyio
async def test_waiting_too_long() -> None:
    work = Work(0.01)
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(work.call)
        await anyio.wait_all_tasks_blocked()
        await work.call()
        assert work.answers[0].message == "the server is busy: 10ms in the queue were not enough"
        work.done.set()


@pytest.mark.anyio
async def test_a_caller_who_gives_up_while_waiting() -> None:
    work = Work(5)
    async with anyio.create_task_group() as tasks:
        for _ in range(2):
            tasks.start_soon(work.call)
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.01) as scope:
            await work.call()
        assert scope.cancelled_caught
        tasks.start_soon(work.call)  # the place in the queue is free again
        await anyio.wait_all_tasks_blocked()
        work.done.set()
    assert work.answers == [{}, {}, {}]


@pytest.mark.anyio
async def test_lists_do_not_wait() -> None:
    work = Work(5)
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(work.call)
        tasks.start_soon(work.call, "tools/list")
        await anyio.wait_all_tasks_blocked()
        work.done.set()
    assert work.answers == [{}, {}, {}, {}]


def test_settings() -> None:
    assert Settings.model_validate({"MCP_MAX_CONCURRENT": "1", "MCP_QUEUE_LENGTH": "0"}).MCP_QUEUE_LENGTH == 0
    for name in ("MCP_MAX_CONCURRENT", "MCP_QUEUE_WAIT"):
        with pytest.raises(ValidationError, match="must be above zero"):
            Settings.model_validate({name: "0"})


@pytest.mark.anyio
async def test_the_whole_server() -> None:
    done = anyio.Event()

    async def wait(*_: Any) -> CallToolResult:
        await done.wait()
        return CallToolResult(content=[])

    app, _ = new_app(MCP_MAX_CONCURRENT="1", MCP_QUEUE_LENGTH="0")
    offer(app, "wait", wait)
    async with connect(app) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.call_tool, "wait")
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(MCPError, match="the server is busy and its queue is full"):
            await client.call_tool("wait", {})
        done.set()
