"""From the boot to the end."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx2 import AsyncClient, ConnectError
from mcp.types import CallToolResult

from acme_server.__main__ import main
from acme_server.app import App
from acme_server.lifecycle import LifecycleError

from tests.harness import META, MODERN, initialize, message, new_app, offer

pytestmark = pytest.mark.anyio


class Slow:
    """A tool that begins, and ends when it is let."""

    def __init__(self, app: App) -> None:
        self.began, self.finish = asyncio.Event(), asyncio.Event()
        offer(app, "slow", self)

    async def __call__(self, *_: Any) -> CallToolResult:
        self.began.set()
        await self.finish.wait()
        return CallToolResult(content=[], structured_content={"done": True})


async def until(done: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not done():
            await asyncio.sleep(0.001)


def lines(log: Any) -> list[dict[str, str]]:
    """Read the fields of the log's lines, which are texts or JSON; the audit log's have no message."""
    found = []
    for line in log.getvalue().splitlines():
        fields = json.loads(line) if line.startswith("{") else dict(f.split("=", 1) for f in shlex.split(line))
        found.append({name: str(value) for name, value in fields.items()})
    return [fields for fields in found if "msg" in fields]


@asynccontextmanager
async def running(app: App, log: Any) -> AsyncIterator[tuple[asyncio.Event, asyncio.Task[None], str]]:
    """Run a server over HTTP until the test ends it."""
    ended = asyncio.Event()
    run = asyncio.create_task(app.run(ended))
    await until(lambda: run.done() or app.life.phase == "running")
    found = [told["address"] for told in lines(log) if told["msg"] == "serving MCP over HTTP"]
    try:
        yield ended, run, f"http://{found[0] if found else ''}/mcp"
    finally:
        ended.set()
        await asyncio.wait({run})


HEADERS = {"Accept": "application/json, text/event-stream"}


async def call_slow(client: AsyncClient, url: str, revision: str) -> Any:
    """Call the tool in one of the eras."""
    if revision == MODERN:
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "slow"}
        return await client.post(url, json=message("tools/call", name="slow", _meta=META), headers=headers)
    opened = await client.post(url, json=initialize(revision))
    headers = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "MCP-Protocol-Version": revision}
    return await client.post(url, json=message("tools/call", 2, name="slow"), headers=headers)


@pytest.mark.parametrize("revision", ["2025-11-25", MODERN])
async def test_what_is_under_way_is_answered_over_http(revision: str) -> None:
    app, log = new_app(MCP_HTTP_ADDR="127.0.0.1:0")
    slow = Slow(app)
    async with running(app, log) as (ended, run, url), AsyncClient(headers=HEADERS, trust_env=False) as client:
        call = asyncio.create_task(call_slow(client, url, revision))
        await until(slow.began.is_set)
        ended.set()
        await until(lambda: app.life.phase == "draining")
        assert not app.life.ready
        slow.finish.set()
        assert '"done":true' in (await call).text
        await run
        with pytest.raises(ConnectError):
            await client.get(url)
    told = {line.get("msg", ""): line for line in lines(log)}
    assert told["draining"]["underWay"] == "1"
    assert "stopped" in told


async def test_a_tool_that_never_ends_does_not_keep_the_server() -> None:
    app, log = new_app(MCP_HTTP_ADDR="127.0.0.1:0", MCP_DRAIN_TIMEOUT="30ms")
    slow = Slow(app)
    async with running(app, log) as (ended, run, url), AsyncClient(headers=HEADERS, trust_env=False) as client:
        call = asyncio.create_task(call_slow(client, url, MODERN))
        await until(slow.began.is_set)
        ended.set()
        with pytest.raises(LifecycleError, match="draining: what was under way after 30ms is lost"):
            await run
        call.cancel()


@pytest.mark.parametrize("by", ["signal", "end of input"])
async def test_what_is_under_way_is_answered_over_stdio(by: str) -> None:
    app, log = new_app()
    slow = Slow(app)
    (source, to_us), (from_us, sink) = os.pipe(), os.pipe()
    ended = asyncio.Event()
    run = asyncio.create_task(app.run(ended, lambda: (source, sink)))
    for line in (initialize(), {"jsonrpc": "2.0", "method": "notifications/initialized"}):
        os.write(to_us, json.dumps(line).encode() + b"\n")
    os.write(to_us, json.dumps(message("tools/call", 2, name="slow")).encode() + b"\n")
    await until(slow.began.is_set)
    if by == "signal":
        ended.set()
        await until(lambda: app.life.phase == "draining")
    else:
        os.close(to_us)
    slow.finish.set()
    await run
    assert app.life.phase == "stopped"
    assert b'"done":true' in os.read(from_us, 1 << 16)
    last = lines(log)[-1]
    assert (last["msg"], last["requests"], last["failures"], last["underWay"]) == ("stopped", "3", "0", "0")
    for end in {source, from_us, sink, *([to_us] if by == "signal" else [])}:
        os.close(end)


async def test_hooks_and_dependencies() -> None:
    app, log = new_app(MCP_HTTP_ADDR="127.0.0.1:0")
    ran = []

    async def down() -> None:
        raise OSError("connection refused")

    def hook(what: str) -> Any:
        async def run() -> None:
            ran.append(what)

        return run

    for name in ("a", "b"):
        app.life.on_start(name, hook(f"start {name}"))
        app.life.on_stop(name, hook(f"stop {name}"))
    app.life.check("search", False, down)
    async with running(app, log):
        assert app.life.ready  # partly
        assert "a dependency does not work" in log.getvalue()
    assert ran == ["start a", "start b", "stop b", "stop a"]

    app, log = new_app(MCP_HTTP_ADDR="127.0.0.1:0")
    app.life.check("database", True, down)
    app.life.check("queue", True, down)
    with pytest.raises(LifecycleError, match=r"database does not work: connection refused\n.*queue"):
        await app.run(asyncio.Event())


async def test_a_port_that_is_taken() -> None:
    app, log = new_app(MCP_HTTP_ADDR="127.0.0.1:0", MCP_ADMIN_ADDR="localhost:0")
    async with running(app, log) as (_, _, url):
        assert "serving health and metrics" in log.getvalue()
        again, _ = new_app(MCP_HTTP_ADDR=url.removeprefix("http://").removesuffix("/mcp"))
        with pytest.raises(LifecycleError, match="opening the MCP port"):
            await again.run(asyncio.Event())


def test_the_program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["acme-server", "--version"])
    main()
    assert capsys.readouterr().out.startswith("acme-server ")
    monkeypatch.setattr(sys, "argv", ["acme-server", "-http", "8080"])
    with pytest.raises(SystemExit, match="acme-server: MCP_HTTP_ADDR: 8080 is no address"):
        main()
